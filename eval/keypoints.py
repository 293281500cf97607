"""Object keypoint similarity (OKS) of the pairs that can match."""

from __future__ import annotations

import numpy as np

from cocokit.columns import Float64, Int32, Int64, Ragged
from cocokit.errors import DataError
from cocokit.places import place

from .cells import Cells, Pairs
from .kernels.keypoints import keep_pairs, oks_exponents, oks_means
from .overlaps import pairs_from
from .params import EvalParams
from .sides import Detections, GroundTruth

#: Exponents worked on at a time: 8 MB.
_BLOCK = 1 << 20
#: Above this many points NumPy's pairwise sum splits in halves; such pairs are summed by NumPy itself.
_PAIRWISE = 128
#: Whole coordinates from here on (px) are squared as integers (PARITY F10).
LARGE = float(1 << 25)


def of_keypoints(
    cells: Cells, gt: GroundTruth, dt: Detections, params: EvalParams, cat_ids: Int64, floor: float
) -> Pairs:
    """Pairs of poses with object keypoint similarity of at least ``floor`` (PARITY F1 to F10).

    Args:
        cells: both sides in matching order.
        gt: ground truth with keypoints.
        dt: detections with keypoints.
        params: has the sigmas.
        cat_ids: (K,) int64 ids of the categories, by index.
        floor: the lowest similarity that can match.

    Raises:
        DataError: a pose whose number of points is not that of its category's sigmas.
    """
    dense = oks(cells, gt, dt, params, cat_ids)

    def fill(floor: float, offsets: Int64, pair_gt: Int32, pair_iou: Float64, room: int) -> int:
        return keep_pairs(
            dense, cells.dt_start, cells.dt_stop, cells.gt_start, cells.gt_stop, len(cells), len(cells.dt_order),
            floor, offsets, pair_gt, pair_iou, room,
        )  # fmt: skip

    return pairs_from(fill, len(cells.dt_order), len(cells.dt_order) // 2 + 1024, floor)


def oks(cells: Cells, gt: GroundTruth, dt: Detections, params: EvalParams, cat_ids: Int64) -> Float64:
    """(P,) float64 similarity of every pair of every cell, cell after cell; arguments as for :func:`of_keypoints`."""
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
        _redo_whole(dense, cells, gt, dt, variances, starts)
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
        ("results", cells.dt_order, np.repeat(np.arange(cells.kinds), np.diff(cells.dt_cat_start)),
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


def is_large(points: Ragged) -> bool:
    """Whether any coordinate is 2^25 px or more, in either direction."""
    values = points.values  # two passes: np.abs would take as much memory as the points themselves
    return bool(len(values)) and bool(values.max() >= LARGE or values.min() <= -LARGE)


def _redo_whole(
    similarity: Float64, cells: Cells, gt: GroundTruth, dt: Detections, variances: Float64, starts: Int64
) -> None:
    """Overwrite the similarity of every pair of poses whose coordinates are all whole (PARITY F10).

    pycocotools keeps keypoints that are all whole as int64, and squares their differences as such: exactly beyond 2^53,
    and modulo 2^64. Below 2^25 px floats give the same, so ordinary files never come here.
    Whether a pose is whole is judged by its values: the columns do not remember if a file said 3 or 3.0.

    Args:
        similarity: (P,) of every pair of every cell, cell after cell, detection after detection; changed in place.
        cells: both sides in matching order.
        gt: ground truth with keypoints.
        dt: detections with keypoints.
        variances: (2 sigma)^2 of category k's points, ``starts[k]`` to ``starts[k + 1]``.
        starts: see there.
    """
    assert gt.keypoints is not None
    assert dt.keypoints is not None
    pair = 0
    for c in range(len(cells)):
        category = int(cells.gt_category[cells.gt_start[c]])
        tolerance = variances[starts[category] : starts[category + 1]]
        for d in cells.dt_order[cells.dt_start[c] : cells.dt_stop[c]].tolist():
            theirs = dt.keypoints[d]
            for g in cells.gt_order[cells.gt_start[c] : cells.gt_stop[c]].tolist():
                ours = gt.keypoints[int(gt.source[g])]
                if _whole(theirs) and _whole(ours) and (ours[2::3] > 0).any():
                    similarity[pair] = _in_integers(theirs, ours, tolerance, float(gt.area[g]))
                pair += 1


def _whole(points: Float64) -> bool:
    return bool((points == np.floor(points)).all() and (np.abs(points) < 2.0**63).all())


def _in_integers(theirs: Float64, ours: Float64, tolerance: Float64, area: float) -> float:
    """Similarity of two poses of (3 P,) whole x, y, v, with the differences squared modulo 2^64."""
    apart = theirs.astype(np.int64) - ours.astype(np.int64)
    exponents = (apart[0::3] * apart[0::3] + apart[1::3] * apart[1::3]) / tolerance / (area + np.spacing(1.0)) / 2
    terms = np.exp(-exponents[ours[2::3] > 0])
    return float(np.sum(terms) / len(terms))
