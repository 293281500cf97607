"""The slow twin of the evaluator: plain loops over parsed JSON. Only tests use this.

Strict mode gives the bits of pycocotools 2.0.11 on everything that it accepts; fixed mode corrects what PARITY.md says.
Ids in comments are rows of that table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.eval.naive_input import Cells, Found, Row, Truth, detections, ground_truth
from tests.eval.naive_masks import box_iou, mask_iou
from tests.eval.naive_oks import EPSILON, SIGMAS, oks, pairwise_sum

RANGES = {"all": (0, 1e10), "small": (0, 1024), "medium": (1024, 9216), "large": (9216, 1e10)}


@dataclass
class Settings:
    """What is evaluated; None stands for pycocotools' default."""

    iou_type: str = "bbox"
    fixed: bool = False
    iou_thrs: Sequence[float] | None = None
    rec_thrs: Sequence[float] | None = None
    area_rng: Any = None
    max_dets: Sequence[int] | None = None
    img_ids: Sequence[Any] | None = None
    cat_ids: Sequence[Any] | None = None
    use_cats: bool = True
    sigmas: Sequence[float] | None = None
    labels: list[str] = field(default_factory=list)

    def named_areas(self) -> dict[str, tuple[float, float]]:
        """Label -> range; ranges without labels have a default's label if they are one (D4, D5)."""
        if self.area_rng is None:
            return {
                name: ends for name, ends in RANGES.items() if not (self.iou_type == "keypoints" and name == "small")
            }
        if isinstance(self.area_rng, dict):
            return self.area_rng
        names = {ends: name for name, ends in RANGES.items()}
        return {names.get(tuple(ends), str(i)): ends for i, ends in enumerate(self.area_rng)}

    def filled(self, gt: Row) -> Settings:
        """The same with every default spelled out (A2, D4, D5, L1, L2)."""
        pose = self.iou_type == "keypoints"
        chosen = self.named_areas()
        categories = [c["id"] for c in gt["categories"]] if self.cat_ids is None else list(self.cat_ids)
        return Settings(
            self.iou_type,
            self.fixed,
            [float(t) for t in (np.linspace(0.5, 0.95, 10) if self.iou_thrs is None else self.iou_thrs)],
            [float(t) for t in (np.linspace(0.0, 1.0, 101) if self.rec_thrs is None else self.rec_thrs)],
            [tuple(ends) for ends in chosen.values()],
            sorted(self.max_dets or ([20] if pose else [1, 10, 100])),
            sorted({i["id"] for i in gt["images"]} if self.img_ids is None else set(self.img_ids)),
            sorted(set(categories)) if self.use_cats or self.cat_ids is None else categories,
            self.use_cats,
            SIGMAS if self.sigmas is None else self.sigmas,
            list(chosen),
        )


@dataclass
class Outcome:
    """pycocotools' three arrays and its stats."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    scores: NDArray[np.float64]
    stats: list[float]


@dataclass
class Matched:
    """One image and category in one area range: what each detection met at each threshold."""

    scores: list[float]
    hits: list[list[bool]]
    ignored: list[list[bool]]
    counted: int


def evaluate(gt: Row, dt: list[Row], settings: Settings) -> Outcome:
    """Evaluate parsed results against parsed ground truth; raises Refused for what has no answer."""
    s = settings.filled(gt)
    truths = ground_truth(gt, s.iou_type, s.img_ids, s.cat_ids if s.use_cats else None, fixed=s.fixed)
    founds = detections(gt, dt, s.iou_type, s.img_ids, s.cat_ids if s.use_cats else None, fixed=s.fixed)
    groups = [[c] for c in s.cat_ids] if s.use_cats else [s.cat_ids]
    shape = (len(s.iou_thrs), len(s.rec_thrs), len(groups), len(s.area_rng), len(s.max_dets))
    precision, scores = -np.ones(shape), -np.ones(shape)
    recall = -np.ones((shape[0], *shape[2:]))
    for k, group in enumerate(groups):
        cells = [cell(truths, founds, image, group, s) for image in s.img_ids]
        for a, ends in enumerate(s.area_rng):
            matched = [_match(*cell, ends, s) for cell in cells if cell[0] or cell[1]]
            for m, most in enumerate(s.max_dets):
                for t in range(shape[0]):
                    curve = _curve(matched, t, most, s.rec_thrs)
                    if curve is not None:
                        precision[t, :, k, a, m], recall[t, k, a, m], scores[t, :, k, a, m] = curve
    return Outcome(precision, recall, scores, _stats(precision, recall, s))


def cell(
    truths: Cells, founds: Cells, image: Any, group: list[Any], s: Settings
) -> tuple[list[Truth], list[Found], list[list[float]]]:
    """One image and category (or all of them, L4): truths, the best detections (A1, X9), and their IoUs."""
    gts = [truth for category in group for truth in truths.get((image, category), [])]
    dts = [found for category in group for found in founds.get((image, category), [])]
    dts = [dts[i] for i in _by_score([found.score for found in dts])][: s.max_dets[-1]]
    if s.iou_type == "keypoints" and not s.use_cats and not s.fixed:
        return gts, dts, []  # F6
    return gts, dts, [[_overlap(found, truth, s) for truth in gts] for found in dts] if gts else []


def _by_score(scores: list[float]) -> list[int]:
    """The order of falling score: stable, NaN last (A1, X3)."""
    return sorted(range(len(scores)), key=lambda i: (math.isnan(scores[i]), 0 if math.isnan(scores[i]) else -scores[i]))


def _overlap(found: Found, truth: Truth, s: Settings) -> float:
    if s.iou_type == "bbox":
        return box_iou(found.shape, truth.shape, crowd=truth.crowd)
    if s.iou_type == "segm":
        return mask_iou(found.shape, truth.shape, crowd=truth.crowd)
    return oks(found.shape, truth.shape, truth.box, truth.area, s.sigmas)


def _match(
    gts: list[Truth], dts: list[Found], ious: list[list[float]], ends: tuple[float, float], s: Settings
) -> Matched:
    """Match one cell in one area range at all thresholds (A4, B6, B7, D3, D6)."""
    outside = [truth.ignore or truth.area < ends[0] or truth.area > ends[1] for truth in gts]
    order = sorted(range(len(gts)), key=lambda g: outside[g])
    hits, ignored = [], []
    for threshold in s.iou_thrs:
        met = _match_once(gts, order, outside, ious, threshold) if ious else [None] * len(dts)
        hit = [g is not None and (s.fixed or gts[g].id != 0) for g in met]  # X1, B5
        hits.append(hit)
        ignored.append(
            [
                (g is not None and outside[g]) or (not hit[d] and (dts[d].area < ends[0] or dts[d].area > ends[1]))
                for d, g in enumerate(met)
            ]
        )
    return Matched([found.score for found in dts], hits, ignored, outside.count(False))


def _match_once(
    gts: list[Truth], order: list[int], outside: list[bool], ious: list[list[float]], threshold: float
) -> list[int | None]:
    """Which ground truth each detection takes, best score first (B1 to B4)."""
    taken: set[int] = set()
    met: list[int | None] = []
    for row in ious:
        best, mine = min(threshold, 1 - 1e-10), None
        for g in order:
            if g in taken and not gts[g].crowd:
                continue
            if mine is not None and not outside[mine] and outside[g]:
                break
            if row[g] < best:
                continue
            best, mine = row[g], g
        met.append(mine)
        if mine is not None:
            taken.add(mine)
    return met


def _curve(
    matched: list[Matched], t: int, most: int, rec_thrs: Sequence[float]
) -> tuple[list[float], float, list[float]] | None:
    """Precision, last recall and scores of one category, range, cut and threshold; None without ground truth.

    C1, C2, C3, C5, C7, C8.
    """
    counted = sum(cell.counted for cell in matched)
    if counted == 0:
        return None
    rows = [
        row for cell in matched for row in list(zip(cell.scores, cell.hits[t], cell.ignored[t], strict=True))[:most]
    ]
    rows = [rows[i] for i in _by_score([float(row[0]) for row in rows])]
    true = false = 0
    recall, precision = [], []
    for _, hit, ignore in rows:
        true, false = true + (hit and not ignore), false + (not hit and not ignore)
        recall.append(true / counted)
        precision.append(true / (float(false + true) + EPSILON))
    for i in range(len(rows) - 1, 0, -1):
        if precision[i] > precision[i - 1]:
            precision[i - 1] = precision[i]
    at_precision, at_score = [0.0] * len(rec_thrs), [0.0] * len(rec_thrs)
    for r, wanted in enumerate(rec_thrs):
        first = next((i for i, reached in enumerate(recall) if reached >= wanted), None)
        if first is None:
            break  # C3
        at_precision[r], at_score[r] = precision[first], float(rows[first][0])
    return at_precision, recall[-1] if recall else 0.0, at_score


def _stats(precision: NDArray[np.float64], recall: NDArray[np.float64], s: Settings) -> list[float]:
    """The twelve numbers, or the ten of keypoints (C4, C5, D5, L7); AP at the largest cut (L9), an AR for each cut."""

    def mean(table: NDArray[np.float64], threshold: float | None = None, label: str = "all", most: int = 0) -> float:
        if label not in s.labels:
            return -1.0
        chosen = [t for t, value in enumerate(s.iou_thrs) if threshold is None or value == threshold]
        cuts = [m for m, value in enumerate(s.max_dets) if value == (most or s.max_dets[-1])]
        parts = [table[t, ..., s.labels.index(label), cuts] for t in chosen]
        values = [v for part in parts for v in np.moveaxis(part, 0, -1).ravel().tolist() if v > -1]
        return pairwise_sum(values) / len(values) if values else -1.0

    if s.iou_type == "keypoints":
        lines = ((None, "all"), (0.5, "all"), (0.75, "all"), (None, "medium"), (None, "large"))
        return [mean(table, threshold, label) for table in (precision, recall) for threshold, label in lines]
    sizes = ("small", "medium", "large")
    return [
        *(mean(precision, threshold) for threshold in (None, 0.5, 0.75)),
        *(mean(precision, label=label) for label in sizes),
        *(mean(recall, most=most) for most in s.max_dets),
        *(mean(recall, label=label) for label in sizes),
    ]
