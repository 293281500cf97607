"""The fast path of ``COCOeval``: the caller's dicts to columns once, then the same engine as ``cocokit.evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cocokit.columns import Float64
from cocokit.errors import DataError, ParamsError

from ..accumulate import Curves, Ranking, accumulate
from ..cells import Pairs, build_cells
from ..matching import match
from ..overlaps import lowest, of_boxes
from ..params import EvalParams
from .sides import Odd, Row, codes, detections, ground_truth, index
from .tables import Selection, empty


class Run:
    """One ``evaluate()``, kept as columns until somebody asks for its dicts.

    Attributes:
        gts, dts: the rows of both sides in the order in which pycocotools walks them.
        p: the settings, frozen.
        cells, pairs, matches, gt, dt: as in :class:`cocokit.eval.evaluate.Outcome`.
        iou_thrs: (T,) float64.
        area_rng: (A, 2) float64 px^2.
        kinds: categories, 1 when they are pooled.
    """

    def __init__(self, gts: Sequence[Row], dts: Sequence[Row], p: Any) -> None:
        """Match everything.

        Args:
            gts, dts: rows of the annotations and results of the chosen images and categories.
            p: a private copy of the settings, ids sorted.

        Raises:
            Odd: the columns cannot hold the input.
        """
        self.gts, self.dts, self.p = gts, dts, p
        self.iou_thrs, self.area_rng = _settings(p)
        images, categories = index(p.imgIds), index(p.catIds)
        pooled_pose = p.iouType == "keypoints" and not p.useCats
        if len(images) != len(p.imgIds) or len(categories) != len(p.catIds) or not images or not categories:
            raise Odd("ids")
        if pooled_pose and -1 in categories:  # the one category that pooled keypoints are compared in (F6)
            raise Odd(-1)
        self.kinds = len(categories) if p.useCats else 1
        self.gt, self.dt = ground_truth(gts, p), detections(dts, p)
        self.gt_image, self.dt_image = codes(gts, "image_id", images), codes(dts, "image_id", images)
        gt_category, dt_category = codes(gts, "category_id", categories), codes(dts, "category_id", categories)
        self.dt_category = dt_category
        self.cells = build_cells(
            self.dt_image, dt_category, self.dt.score, self.gt_image, gt_category, len(images), len(categories),
            bool(p.useCats), int(p.maxDets[-1]),
        )  # fmt: skip
        self.pairs = self._nothing() if pooled_pose else self._candidates(len(categories))
        if np.isnan(self.pairs.iou).any():  # after NaN any overlap at all matches, also those left out here (X3)
            raise Odd("NaN")
        self.matches = match(self.cells, self.pairs, self.gt, self.dt, self.iou_thrs, self.area_rng, fixed=False)

    def _nothing(self) -> Pairs:
        return Pairs(np.zeros(len(self.cells.dt_order) + 1, np.int64), np.empty(0, np.int32), np.empty(0))

    def _candidates(self, categories: int) -> Pairs:
        floor, kind = lowest(self.iou_thrs), self.p.iouType
        if kind == "bbox":
            return of_boxes(self.cells, self.gt, self.dt, floor)
        try:
            if kind == "segm":
                return self._masks(floor)
            params = EvalParams(iou_type=kind, iou_thrs=self.iou_thrs, sigmas=self.p.kpt_oks_sigmas)
            from ..keypoints import of_keypoints

            return of_keypoints(self.cells, self.gt, self.dt, params, np.arange(categories), floor)
        except (DataError, ParamsError) as error:
            raise Odd(kind) from error

    def _masks(self, floor: float) -> Pairs:
        from cocokit.masks import Masks

        from ..masks import mask_pairs

        assert self.gt.segmentation is not None
        assert self.dt.segmentation is not None
        truth, found = Masks(self.gt.segmentation), Masks(self.dt.segmentation)
        return mask_pairs(self.cells, truth, found, self.gt.crowd, floor)

    def mark_ignored(self) -> None:
        """Write ``_ignore`` of the last area range into the evaluated annotations, as pycocotools leaves it."""
        lo, hi = self.area_rng[-1]
        outside = (self.gt.ignore != 0) | (self.gt.area < lo) | (self.gt.area > hi)
        flags = outside.astype(np.int64).tolist()
        for i in self.cells.gt_order.tolist():
            self.gts[i]["_ignore"] = flags[i]

    def curves(self, chosen: Selection, rec_thrs: Any) -> Curves:
        """The three arrays.

        Args:
            chosen: what to accumulate.
            rec_thrs: (R,) recall thresholds.

        Raises:
            Odd: the selection is none of whole images, categories and ranges: it needs the per-image dicts.
        """
        t, _, k, a, m = chosen.shape
        n_areas, wanted = len(self.area_rng), sorted(set(chosen.limits))
        whole = (
            t == len(self.iou_thrs)
            and chosen.images == list(range(len(self.p.imgIds)))
            and chosen.categories == list(range(len(chosen.categories)))
            and len(chosen.categories) <= self.kinds
            and all(place < n_areas for place in chosen.areas)
        )
        if not whole:
            raise Odd(chosen)
        curves = empty(chosen.shape)
        if not wanted or not chosen.categories or not chosen.areas:
            return curves
        try:
            params = EvalParams(iou_thrs=self.iou_thrs, rec_thrs=rec_thrs, max_dets=tuple(wanted))
        except ParamsError as error:
            raise Odd(rec_thrs) from error
        full = accumulate(Ranking.of_cells(self.cells, self.dt.score, self.matches), params)
        if (k, a, m) == full.recall.shape[1:] and chosen.areas == list(range(a)) and chosen.limits == wanted:
            return full
        places: Any = np.ix_(chosen.categories, chosen.areas, [wanted.index(limit) for limit in chosen.limits])
        ends = tuple(map(len, (chosen.categories, chosen.areas, chosen.limits)))
        for name in ("precision", "recall", "scores"):
            getattr(curves, name)[..., : ends[0], : ends[1], : ends[2]] = getattr(full, name)[(..., *places)]
        return curves


def _settings(p: Any) -> tuple[Float64, Float64]:
    """Thresholds and area ranges as arrays."""
    try:
        thrs, areas = np.array(p.iouThrs, np.float64), np.array([list(ends) for ends in p.areaRng], np.float64)
    except (TypeError, ValueError) as error:
        raise Odd("settings") from error
    if thrs.ndim != 1 or not len(thrs) or np.isnan(thrs).any() or areas.ndim != 2 or areas.shape[1] != 2:
        raise Odd("settings")
    if not all(isinstance(m, (int, np.integer)) and not isinstance(m, bool) and 0 <= m < 1 << 31 for m in p.maxDets):
        raise Odd(p.maxDets)
    if p.iouType == "keypoints" and getattr(p.kpt_oks_sigmas, "dtype", None) != np.float64:
        raise Odd("sigmas")
    if p.iouType not in ("bbox", "segm", "keypoints") or not len(p.maxDets):
        raise Odd(p.iouType)
    return thrs, areas
