"""From (ground truth, results) to a report."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from cocokit.columns import Annotations, Field, Int32, Int64
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.ids import distinct

from .accumulate import Ranking, accumulate
from .borders import check_borders, check_chosen
from .cells import Cells, IdIndex, Pairs, build_cells
from .matching import Matches, match
from .overlaps import lowest, of_boxes
from .params import EvalParams
from .quirks import Evidence, QuirkHit, find_quirks
from .report import Report
from .sides import Detections, GroundTruth, detections, ground_truth, last_with_same_id

_GT_FIELDS = {
    "bbox": Field.BBOX,
    "segm": Field.BBOX | Field.SEGMENTATION,
    "keypoints": Field.BBOX | Field.KEYPOINTS | Field.NUM_KEYPOINTS,
}
_DT_FIELDS = {
    "bbox": Field.BBOX,
    "segm": Field.BBOX | Field.SEGMENTATION,
    "keypoints": Field.BBOX | Field.KEYPOINTS,
}
_ROW = Field.ID | Field.IMAGE_ID | Field.CATEGORY_ID | Field.ISCROWD


@dataclass(slots=True, eq=False, repr=False)
class Outcome:
    """What matching left behind, for measures beyond the twelve numbers.

    Attributes:
        cat_ids, img_ids: (K,), (I,) int64 evaluated ids, ascending.
        dt_image, gt_image: index of each row's image, -1 if it is not evaluated.
        gt, dt: both sides.
        cells: matching order.
        pairs: candidates, reordered by matching.
        matches: words and positives.
    """

    cat_ids: Int64
    img_ids: Int64
    dt_image: Int32
    gt_image: Int32
    gt: GroundTruth
    dt: Detections
    cells: Cells
    pairs: Pairs
    matches: Matches

    @property
    def ranking(self) -> Ranking:
        """The detections by falling score, with their outcome."""
        return Ranking.of_cells(self.cells, self.dt.score, self.matches)


def evaluate(
    gt: Any, dt: Any, iou_type: str = "bbox", *, params: EvalParams | None = None, lenient: bool = False,
    **settings: Any,
) -> Report:  # fmt: skip
    """Evaluate results against ground truth with pycocotools' semantics.

    Args:
        gt: ground truth: a path, a :class:`~cocokit.dataset.Dataset` or the parsed JSON object.
        dt: results: a path, :class:`~cocokit.columns.Annotations` or the parsed JSON list.
        iou_type: ``bbox``, ``segm`` or ``keypoints``.
        params: all settings at once; or give them one by one as keywords: ``iou_thrs``, ``rec_thrs``, ``area_rng``,
            ``area_labels``, ``max_dets``, ``img_ids``, ``cat_ids``, ``use_cats``, ``sigmas``, ``fixed`` (see
            :class:`~cocokit.eval.params.EvalParams`).
        lenient: give pycocotools' number, with a warning, where the input can only be a mistake but pycocotools
            accepts it.

    Returns:
        The report; strict mode's arrays and stats have the same bits as pycocotools 2.0.11's.

    Raises:
        DataError: a file or a value that cannot be evaluated.
        ParamsError: a setting that cannot work.
    """
    if params is None:
        params = EvalParams(iou_type=iou_type, **settings)
    gt_path, dt_path = source_name(gt, "ground truth"), source_name(dt, "results")
    dataset = load_dataset(gt, _ROW | Field.AREA | Field.IGNORE | _GT_FIELDS[params.iou_type])
    try:
        results, name = load_results(dt, params.iou_type)
        warnings = check_borders(
            dataset, results, params.iou_type, fixed=params.fixed, lenient=lenient, use_cats=params.use_cats,
            gt_path=gt_path, dt_path=dt_path,
        )  # fmt: skip
        warnings += check_chosen(dataset, params, gt_path)
        report = evaluate_columns(dataset, results, params, warnings, name)
        if report.details.dt.masks is not None:
            from .mask_borders import check_masks

            report.warnings += check_masks(
                dataset, results, report.details.dt.masks, fixed=params.fixed, lenient=lenient,
                gt_path=gt_path, dt_path=dt_path,
            )  # fmt: skip
        return report
    except DataError as error:  # deeper down the sides have no names of their own
        raise error.renamed({"ground truth": gt_path, "results": dt_path}) from error.__cause__


def source_name(source: Any, otherwise: str) -> str:
    """What messages call a source: its path, or another word for what is in memory."""
    return str(source) if isinstance(source, str) or hasattr(source, "__fspath__") else otherwise


def load_dataset(gt: Any, want: Field) -> Dataset:
    """The ground truth as a Dataset, whatever form it came in."""
    if isinstance(gt, Dataset):
        from cocokit.column_checks import checked_annotations, checked_categories, checked_images

        name = "ground truth"
        images, annotations = checked_images(gt.images, name), checked_annotations(gt.annotations, name)
        return Dataset(images, annotations, checked_categories(gt.categories, name), gt.top, gt.members)
    from cocokit.coco_json import dataset_from_json, read_dataset

    if isinstance(gt, str) or hasattr(gt, "__fspath__"):
        return read_dataset(gt, want=want, extras=False)
    return dataset_from_json(gt, "ground truth", want, extras=False)


def load_results(dt: Any, iou_type: str) -> tuple[Annotations, str]:
    """The results as columns, and their name in messages."""
    name = source_name(dt, "results")
    if isinstance(dt, Annotations):
        from cocokit.column_checks import checked_annotations

        return checked_annotations(dt, name), name
    from cocokit.coco_json import read_results, results_from_json

    on_disk = isinstance(dt, str) or hasattr(dt, "__fspath__")
    once = on_disk and not os.path.isfile(dt)  # a pipe cannot be read again

    def read(want: Field) -> Annotations:
        return read_results(dt, want=want) if on_disk else results_from_json(dt, name, want)

    want = _ROW | Field.SCORE | _DT_FIELDS[iou_type]
    outlines = Field.SEGMENTATION | Field.KEYPOINTS
    results = read(want | outlines if once and iou_type == "bbox" else want)
    # Boxes that are not there come from the outlines (PARITY X16).
    if not once and iou_type == "bbox" and len(results) and not int(results.present[0]) & Field.BBOX:
        results = read(want | outlines)
    return results, name


def evaluate_columns(
    dataset: Dataset, results: Annotations, params: EvalParams, warnings: list[str] | None = None,
    name: str = "results",
) -> Report:  # fmt: skip
    """Evaluate columns that passed the border checks; see :func:`evaluate`."""
    found, quirks = match_columns(dataset, results, params, name)
    cells = found.cells
    curves = accumulate(found.ranking, params)
    names, cat_ids = {c.id: c.name for c in dataset.categories}, found.cat_ids.tolist()
    return Report(
        params=params,
        curves=curves,
        cat_ids=tuple(cat_ids) if params.use_cats else (-1,),
        cat_names=tuple(names.get(c, str(c)) for c in cat_ids) if params.use_cats else ("all",),
        npig=found.matches.npig,
        counts={"images": len(found.img_ids), "annotations": len(cells.gt_order), "detections": len(cells.dt_order)},
        quirks=quirks,
        warnings=warnings or [],
        details=found,
    )


def match_columns(
    dataset: Dataset, results: Annotations, params: EvalParams, name: str = "results",
) -> tuple[Outcome, list[QuirkHit]]:  # fmt: skip
    """Match columns that passed the border checks: all but the curves, and the quirks that the input triggers."""
    img_ids = distinct(dataset.images.id if params.img_ids is None else np.array(params.img_ids, np.int64))
    known_cats = distinct(np.array([c.id for c in dataset.categories], np.int64))
    cat_ids = known_cats if params.cat_ids is None else np.array(params.cat_ids, np.int64)
    images, categories = IdIndex(img_ids), IdIndex(cat_ids)
    truth = ground_truth(dataset.annotations, params.iou_type, params.fixed, _walk(dataset, images, params))
    if params.iou_type == "segm":
        from .masks import fill_areas

        fill_areas(truth, dataset)
    dets = detections(results, params.iou_type, params.fixed, name)
    gt_image, _ = images.of(truth.image_id)
    dt_image, _ = images.of(dets.image_id)
    gt_category, gt_strange = categories.of(truth.category_id)
    dt_category, dt_strange = categories.of(dets.category_id)
    cells = build_cells(
        dt_image, dt_category, dets.score, gt_image, gt_category, len(img_ids), len(cat_ids), params.use_cats,
        params.max_dets[-1],
    )  # fmt: skip
    pairs = candidates(cells, truth, dets, params, cat_ids, dataset)
    # Counted before matching, which reorders the candidates.
    evidence = Evidence(params, dataset, results, truth, dets, cells, pairs, (dt_image >= 0) & (dt_category >= 0),
                        (gt_image >= 0) & (gt_category >= 0), 0, 0)  # fmt: skip
    if gt_strange or dt_strange:
        listed = IdIndex(known_cats)
        evidence.dt_no_category, evidence.gt_no_category = (
            listed.of(side.category_id)[1] for side in (dets, truth))
    quirks = find_quirks(evidence)
    matches = match(cells, pairs, truth, dets, params.iou_thrs, params.ranges, params.fixed)
    return Outcome(cat_ids, img_ids, dt_image, gt_image, truth, dets, cells, pairs, matches), quirks


def _walk(dataset: Dataset, images: IdIndex, params: EvalParams) -> Int64 | None:
    """Rows in pycocotools' order of walking (image by image) where it matters: with duplicated ids (PARITY X2)."""
    columns = dataset.annotations
    if params.fixed or columns.id is None or last_with_same_id(columns.id) is None:
        return None
    assert columns.image_id is not None and columns.category_id is not None
    image, _ = images.of(columns.image_id)
    keep = image >= 0
    if params.use_cats:
        cats = np.array([c.id for c in dataset.categories] if params.cat_ids is None else params.cat_ids, np.int64)
        keep &= np.isin(columns.category_id, cats)
    rows = np.flatnonzero(keep)
    return rows[np.argsort(image[rows], kind="stable")]


def candidates(
    cells: Cells, gt: GroundTruth, dt: Detections, params: EvalParams, cat_ids: Int64, dataset: Dataset,
) -> Pairs:  # fmt: skip
    """Pairs whose overlap reaches the lowest threshold.

    Args:
        cells: both sides in matching order.
        gt: ground truth.
        dt: detections; the masks of boxes are drawn here (PARITY J2).
        params: the settings.
        cat_ids: (K,) int64 ids of the categories, by index.
        dataset: has the sizes of the images.
    """
    floor = lowest(params.iou_thrs)
    if params.iou_type == "bbox":
        return of_boxes(cells, gt, dt, floor)
    if params.iou_type == "keypoints":
        if not params.use_cats and not params.fixed:  # pycocotools compares nothing then (PARITY F6)
            return Pairs(np.zeros(len(cells.dt_order) + 1, np.int64), np.empty(0, np.int32), np.empty(0))
        from .keypoints import of_keypoints

        return of_keypoints(cells, gt, dt, params, cat_ids, floor)
    from .masks import of_masks

    return of_masks(cells, gt, dt, dataset, floor)


