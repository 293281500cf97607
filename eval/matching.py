"""Matching of all cells: words of true positives and of ignored detections, and the positives of each category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cocokit.columns import Float64, Int64, UInt8

from .cells import Cells, Pairs
from .kernels.matching import count_positives, match_cells, preset_words
from .sides import Detections, GroundTruth

#: Bits of a word that are used: the sign bit stays free.
WORD = 62


@dataclass(slots=True, eq=False, repr=False)
class Block:
    """The combinations of area ranges and IoU thresholds that share one word.

    Attributes:
        a0, a1, t0, t1: ranges of indices into area_rng and iou_thrs.
        tp, ig: (D,) int64 words by detection position: bit ``(a - a0) * (t1 - t0) + (t - t0)`` is set where the
            detection is a true positive, and where it is ignored.
    """

    a0: int
    a1: int
    t0: int
    t1: int
    tp: Int64
    ig: Int64


@dataclass(slots=True, eq=False, repr=False)
class Matches:
    """Outcome of matching.

    Attributes:
        blocks: words of all combinations.
        npig: (K, A) int64 ground truths that count, per category and area range.
        matched: detections that matched some ground truth, at some threshold and range.
    """

    blocks: list[Block]
    npig: Int64
    matched: int


def blocks(n_area: int, n_thr: int) -> list[tuple[int, int, int, int]]:
    """Split area ranges x thresholds into words: as many whole area ranges as fit, or a part of one."""
    per_word = max(1, WORD // n_thr)
    step = min(n_thr, WORD)
    return [
        (a, min(a + per_word, n_area), t, min(t + step, n_thr))
        for a in range(0, n_area, per_word)
        for t in range(0, n_thr, step)
    ]


def positives(
    area: Float64, ignore: UInt8, category: Int64, area_rng: Float64, n_categories: int
) -> Int64:
    """(K, A) int64 ground truths that count (npig), per category and area range.

    Args:
        area: (G,) float64 px^2.
        ignore: (G,) uint8, 1 for what never counts.
        category: (G,) int64 category index.
        area_rng: (A, 2) float64 lowest and highest area px^2, both included (PARITY D6).
        n_categories: K.
    """
    lo, hi = (np.ascontiguousarray(area_rng[:, i]) for i in (0, 1))
    found = np.zeros((n_categories, len(lo)), np.int64)
    count_positives(area, ignore, category, len(area), lo, hi, len(lo), n_categories, found.reshape(-1))
    return found


def match(
    cells: Cells, pairs: Pairs, gt: GroundTruth, dt: Detections, iou_thrs: Float64, area_rng: Float64, fixed: bool,
) -> Matches:  # fmt: skip
    """Match every cell at every threshold and in every area range.

    Args:
        cells: both sides in matching order.
        pairs: what can match; reordered by this.
        gt: ground truth.
        dt: detections.
        iou_thrs: (T,) float64.
        area_rng: (A, 2) float64 lowest and highest area px^2.
        fixed: a ground truth with id 0 matches like any other (PARITY X1).
    """
    n = len(cells.dt_order)
    rows = cells.gt_order
    area, ignore, crowd = gt.area[rows], gt.ignore[rows], gt.crowd[rows]
    zero = np.zeros(len(area), np.uint8) if fixed else (gt.id[rows] == 0).astype(np.uint8)
    most = int((cells.gt_stop - cells.gt_start).max(initial=1))
    ignored, taken = np.empty(most, np.int64), np.empty(most, np.int64)
    lo, hi = (np.ascontiguousarray(area_rng[:, i]) for i in (0, 1))
    npig = positives(area, ignore, cells.gt_category, area_rng, cells.kinds)
    limits = np.minimum(iou_thrs, 1 - 1e-10)
    done, matched = [], 0
    split = blocks(len(lo), len(iou_thrs))
    for a0, a1, t0, t1 in split:
        tp, ig = np.empty(n, np.int64), np.empty(n, np.int64)
        preset_words(cells.dt_order, n, dt.area, lo[a0:a1], hi[a0:a1], a1 - a0, t1 - t0, tp, ig)
        matched = max(matched, match_cells(
            cells.dt_order, dt.area, cells.gt_order, area, ignore, crowd, zero, cells.dt_start, cells.dt_stop,
            cells.gt_start, cells.gt_stop, len(cells), pairs.offsets, pairs.gt, pairs.iou, limits[t0:t1], t1 - t0,
            lo[a0:a1], hi[a0:a1], a1 - a0, ignored, taken, tp, ig,
        ))  # fmt: skip
        done.append(Block(a0, a1, t0, t1, tp, ig))
    return Matches(done, npig, matched)
