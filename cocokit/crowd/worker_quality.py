"""How good the workers of a campaign are, by everything that the campaign itself knows (PROTOCOL 8 and 10).

Labels against the other workers (leave-one-out), pages against their sentinels, votes against what the votes together
say (Dawid-Skene), masks against votes and against experts' masks (the evaluator, turned on people).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cocokit.campaign.drawings import Drawn, drawn_masks
from cocokit.campaign.engine import Engine
from cocokit.campaign.evidence import Evidence, gather
from cocokit.campaign.mask_points import contains
from cocokit.campaign.mask_sets import iou
from cocokit.columns import Int64
from cocokit.dataset import Dataset
from cocokit.domain.answers import Mask
from cocokit.types import Rle

from .agreement import krippendorff_alpha, pairwise_iou, same_share, yes_no_alpha
from .dawid_skene import dawid_skene
from .gold_scores import Drawings, GoldScore, gold_scores
from .judging import Named, name_workers
from .labels import Labels
from .leave_one_out import leave_one_out
from .pace import speed_percentiles
from .vote_agreement import vote_agreement
from .votes import Votes

#: Pseudo-votes of Dawid-Skene for workers of whom little is known.
_SMOOTHING = 1.0


@dataclass(frozen=True, slots=True)
class WorkerQuality:
    """One worker; None stands for "not measured".

    Attributes:
        worker: id.
        answers: how many that count, or would.
        precision, recall: of labels, leave-one-out.
        bad_found, good_flagged: shares of sentinels.
        sensitivity, specificity: how often a bad mask is called bad, and a good one good, by Dawid-Skene on all votes.
        vote_agreement: share of votes that the majority of the others' votes on the same mask agrees with.
        speed: share of the other workers who are slower, over the stages of both.
        passed: share of decided masks that passed.
        training_iou, training_boundary: means over training tasks.
        ap, ar, iou, boundary: the campaign's masks against experts' masks, where there are any.
    """

    worker: int
    answers: int
    precision: float | None = None
    recall: float | None = None
    bad_found: float | None = None
    good_flagged: float | None = None
    sensitivity: float | None = None
    specificity: float | None = None
    vote_agreement: float | None = None
    speed: float | None = None
    passed: float | None = None
    training_iou: float | None = None
    training_boundary: float | None = None
    ap: float | None = None
    ar: float | None = None
    iou: float | None = None
    boundary: float | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """The workers, how far they agree, and who should go.

    Attributes:
        workers: by id.
        label_alpha: Krippendorff's alpha of labels: does the image have the category? Of all categories, named or not.
        vote_alpha: the same of votes on masks.
        mask_iou: mean IoU of all pairs of masks that different workers drew of one training instance.
        named: workers whom the evidence says to reject, with reasons.
        pairs_compared, masks_compared: categories in images that several workers judged; masks with several votes.
        vote_same: how often two votes on a mask were the same, chance or not.
        mask_ious: of each training instance that several masks were drawn of, the mean IoU of all pairs.
    """

    workers: list[WorkerQuality]
    label_alpha: float | None
    vote_alpha: float | None
    mask_iou: float | None
    named: list[Named]
    pairs_compared: int = 0
    masks_compared: int = 0
    vote_same: float | None = None
    mask_ious: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def measure(engine: Engine) -> Quality:
    """Measure every worker of a campaign who was not rejected."""
    evidence, drawn = gather(engine), drawn_masks(engine)
    found: defaultdict[int, dict[str, float | None]] = defaultdict(dict)
    of_labels, pairs = _of_labels(evidence, found, len(engine.campaign.categories))
    vote_alpha = _of_votes(drawn.votes, found)
    _of_shares(evidence, found)
    for worker, speed in speed_percentiles(evidence.times).items():
        found[worker]["speed"] = speed
    ious = _of_training(drawn, found)
    _of_gold(drawn, found)
    workers = [WorkerQuality(worker, evidence.answers[worker], **found[worker]) for worker in sorted(evidence.answers)]
    masks, votes = [mask for _, mask, _ in drawn.votes], [good for *_, good in drawn.votes]
    return Quality(
        workers, of_labels, vote_alpha, float(np.mean(ious)) if ious else None,
        name_workers(evidence, engine.campaign.settings), pairs,
        sum(count > 1 for count in Counter(masks).values()), _number(same_share(masks, votes)) if masks else None, ious,
    )  # fmt: skip


def _of_labels(
    evidence: Evidence, found: defaultdict[int, dict[str, float | None]], categories: int
) -> tuple[float | None, int]:
    """Alpha, and how many items it is of."""
    if not evidence.seen:
        return None, 0
    labels = Labels.of(np.array(evidence.seen), np.array(evidence.named).reshape(-1, 3))
    scores = leave_one_out(labels)
    for worker, precision, recall in zip(scores.worker, scores.precision, scores.recall, strict=True):
        found[int(worker)] |= {"precision": _number(precision), "recall": _number(recall)}
    alpha, several = label_alpha(labels, categories)
    return _number(alpha), several


def label_alpha(labels: Labels, categories: int) -> tuple[float, int]:
    """(alpha, how many items it is of): whoever saw an image said yes or no to each of the campaign's categories.

    Were only the pairs counted that somebody named, those on which all agree that nothing is there would be missing,
    and alpha would be near 0 however much people agree.
    """
    pairs = np.bincount(labels.pair_image, minlength=len(labels.image))
    unnamed = np.repeat(labels.viewers, np.maximum(categories - pairs, 0))
    size = np.concatenate([labels.viewers[labels.pair_image], unnamed])
    yes = np.concatenate([labels.namers, np.zeros(len(unnamed), np.int64)])
    return yes_no_alpha(yes, size), int((size > 1).sum())


def _of_votes(votes: list[tuple[int, int, bool]], found: defaultdict[int, dict[str, float | None]]) -> float | None:
    if not votes:
        return None
    ids, worker = np.unique([v[0] for v in votes], return_inverse=True)
    item = np.unique([v[1] for v in votes], return_inverse=True)[1]
    bad = np.array([not v[2] for v in votes], np.int64)
    fitted = dawid_skene(Votes.of(item, worker, bad), smoothing=_SMOOTHING)
    for i, key in enumerate(ids.tolist()):
        found[key] |= {"sensitivity": _number(fitted.sensitivity[i]), "specificity": _number(fitted.specificity[i])}
    for who, share in vote_agreement(votes).items():
        found[who]["vote_agreement"] = share
    return _number(krippendorff_alpha(item, bad))


def _of_shares(evidence: Evidence, found: defaultdict[int, dict[str, float | None]]) -> None:
    for worker, (caught, bad, flagged, good) in evidence.sentinels.items():
        found[worker] |= {"bad_found": _share(caught, bad), "good_flagged": _share(flagged, good)}
    for worker, (passed, failed) in evidence.masks.items():
        found[worker]["passed"] = _share(passed, passed + failed)


def _of_training(drawn: Drawn, found: defaultdict[int, dict[str, float | None]]) -> tuple[float, ...]:
    """The mean IoU of all pairs of masks of each training instance that has two."""
    by_worker: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for mask in drawn.training:
        by_worker[mask.worker_id].append((mask.iou, mask.boundary))
    for worker, scores in by_worker.items():
        iou, boundary = np.mean(scores, axis=0).tolist()
        found[worker] |= {"training_iou": iou, "training_boundary": boundary}
    pairs = pairwise_iou([m.gold_id for m in drawn.training], [_rle(m.mask) for m in drawn.training])
    return tuple(pairs[np.isfinite(pairs)].tolist())


def _of_gold(drawn: Drawn, found: defaultdict[int, dict[str, float | None]]) -> None:
    if not drawn.gold or not drawn.beside:
        return
    masks = drawn.beside
    compared = Drawings(
        _ids([m.worker_id for m in masks]), _ids([m.image_id for m in masks]), _ids([m.category_id for m in masks]),
        [_rle(m.mask) for m in masks], _ids(_meant(drawn)),
    )  # fmt: skip
    for score in gold_scores(_gold_dataset(drawn), compared):
        found[score.worker] |= _gold_columns(score)


def _meant(drawn: Drawn) -> list[int]:
    """The gold that each mask is for: the smallest one that its spot is on, or the one that it overlaps most."""
    cells: defaultdict[tuple[int, int], list[tuple[int, Mask]]] = defaultdict(list)
    for key, gold in sorted(drawn.gold, key=lambda item: item[1].mask.area):
        cells[gold.image_id, gold.category_id].append((key, gold.mask))
    meant = []
    for one in drawn.beside:
        cell = cells[one.image_id, one.category_id]
        on = [key for key, mask in cell if one.spot is not None and contains(mask, *one.spot)]
        meant.append(on[0] if on else max(cell, key=lambda item: iou(_rle(item[1]), _rle(one.mask)))[0])
    return meant


def _gold_columns(score: GoldScore) -> dict[str, float | None]:
    return {name: _number(getattr(score, name)) for name in ("ap", "ar", "iou", "boundary")}


def _gold_dataset(drawn: Drawn) -> Dataset:
    images = {gold.image_id: gold.mask for _, gold in drawn.gold}
    categories = sorted({gold.category_id for _, gold in drawn.gold})
    return Dataset.from_dict({
        "images": [{"id": key, "width": mask.width, "height": mask.height} for key, mask in images.items()],
        "categories": [{"id": key, "name": str(key)} for key in categories],
        "annotations": [
            {"id": key, "image_id": gold.image_id, "category_id": gold.category_id, "iscrowd": 0,
             "area": gold.mask.area, "bbox": list(gold.mask.bbox),
             "segmentation": {"size": [gold.mask.height, gold.mask.width], "counts": gold.mask.counts.decode()}}
            for key, gold in drawn.gold
        ],
    })  # fmt: skip


def _rle(mask: Mask) -> Rle:
    return Rle(mask.height, mask.width, mask.counts)


def _ids(values: list[int]) -> Int64:
    return np.array(values, np.int64)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
