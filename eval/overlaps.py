"""Candidate pairs as :class:`cocokit.eval.cells.Pairs`: what all IoU types share, and boxes.

Masks are in :mod:`.masks`, keypoints in :mod:`.keypoints`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cocokit.columns import Float64, Int32, Int64

from .cells import Cells, Pairs
from .kernels.boxes import box_pairs
from .sides import Detections, GroundTruth


def lowest(iou_thrs: Float64) -> float:
    """The lowest overlap that can match anything at the (T,) thresholds (PARITY B1)."""
    return float(min(iou_thrs.min(), 1 - 1e-10))


#: Writes the pairs from a floor on: (floor, offsets, ground truths, overlaps, room) -> how many there are.
Fill = Callable[[float, Int64, Int32, Float64, int], int]


def pairs_from(fill: Fill, n_dt: int, guess: int, floor: float) -> Pairs:
    """The pairs from ``floor`` on; all of them where one is NaN, for after it any overlap matches (PARITY X3)."""
    pairs = grown(fill, n_dt, guess, floor)
    return grown(fill, n_dt, guess, -np.inf) if np.isnan(pairs.iou).any() else pairs


def grown(fill: Fill, n_dt: int, guess: int, floor: float) -> Pairs:
    """Call a pair kernel with room for ``guess`` pairs, and once more if there are more."""
    offsets = np.empty(n_dt + 1, np.int64)
    room = guess
    while True:
        gt, iou = np.empty(room, np.int32), np.empty(room, np.float64)
        found = fill(floor, offsets, gt, iou, room)
        if found <= room:
            return Pairs(offsets, gt[:found], iou[:found])
        room = found


def of_boxes(cells: Cells, gt: GroundTruth, dt: Detections, floor: float) -> Pairs:
    """Pairs of boxes with IoU of at least ``floor``; every pair where there is a NaN (PARITY X3)."""
    assert dt.bbox is not None
    dt_box, gt_box = np.ascontiguousarray(dt.bbox).reshape(-1), np.ascontiguousarray(gt.bbox).reshape(-1)

    def fill(floor: float, offsets: Int64, pair_gt: Int32, pair_iou: Float64, room: int) -> int:
        return box_pairs(
            cells.dt_order, len(cells.dt_order), dt_box, cells.gt_order, gt_box, gt.crowd, cells.dt_start,
            cells.dt_stop, cells.gt_start, cells.gt_stop, len(cells), floor, offsets, pair_gt, pair_iou, room,
        )  # fmt: skip

    return pairs_from(fill, len(cells.dt_order), len(cells.dt_order) // 4 + 1024, floor)
