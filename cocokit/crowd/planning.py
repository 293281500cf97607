"""From what a requester asks to simulated campaigns: one, or one for each value of a setting."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cocokit.campaign.evidence import gather, image_counts
from cocokit.campaign.staging import Database
from cocokit.dataset import Dataset
from cocokit.errors import DataError, ParamsError
from cocokit.pipeline.campaign_file import CampaignFile
from cocokit.pipeline.presets import find_preset
from cocokit.pipeline.settings import Value

from .against import evaluate_campaign
from .labels import Labels
from .leave_one_out import leave_one_out
from .measuring import results_of
from .results import Results
from .simulation import Progress, Run, simulate
from .skills import draw_skills
from .truth import Truth
from .union_recall import UnionCurve, union_curve

#: What a simulated campaign is called where it is kept.
NAME = "simulated"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate.

    Attributes:
        gt: a COCO file, or None for the sample of ``cocokit demo --eval``.
        workers, spam: how many workers, and the share of them who do not try.
        seed: of everything.
        preset, changes: the campaign's numbers: a preset, and what differs from it.
        images: how many of the file's images; None takes all.
    """

    gt: str | None = None
    workers: int = 200
    spam: float = 0.1
    seed: int = 0
    preset: str = "coco"
    changes: Mapping[str, Value] | None = None
    images: int | None = None


def read_truth(plan: Plan) -> Truth:
    """The truth of a plan.

    Raises:
        DataError: the file cannot be read, or has no image or no category.
        ParamsError: no such number of images, or a seed below 0.
    """
    if plan.images is not None and plan.images < 1:
        raise ParamsError("images", plan.images, "at least 1 is needed")
    if plan.seed < 0:
        raise ParamsError("seed", plan.seed, "0 or more is needed")
    if plan.gt is not None:
        dataset, where = Dataset.read(plan.gt), plan.gt
    else:
        from cocokit.samples import write_sample

        with tempfile.TemporaryDirectory() as folder:
            dataset, where = Dataset.read(write_sample(folder).gt), "sample"
    for what, rows in (("image", dataset.images), ("category", dataset.categories)):
        if not len(rows):
            raise DataError(where, "", f"has no {what}", "give a file of COCO instances")
    return Truth(dataset, plan.images)


def campaign_of(plan: Plan, more: Mapping[str, Value] | None = None) -> CampaignFile:
    """The campaign's numbers and stages; ``more`` are settings of a sweep. Raises ParamsError and NotFoundError."""
    preset = find_preset(plan.preset)
    settings = preset.settings.changed(**{**(plan.changes or {}), **(more or {})})
    return CampaignFile(NAME, plan.preset, settings, preset.graph)


def run_plan(
    plan: Plan, *, truth: Truth | None = None, database: Database | None = None, progress: Progress | None = None,
    more: Mapping[str, Value] | None = None,
) -> tuple[Run, Results]:  # fmt: skip
    """Simulate a plan once.

    Args:
        plan: what to simulate.
        truth: of :func:`read_truth`, if it was read before.
        database: where the campaign is kept, with tables; None keeps it in memory.
        progress: called with (images done, images in all).
        more: settings that differ from the plan.

    Raises:
        CocokitError: the plan cannot be simulated.
    """
    known = truth or read_truth(plan)
    skills = draw_skills(plan.workers, plan.spam, plan.seed)
    run = simulate(known, campaign_of(plan, more), skills, plan.seed, database=database, progress=progress)
    return run, results_of(run, _evaluated(run, plan.gt or "sample"), plan.seed)


def run_twin(plan: Plan, truth: Truth, progress: Progress | None = None) -> Results | None:
    """What an adaptive campaign would have come to without early stops; None if it is not adaptive."""
    if not campaign_of(plan).settings.adaptive:
        return None
    return run_plan(plan, truth=truth, progress=progress, more={"adaptive": False})[1]


def _evaluated(run: Run, name: str) -> dict[str, float]:
    """How the export compares with the truth, which the campaign's status shows as well."""
    engine = run.staged.engine
    if not image_counts(engine)["finished"]:
        return {}
    return evaluate_campaign(engine.database, engine.campaign, run.truth.dataset, name, engine.clock.now()).stats


def sweep(
    plan: Plan, name: str, values: Sequence[Value], progress: Callable[[int, Value], Progress] | None = None,
) -> list[tuple[Value, Results]]:  # fmt: skip
    """Simulate a plan once for each value of a setting, with the same crowd and the same truth.

    Args:
        plan: what to simulate.
        name: the setting.
        values: what it is set to.
        progress: called with the place of a value and the value; what it returns is told of the images.
    """
    for value in values:
        campaign_of(plan, {name: value})  # all of them are possible, or nothing begins
    truth, found = read_truth(plan), []
    for i, value in enumerate(values):
        told = progress(i, value) if progress else None
        found.append((value, run_plan(plan, truth=truth, progress=told, more={name: value})[1]))
    return found


def labels_of(run: Run) -> Labels:
    """The label answers that count, with the image ids of the truth."""
    evidence = gather(run.staged.engine)
    coco = run.staged.coco_ids
    return Labels.of(
        [(worker, coco[image]) for worker, image in evidence.seen],
        [(worker, coco[image], category) for worker, image, category in evidence.named],
    )


def union_of(run: Run, seed: int) -> UnionCurve:
    """Recall of the union of k of those who labeled an image, for every k up to ``k_label``."""
    labels = labels_of(run)
    viewers = dict(zip(labels.image.tolist(), labels.viewers.tolist(), strict=True))
    found = {
        (image, category): namers
        for image, category, namers in zip(
            labels.image[labels.pair_image].tolist(), labels.pair_category.tolist(), labels.namers.tolist(), strict=True
        )
    }
    pairs = sorted(set(found) | {pair for pair in run.truth.pairs if pair[0] in viewers})
    return union_curve(
        np.array([viewers[image] for image, _ in pairs], np.int64),
        np.array([found.get(pair, 0) for pair in pairs], np.int64),
        np.array([pair in run.truth.pairs for pair in pairs], np.bool_),
        np.array([image for image, _ in pairs], np.int64),
        range(1, run.staged.engine.campaign.settings.k_label + 1), seed=seed,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker lies in the plane of precision and recall; NaN where there is nothing to divide by."""

    kind: str
    rejected: bool
    precision: float
    recall: float


def places_of(run: Run) -> list[Place]:
    """Everybody who labeled an image, by the word of the others who were not rejected."""
    out = {one.worker for one in run.named}
    rejected = [p.number for p in run.people if p.worker_id in out]
    kept = [d for d in run.done if d.stage == "label" and d.person not in rejected]
    groups = [kept] + [kept + [d for d in run.done if d.stage == "label" and d.person == one] for one in rejected]
    found = []
    for group, only in zip(groups, [None, *rejected], strict=True):
        scores = leave_one_out(Labels.of(
            [(d.person, d.unit) for d in group], [(d.person, d.unit, c) for d in group for c in d.categories]
        ))  # fmt: skip
        found += [
            Place(run.people[person].skill.kind, only is not None, float(precision), float(recall))
            for person, precision, recall in zip(scores.worker.tolist(), scores.precision, scores.recall, strict=True)
            if only in (None, person)
        ]
    return found
