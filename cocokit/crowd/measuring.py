"""Measures a simulated campaign against the truth: what was named, spotted, drawn and painted, by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from cocokit import rle
from cocokit.campaign.evidence import Harvest, StandingMask, harvest
from cocokit.campaign.mask_sets import iou, rle_of
from cocokit.domain.stages import AnswerState, Stage

from .bands import NOTHING, Band, ratio, total
from .results import KindResult, Results, StageResult
from .scoring import RIGHT_FROM
from .simulation import Done, Run
from .skills import MIDDLE

#: Every stage that a worker answers in, the training tasks apart.
STAGES = (*(str(stage) for stage in Stage), "training")


def results_of(run: Run, stats: dict[str, float], seed: int = 0) -> Results:
    """Measure a campaign; ``stats`` are those of its export, ``seed`` is that of the bands."""
    last = harvest(run.staged.engine)
    spots, instances, covered, iou_band = _against_truth(run, last, seed)
    named, busy_from = {one.worker for one in run.named}, run.staged.engine.campaign.settings.judge_after
    spammers = [p for p in run.people if p.skill.is_spam and p.answers]
    busy = [p for p in spammers if p.answers >= busy_from]
    known = {p.worker_id: p for p in run.people if p.worker_id is not None}
    present = {(last.images[image][0], category) for image, category in last.pairs}
    drawn = {(last.images[m.image_id][0], m.category_id) for m in (*last.masks, *last.crowds)}
    return Results(
        run.finished, dict(sorted(Counter(state for _, state in last.images.values()).items())), run.hours,
        len(run.done), *_effort(run.done, seed), _pairs(run, present, seed), _pairs(run, drawn, seed),
        instances, covered, iou_band, _crowds(run, last, seed), spots,
        tuple(_stage(run, last, stage, seed) for stage in STAGES if any(d.stage == stage for d in run.done)),
        tuple(_kind(run, kind, named, seed) for kind in MIDDLE if any(p.skill.kind == kind for p in run.people)),
        len(named), sum(known[w].skill.is_spam for w in named), len(spammers), len(busy),
        sum(p.worker_id in named for p in busy), stats, sum(run.refused.values()), run.abandoned,
    )  # fmt: skip


def shares(done: Iterable[Done], seed: int) -> tuple[Band, Band, Band]:
    """Precision, recall and mean IoU of some answers."""
    rows = list(done)
    return (
        ratio(((d.unit, d.score.right, d.score.right + d.score.wrong) for d in rows), seed),
        ratio(((d.unit, d.score.found, d.score.found + d.score.missed) for d in rows), seed),
        ratio(((d.unit, d.score.iou, 1.0) for d in rows if d.score.iou is not None), seed),
    )


def _effort(done: Sequence[Done], seed: int) -> tuple[Band, Band, Band]:
    """How many answers, hours and cents."""
    return (
        total(((d.unit, 1.0) for d in done), seed),
        total(((d.unit, d.seconds / 3600) for d in done), seed),
        total(((d.unit, d.cents) for d in done), seed),
    )


def _pairs(run: Run, found: set[tuple[int, int]], seed: int) -> tuple[Band, Band]:
    """Recall and precision of (image, category) pairs."""
    truth = run.truth.pairs
    return (
        ratio(((pair[0], float(pair in found), 1.0) for pair in sorted(truth)), seed),
        ratio(((pair[0], float(pair in truth), 1.0) for pair in sorted(found)), seed),
    )


def _against_truth(run: Run, last: Harvest, seed: int) -> tuple[tuple[Band, Band], tuple[Band, Band], Band, Band]:
    """Spots, masks, what has a mask or is painted, and the masks' IoU."""
    eyes = run.people[0].hands.eyes
    hit: set[tuple[int, int]] = set()
    on: list[tuple[int, float, float]] = []
    for image, category, point in last.spots:
        scene = run.truth.scenes[last.images[image][0]]
        one = eyes.at(scene, category, point)
        on.append((scene.id, float(one is not None or eyes.within(scene, category, point)), 1.0))
        hit |= set() if one is None else {(scene.id, one.id)}
    best: dict[tuple[int, int], float] = {}
    right: list[tuple[int, float, float]] = []
    for mask in last.masks:
        scene = run.truth.scenes[last.images[mask.image_id][0]]
        overlap, one = eyes.look(scene, mask.category_id, mask.mask)
        good = one is not None and overlap >= RIGHT_FROM and ((scene.id, one.id) not in best)
        right.append((scene.id, float(good), 1.0))
        if one is not None and overlap >= RIGHT_FROM:
            best[scene.id, one.id] = max(overlap, best.get((scene.id, one.id), 0.0))
    there = [(s.id, one.id) for s in run.truth.scenes.values() for each in s.instances.values() for one in each]
    spots = (ratio(((key[0], float(key in hit), 1.0) for key in there), seed), ratio(on, seed))
    masks = (ratio(((key[0], float(key in best), 1.0) for key in there), seed), ratio(right, seed))
    overlaps = ratio(((key[0], best[key], 1.0) for key in there if key in best), seed)
    painted = _painted(run, last)
    covered = ratio(((key[0], float(key in best or key in painted), 1.0) for key in there), seed)
    return spots, masks, covered, overlaps


def _painted(run: Run, last: Harvest) -> set[tuple[int, int]]:
    """(image, instance) of the instances that lie in a painted region at least by half."""
    found: set[tuple[int, int]] = set()
    for region in last.crowds:
        scene = run.truth.scenes[last.images[region.image_id][0]]
        parts = scene.instances.get(region.category_id, [])
        if not parts:
            continue
        inside = rle.iou([one.mask for one in parts], [rle_of(region.mask)], np.ones(1, np.bool_))[:, 0]
        found |= {(scene.id, one.id) for one, share in zip(parts, inside, strict=True) if share >= RIGHT_FROM}
    return found


def _crowds(run: Run, last: Harvest, seed: int) -> Band:
    """Mean IoU of the crowds of the truth with what was painted and drawn over them."""
    cover: dict[tuple[int, int], list[StandingMask]] = {}
    for mask in (*last.crowds, *last.masks):
        cover.setdefault((last.images[mask.image_id][0], mask.category_id), []).append(mask)
    painted = {(last.images[mask.image_id][0], mask.category_id) for mask in last.crowds}
    rows = []
    for scene_id, category in sorted(painted):
        scene = run.truth.scenes[scene_id]
        parts = [one.mask for one in scene.instances.get(category, [])]
        parts += [scene.crowds[category]] if category in scene.crowds else []
        overlap = 0.0
        if parts:
            whole = rle.merge([rle_of(mask.mask) for mask in cover[scene_id, category]])
            overlap = iou(whole, rle.merge(parts))
        rows.append((scene_id, overlap, 1.0))
    return ratio(rows, seed)


def _stage(run: Run, last: Harvest, stage: str, seed: int) -> StageResult:
    done = [d for d in run.done if d.stage == stage]
    states = Counter(last.states[d.answer_id] for d in done)
    counted = [d for d in done if last.states[d.answer_id] is AnswerState.COUNTED]
    precision, recall, overlap = shares(counted, seed)
    if stage in (Stage.FILTER, Stage.SEGMENT, Stage.CROWD, "training"):
        recall = NOTHING  # they are asked about what is there
    return StageResult(
        stage, len(done), states[AnswerState.COUNTED], states[AnswerState.LATE], states[AnswerState.UNTRUSTED],
        states[AnswerState.VOID], *_effort(done, seed), precision, recall, overlap,
    )  # fmt: skip


def _kind(run: Run, kind: str, named: set[int], seed: int) -> KindResult:
    people = {p.number: p for p in run.people if p.skill.kind == kind}
    done = [d for d in run.done if d.person in people]

    def of(stage: str) -> tuple[Band, Band, Band]:
        return shares([d for d in done if d.stage == stage], seed)

    label, spot, mask, page = of(Stage.LABEL), of(Stage.SPOT), of(Stage.SEGMENT), of(Stage.VERIFY)
    trained = ratio(((d.unit, float(d.passed), 1.0) for d in done if d.passed is not None), seed)
    return KindResult(
        kind, len(people), sum(p.answers > 0 for p in people.values()),
        sum(p.worker_id in named for p in people.values()), len(done),
        *_effort(done, seed), label[0], label[1], spot[1], mask[2], trained, page[1],
    )  # fmt: skip
