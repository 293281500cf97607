"""Average precision as PASCAL VOC computes it: VOC 2007's 11 points and VOC 2010's every point.

VOC matches differently from COCO. Each detection, best score first, takes the ground truth of its image and category
that it overlaps most, and if that one is taken already, it is wrong, whatever else it overlaps. There is no limit on
detections per image. A ground truth that is ``ignore`` or ``iscrowd`` (VOC's *difficult*) is not counted, and neither
are the detections that overlap it most. As in the devkit's VOCevaldet.m an overlap equal to the threshold is enough
(some ports ask for more), and equal scores keep the order of the results.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cocokit.columns import Annotations, Bools, Field, Float64, Int64
from cocokit.dataset import Dataset
from cocokit.errors import ParamsError

from .borders import check_borders
from .cells import Cells, IdIndex, Pairs, build_cells
from .evaluate import candidates, load_dataset, load_results, source_name
from .params import EvalParams
from .sides import Detections, GroundTruth, detections, ground_truth

_NEVER = np.iinfo(np.int64).max
_ROW = Field.ID | Field.IMAGE_ID | Field.CATEGORY_ID | Field.ISCROWD | Field.IGNORE | Field.AREA | Field.BBOX


@dataclass(frozen=True, slots=True)
class VocCategory:
    """One category's outcome.

    Attributes:
        cat_id, cat_name: the category.
        positives: ground truths that are not difficult.
        scores: (n,) float64 of the detections that count, falling.
        tp: (n,) bool, whether each is right.
        ap07: mean of the best precision at recalls of at least 0, 0.1, ... 1; -1 without positives.
        ap10: area under the precision envelope; -1 without positives.
    """

    cat_id: int
    cat_name: str
    positives: int
    scores: Float64
    tp: Bools
    ap07: float
    ap10: float

    @property
    def precision(self) -> Float64:
        """(n,) float64 after each detection, not interpolated."""
        return np.cumsum(self.tp) / np.arange(1, len(self.tp) + 1)

    @property
    def recall(self) -> Float64:
        """(n,) float64 after each detection; NaN without positives."""
        return np.cumsum(self.tp) / self.positives if self.positives else np.full(len(self.tp), np.nan)


@dataclass(frozen=True, slots=True)
class VocReport:
    """Average precision of all categories.

    Attributes:
        iou_thr: overlap that is enough.
        pixel_boxes: whether boxes were taken as VOC's inclusive pixel coordinates.
        per_category: K outcomes, by category id.
        warnings: one sentence each.
    """

    iou_thr: float
    pixel_boxes: bool
    per_category: list[VocCategory]
    warnings: list[str] = field(default_factory=list)

    @property
    def map07(self) -> float:
        """Mean of ``ap07`` over the categories with positives; -1 if there are none."""
        return _mean([c.ap07 for c in self.per_category if c.positives])

    @property
    def map10(self) -> float:
        """Mean of ``ap10`` over the categories with positives; -1 if there are none."""
        return _mean([c.ap10 for c in self.per_category if c.positives])

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values, curves left out."""
        rows = [
            {"id": c.cat_id, "name": c.cat_name, "annotations": c.positives, "detections": len(c.tp), "AP07": c.ap07,
             "AP10": c.ap10} for c in self.per_category
        ]  # fmt: skip
        return {"mAP07": self.map07, "mAP10": self.map10, "iou_thr": self.iou_thr, "pixel_boxes": self.pixel_boxes,
                "per_category": rows, "warnings": self.warnings}  # fmt: skip


def voc_ap(
    gt: Any, dt: Any, iou_type: str = "bbox", *, iou_thr: float = 0.5, pixel_boxes: bool = False, lenient: bool = False,
) -> VocReport:  # fmt: skip
    """Average precision by PASCAL VOC's rules.

    Args:
        gt, dt: as for :func:`cocokit.evaluate`.
        iou_type: ``bbox``, or ``segm`` for the same rules with masks.
        iou_thr: overlap that is enough, above 0 and up to 1.
        pixel_boxes: a box's right and lower pixel belong to it, as in VOC's own files: x, y, w, h made from
            xmax - xmin and ymax - ymin is one px too small each way, and is made up for here.
        lenient: as for :func:`cocokit.evaluate`.

    Raises:
        DataError: a file or a value that cannot be evaluated.
        ParamsError: a setting that cannot work.
    """
    if iou_type not in ("bbox", "segm"):
        raise ParamsError("iou_type", iou_type, "VOC compares boxes and masks: use bbox or segm")
    if not 0 < iou_thr <= 1:
        raise ParamsError("iou_thr", iou_thr, "give an overlap above 0 and up to 1")
    params = EvalParams(iou_type=iou_type, iou_thrs=np.array([iou_thr]), max_dets=(_NEVER,), fixed=True)
    dataset = load_dataset(gt, _ROW | (Field.SEGMENTATION if iou_type == "segm" else Field(0)))
    results, name = load_results(dt, iou_type)
    warnings = check_borders(
        dataset, results, iou_type, fixed=not lenient, lenient=lenient, gt_path=source_name(gt, "ground truth"),
        dt_path=name,
    )  # fmt: skip
    truth = ground_truth(dataset.annotations, iou_type, fixed=True)
    dets = detections(results, iou_type, fixed=True, path=name)
    truth.crowd = np.zeros_like(truth.crowd)  # the overlap with a difficult one is an ordinary IoU
    if pixel_boxes and iou_type == "bbox":
        truth.bbox, dets.bbox = (_one_px_more(box) for box in (truth.bbox, dets.bbox))
    found = _categories(dataset, results, truth, dets, params)
    if dets.masks is not None:
        from .mask_borders import check_masks

        warnings += check_masks(
            dataset, results, dets.masks, fixed=not lenient, lenient=lenient, gt_path=source_name(gt, "ground truth"),
            dt_path=name,
        )  # fmt: skip
    return VocReport(iou_thr, pixel_boxes, found, warnings)


def _categories(
    dataset: Dataset, results: Annotations, truth: GroundTruth, dets: Detections, params: EvalParams
) -> list[VocCategory]:
    cat_ids = np.unique(np.array([c.id for c in dataset.categories], np.int64))
    names = {c.id: c.name for c in dataset.categories}
    cells = _cells(dataset, truth, dets, cat_ids)
    pairs = candidates(cells, truth, dets, params, cat_ids, dataset)
    difficult = (truth.ignore != 0)[cells.gt_order]
    best = _best(cells, pairs, float(params.iou_thrs[0]))
    ordered = _by_score(cells, dets.score)
    right, counts = _judged(best[ordered], difficult)
    scores = dets.score[cells.dt_order[ordered]]
    positives = np.bincount(cells.gt_category[~difficult], minlength=len(cat_ids))
    made = []
    for k, cat_id in enumerate(cat_ids.tolist()):
        part = slice(int(cells.dt_cat_start[k]), int(cells.dt_cat_start[k + 1]))
        tp, n = right[part][counts[part]], int(positives[k])
        ap07, ap10 = average_precision(tp, n)
        made.append(VocCategory(cat_id, names[cat_id], n, scores[part][counts[part]], tp, ap07, ap10))
    return made


def _cells(dataset: Dataset, truth: GroundTruth, dets: Detections, cat_ids: Int64) -> Cells:
    images, categories = IdIndex(np.unique(dataset.images.id)), IdIndex(cat_ids)
    return build_cells(
        images.of(dets.image_id)[0], categories.of(dets.category_id)[0], dets.score, images.of(truth.image_id)[0],
        categories.of(truth.category_id)[0], len(images.ids), len(cat_ids), True, _NEVER,
    )  # fmt: skip


def _best(cells: Cells, pairs: Pairs, iou_thr: float) -> Int64:
    """(D,) int64 by position: position of the ground truth with the largest overlap, the first among equals, or -1."""
    best = np.full(len(cells.dt_order), -1, np.int64)
    some = np.flatnonzero(np.diff(pairs.offsets))
    if len(some):
        starts = pairs.offsets[some]
        largest = np.maximum.reduceat(pairs.iou, starts)
        place = pairs.gt.astype(np.int64)
        place[pairs.iou < np.repeat(largest, pairs.offsets[some + 1] - starts)] = _NEVER
        first_of_cell = cells.gt_start[np.searchsorted(cells.dt_start, some, side="right") - 1]
        best[some] = np.where(largest >= iou_thr, np.minimum.reduceat(place, starts) + first_of_cell, -1)
    return best


def _by_score(cells: Cells, score: Float64) -> Int64:
    """Positions by category, falling score and order of the results."""
    category = np.repeat(np.arange(cells.kinds), np.diff(cells.dt_cat_start))
    return np.lexsort((cells.dt_order, -score[cells.dt_order], category))


def _judged(best: Int64, difficult: Bools) -> tuple[Bools, Bools]:
    """Whether each detection, best score first, is right, and whether it counts at all."""
    counts = np.ones(len(best), np.bool_)
    hit = np.flatnonzero(best >= 0)
    counts[hit] = ~difficult[best[hit]]
    hit = hit[counts[hit]]
    right = np.zeros(len(best), np.bool_)
    right[hit[np.unique(best[hit], return_index=True)[1]]] = True
    return right, counts


def average_precision(tp: Bools, positives: int) -> tuple[float, float]:
    """VOC 2007's and VOC 2010's average precision of one category.

    Args:
        tp: (n,) bool, whether each detection, best score first, is right.
        positives: ground truths to be found.

    Returns:
        Mean of the best precision at recalls of at least 0, 0.1, ... 1, and the area under the envelope of precision;
        -1 each without positives.
    """
    if not positives:
        return -1.0, -1.0
    found = np.cumsum(tp)
    recall = found / positives
    envelope = np.maximum.accumulate((found / np.arange(1, len(tp) + 1))[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 11), side="left")
    reached = np.append(envelope, 0.0)[at]
    steps = np.diff(recall, prepend=0.0)
    return float(reached.sum() / 11), float((steps * envelope).sum())


def _one_px_more(boxes: Float64 | None) -> Any:
    return None if boxes is None else boxes + np.array([0.0, 0.0, 1.0, 1.0])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else -1.0
