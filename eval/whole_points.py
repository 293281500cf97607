"""Poses whose coordinates are whole numbers too large for floats: similarity by 64-bit integers (PARITY F10).

pycocotools keeps keypoints that are all whole as int64, and squares their differences as such: exactly beyond 2^53, and
modulo 2^64. Below 2^25 px floats give the same, so ordinary files never come here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Ragged

from .cells import Cells
from .sides import Detections, GroundTruth

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

LARGE = float(1 << 25)


def is_large(points: Ragged) -> bool:
    """Whether any coordinate is 2^25 px or more, in either direction."""
    values = points.values  # two passes: np.abs would take as much memory as the points themselves
    return bool(len(values)) and bool(values.max() >= LARGE or values.min() <= -LARGE)


def redo_whole(
    similarity: Float64, cells: Cells, gt: GroundTruth, dt: Detections, variances: Float64, starts: Int64
) -> None:
    """Overwrite the similarity of every pair of poses whose coordinates are all whole.

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
