"""Candidate pairs of each iou_type: boxes, masks and keypoints, all as :class:`cocokit.eval.cells.Pairs`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cocokit.errors import DataError
from cocokit.places import place

from .cells import Cells, Pairs
from .kernels.boxes import box_pairs
from .kernels.keypoints import keep_pairs, oks_exponents, oks_means
from .params import EvalParams
from .sides import Detections, GroundTruth
from .whole_points import is_large, redo_whole

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

#: Exponents worked on at a time: 8 MB.
_BLOCK = 1 << 20
#: Above this many points NumPy's pairwise sum splits in halves; such pairs are summed by NumPy itself.
_PAIRWISE = 128


def lowest(iou_thrs: Float64) -> float:
    """The lowest overlap that can match anything (PARITY B1)."""
    return float(min(iou_thrs.min(), 1 - 1e-10))


#: Writes the pairs from a floor on: (floor, offsets, ground truths, overlaps, room) -> how many there are.
Fill = Callable[[float, Int64, NDArray[np.int32], Float64, int], int]


def that_matter(fill: Fill, n_dt: int, guess: int, floor: float) -> Pairs:
    """The pairs from ``floor`` on; all of them where one is NaN, for after it any overlap matches (PARITY X3)."""
    pairs = growing(fill, n_dt, guess, floor)
    return growing(fill, n_dt, guess, -np.inf) if np.isnan(pairs.iou).any() else pairs


def growing(fill: Fill, n_dt: int, guess: int, floor: float) -> Pairs:
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

    def fill(floor: float, offsets: Int64, pair_gt: NDArray[np.int32], pair_iou: Float64, room: int) -> int:
        return box_pairs(
            cells.dt_order, len(cells.dt_order), dt_box, cells.gt_order, gt_box, gt.crowd, cells.dt_start,
            cells.dt_stop, cells.gt_start, cells.gt_stop, len(cells), floor, offsets, pair_gt, pair_iou, room,
        )  # fmt: skip

    return that_matter(fill, len(cells.dt_order), len(cells.dt_order) // 4 + 1024, floor)


def of_keypoints(
    cells: Cells, gt: GroundTruth, dt: Detections, params: EvalParams, cat_ids: Int64, floor: float
) -> Pairs:
    """Pairs of poses with object keypoint similarity of at least ``floor``.

    Raises:
        DataError: a pose whose number of points is not that of its category's sigmas.
    """
    dense = oks(cells, gt, dt, params, cat_ids)

    def fill(floor: float, offsets: Int64, pair_gt: NDArray[np.int32], pair_iou: Float64, room: int) -> int:
        return keep_pairs(
            dense, cells.dt_start, cells.dt_stop, cells.gt_start, cells.gt_stop, len(cells), len(cells.dt_order),
            floor, offsets, pair_gt, pair_iou, room,
        )  # fmt: skip

    return that_matter(fill, len(cells.dt_order), len(cells.dt_order) // 2 + 1024, floor)


def oks(cells: Cells, gt: GroundTruth, dt: Detections, params: EvalParams, cat_ids: Int64) -> Float64:
    """(P,) similarity of every pair of every cell, cell after cell, detection after detection."""
    assert dt.keypoints is not None
    if gt.keypoints is None:
        raise DataError("ground truth", "annotations", "have no keypoints", "give a person_keypoints file as --gt")
    variances, starts = _variances(params, cat_ids)
    points = np.diff(starts)
    _check_points(cells, gt, dt, points, cat_ids)
    per_cell = (cells.dt_stop - cells.dt_start) * (cells.gt_stop - cells.gt_start)
    first_pair = np.concatenate([[0], np.cumsum(per_cell)])
    first_term = np.concatenate([[0], np.cumsum(per_cell * points[cells.gt_category[cells.gt_start]])])
    dense = np.empty(int(first_pair[-1]))
    gt_box = np.ascontiguousarray(gt.bbox).reshape(-1)
    c0 = 0
    while c0 < len(cells):
        c1 = max(c0 + 1, int(np.searchsorted(first_term, first_term[c0] + _BLOCK, side="right")) - 1)
        lengths = np.empty(int(first_pair[c1] - first_pair[c0]), np.int64)
        terms = np.empty(int(first_term[c1] - first_term[c0]))
        n = oks_exponents(
            cells.dt_order, dt.keypoints.offsets, dt.keypoints.values, cells.gt_order, gt.keypoints.offsets, gt.source,
            gt.keypoints.values, gt_box, gt.area, variances, starts, cells.gt_category, cells.dt_start, cells.dt_stop,
            cells.gt_start, cells.gt_stop, c0, c1, lengths, terms,
        )  # fmt: skip
        np.exp(terms[:n], out=terms[:n])
        part = dense[first_pair[c0] : first_pair[c1]]
        if oks_means(terms, lengths, len(lengths), _PAIRWISE, part):
            ends = np.cumsum(lengths)
            for i in np.flatnonzero(lengths > _PAIRWISE).tolist():
                part[i] = np.sum(terms[ends[i] - lengths[i] : ends[i]]) / lengths[i]
        c0 = c1
    if is_large(dt.keypoints) or is_large(gt.keypoints):
        redo_whole(dense, cells, gt, dt, variances, starts)
    return dense


def _variances(params: EvalParams, cat_ids: Int64) -> tuple[Float64, Int64]:
    """(2 sigma)^2 of all categories in a row, and where each begins; one entry serves all when they are pooled."""
    kinds = cat_ids.tolist() if params.use_cats else cat_ids.tolist()[:1]
    each = [(params.sigmas_of(c) * 2) ** 2 for c in kinds] or [np.zeros(0)]
    return np.concatenate(each), np.concatenate([[0], np.cumsum([len(e) for e in each])]).astype(np.int64)


def _check_points(cells: Cells, gt: GroundTruth, dt: Detections, points: Int64, cat_ids: Int64) -> None:
    """Every pose that will be compared has the points that its sigmas are for (PARITY F1)."""
    assert gt.keypoints is not None and dt.keypoints is not None
    if not len(cells):
        return
    for name, rows, category, offsets in (
        ("ground truth", gt.source[cells.gt_order], cells.gt_category, gt.keypoints.offsets),
        ("results", cells.dt_order, np.repeat(np.arange(len(cells.dt_cat_start) - 1), np.diff(cells.dt_cat_start)),
         dt.keypoints.offsets),
    ):  # fmt: skip
        have = (offsets[rows + 1] - offsets[rows]) // 3
        wrong = np.flatnonzero(have != points[category])
        if len(wrong):
            i = int(wrong[0])
            raise DataError(
                name, place("annotations" if name == "ground truth" else name, int(rows[i]), "keypoints"),
                f"has {int(have[i])} points, but the sigmas of category {int(cat_ids[category[i]])} are for "
                f"{int(points[category[i]])}",
                "correct it, or give one sigma per point with --sigmas", len(wrong),
            )  # fmt: skip
