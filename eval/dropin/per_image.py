"""``evalImgs``: the flat list of dicts that pycocotools keeps per category, area range and image (PARITY A3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Float64, Int32, Int64

from ..kernels.detail import match_detail
from .engine import Run
from .sides import Row


def eval_images(run: Run) -> list[Row | None]:
    """K x A x I dicts, None where an image has neither side; fields and types are pycocotools'."""
    p, n_areas, n_images = run.p, len(run.area_rng), len(run.p.imgIds)
    found: list[Row | None] = [None] * (run.kinds * n_areas * n_images)
    for (category, area, image), row in _images(run):
        found[(category * n_areas + area) * n_images + image] = {
            "image_id": p.imgIds[image],
            "category_id": p.catIds[category] if p.useCats else -1,
            "aRng": p.areaRng[area],
            "maxDet": p.maxDets[-1],
            **row,
        }
    return found


def _images(run: Run) -> Iterator[tuple[tuple[int, int, int], Row]]:
    """((category, area range, image), fields) of every image and category that has a side."""
    cells, n_images = run.cells, len(run.p.imgIds)
    gts, dts = [run.gts[i] for i in cells.gt_order.tolist()], [run.dts[i] for i in cells.dt_order.tolist()]
    gt_ids, dt_ids, scores = [g["id"] for g in gts], [d["id"] for d in dts], [d["score"] for d in dts]
    category = run.dt_category[cells.dt_order].astype(np.int64) if run.p.useCats else 0
    dt_cell = category * n_images + run.dt_image[cells.dt_order]
    gt_cell = cells.gt_category * n_images + run.gt_image[cells.gt_order]
    places = np.union1d(dt_cell, gt_cell)
    bounds = [np.searchsorted(side, places, how).tolist() for side in (dt_cell, gt_cell) for how in ("left", "right")]
    for area in range(len(run.area_rng)):
        partners = _Partners(run, area, gt_cell, np.array(gt_ids, np.float64), np.array(dt_ids, np.float64))
        for place, d0, d1, g0, g1 in zip(places.tolist(), *bounds, strict=True):
            yield (place // n_images, area, place % n_images), {
                "dtIds": dt_ids[d0:d1],
                "gtIds": [gt_ids[g] for g in partners.order[g0:g1].tolist()],
                "dtMatches": partners.dt_matches[:, d0:d1].copy(),
                "gtMatches": partners.gt_matches[:, g0:g1].copy(),
                "dtScores": scores[d0:d1],
                "gtIgnore": partners.ignored[g0:g1].copy() if g1 > g0 else np.array([]),
                "dtIgnore": partners.dt_ignored[:, d0:d1].copy(),
            }


class _Partners:
    """One area range.

    Attributes:
        order: (G,) int64 positions of ground truths, the ignored behind the others in each cell (A4).
        ignored: (G,) int64 0 or 1, in that order.
        gt_matches: (T, G) float64 id of the detection, 0 for none, in that order.
        dt_matches: (T, D) float64 id of the ground truth, 0 for none (B5).
        dt_ignored: (T, D) bool.
    """

    def __init__(self, run: Run, area: int, gt_cell: Int64, gt_ids: NDArray[Any], dt_ids: NDArray[Any]) -> None:
        cells, pairs, (lo, hi) = run.cells, run.pairs, run.area_rng[area]
        size, crowd = run.gt.area[cells.gt_order], np.ascontiguousarray(run.gt.crowd[cells.gt_order])
        ignored = (run.gt.ignore[cells.gt_order] != 0) | (size < lo) | (size > hi)
        n_thr, n_dt, n_gt = len(run.iou_thrs), len(dt_ids), len(gt_ids)
        taken, takes = np.full((n_thr, n_gt), -1, np.int32), np.full((n_thr, n_dt), -1, np.int32)
        match_detail(
            ignored.astype(np.uint8), crowd, cells.dt_start, cells.dt_stop, cells.gt_start, len(cells), pairs.offsets,
            pairs.gt, pairs.iou, np.minimum(run.iou_thrs, 1 - 1e-10), n_thr, n_dt, n_gt, takes.reshape(-1),
            taken.reshape(-1),
        )  # fmt: skip
        self.order = np.lexsort((ignored, gt_cell))
        self.ignored = ignored[self.order].astype(np.int64)
        self.gt_matches = _picked(dt_ids, taken[:, self.order])
        self.dt_matches = _picked(gt_ids, takes)
        found = run.dt.area[cells.dt_order]
        outside = (found < lo) | (found > hi)
        absorbed = _picked(ignored.astype(np.float64), takes) != 0  # B6
        self.dt_ignored = absorbed | ((self.dt_matches == 0) & outside)  # B7


def _picked(values: NDArray[Any], where: Int32) -> Float64:
    """``values[where]``, 0 where ``where`` is -1."""
    padded = np.append(values, 0.0)
    return padded[where]
