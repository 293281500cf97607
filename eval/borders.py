"""What may enter an evaluation: refusals of one sentence, and warnings for what counts in a surprising way.

Everything here looks at whole columns and costs a few milliseconds for half a million results. What pycocotools
accepts but can only be a mistake is refused, unless ``lenient`` turns the refusal into a warning; what it cannot
evaluate is refused in any case. Nothing behind this border checks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cocokit.columns import Annotations, Field, Float64, Int64, Ragged
from cocokit.errors import DataError
from cocokit.ids import NO_ROWS, repeated, rows_not_in, run_starts
from cocokit.places import place

from .faults import Faults

if TYPE_CHECKING:
    from cocokit.dataset import Dataset

    from .params import EvalParams


_NAMES = {field: (field.name or "").lower() for field in Field}
_SHAPES = {"bbox": Field.BBOX, "segm": Field.SEGMENTATION, "keypoints": Field.KEYPOINTS | Field.BBOX}
_DERIVED = {Field.AREA: "taken from the outline or box", Field.ISCROWD: "taken as 0"}


def check_borders(
    dataset: Dataset,
    results: Annotations,
    iou_type: str = "bbox",
    *,
    fixed: bool = False,
    lenient: bool = False,
    use_cats: bool = True,
    gt_path: str = "ground truth",
    dt_path: str = "results",
) -> list[str]:
    """Warnings about an evaluation's inputs, or an error for what must not be evaluated.

    Args:
        dataset: ground truth; its annotations need ``present``, ``id``, ``image_id``, ``category_id`` and the columns
            of the IoU type.
        results: detections, likewise.
        iou_type: ``bbox``, ``segm`` or ``keypoints``.
        fixed: the mode that corrects pycocotools' defects; it refuses what has no correction, ``lenient`` or not.
        lenient: warn instead of refusing what pycocotools accepts (PARITY X3, and duplicated result ids).
        use_cats: False pools all categories, so that unlisted ones count too.
        gt_path: the ground truth's name for messages.
        dt_path: that of the results.

    Raises:
        DataError: a missing field, an unknown image (J5), a number that is not finite (X3), a duplicated id in the
            results, an outline that pycocotools cannot draw (K1, X10), an image without a size.
    """
    gt = Faults(dataset.annotations, gt_path, "annotations", lenient=lenient, fixed=fixed)
    dt = Faults(results, dt_path, "results", lenient=lenient, fixed=fixed)
    _check_ground_truth(gt, iou_type, fixed=fixed)
    _check_results(dt, iou_type, fixed=fixed)
    if iou_type == "segm":
        from .mask_borders import check_coordinates, check_drawable

        for side in (gt, dt):
            check_coordinates(side)
        check_drawable(gt)
        _check_sizes(gt, dt, dataset)
    _check_images(gt, dt, dataset)
    if use_cats:
        known = np.sort(np.array([category.id for category in dataset.categories], np.int64))
        for side in (gt, dt):
            _check_categories(side, known, gt_path)
    return [*gt.warnings, *dt.warnings]


def check_chosen(dataset: Dataset, params: EvalParams, gt_path: str = "ground truth") -> list[str]:
    """Warnings about images and categories that were asked for and are not in the ground truth; they add nothing."""
    listed = {
        "image": (params.img_ids, dataset.images.id, "img_ids"),
        "category": (params.cat_ids, np.array([c.id for c in dataset.categories], np.int64), "cat_ids"),
    }
    found = []
    for noun, (chosen, known, name) in listed.items():
        absent = [] if chosen is None else np.setdiff1d(np.array(chosen, np.int64), known).tolist()
        if absent:
            more = f" ({len(absent) - 1:,} more like it)" if absent[1:] else ""
            found.append(f"{gt_path}: has no {noun} with the id {absent[0]}, which {name} asks for{more}")
    return found


def _check_ground_truth(gt: Faults, iou_type: str, *, fixed: bool) -> None:
    _require(gt, Field.ID | Field.IMAGE_ID | Field.CATEGORY_ID, "every annotation needs it")
    _require(gt, _SHAPES[iou_type], f"give ground truth that has it, or evaluate with {_others(iou_type)}")
    keypoints = {Field.NUM_KEYPOINTS: "counted from the visible keypoints"} if iou_type == "keypoints" else {}
    for field, how in {**_DERIVED, **keypoints}.items():
        at = gt.without(field)
        if len(at):
            gt.warn(at, _NAMES[field], f"is missing, {how}; pycocotools refuses such a file (X5)")
    _check_finite(gt, iou_type)
    ids = gt.rows.id
    if ids is None or fixed:
        return
    zero, again = np.flatnonzero(ids == 0), repeated(ids)
    if len(zero):
        gt.warn(zero, "id", "is 0, which pycocotools never counts as matched (X1)")
    if len(again):
        why = "pycocotools evaluates the last annotation with an id in place of each"
        gt.warn(again, "id", f"is {ids[again[0]]} once more; {why} (X2)")


def _others(iou_type: str) -> str:
    """The other IoU types, as the flag that asks for them."""
    return "--iou-type " + " or ".join(other for other in _SHAPES if other != iou_type)


def _check_results(dt: Faults, iou_type: str, *, fixed: bool) -> None:
    if not len(dt.rows):
        dt.warnings.append(f"{dt.path}: holds no results, so every precision and recall is 0 (X4)")
        return
    if fixed and iou_type == "segm" and not dt.rows.present[0] & int(Field.SEGMENTATION):
        reason = "is missing, and a box is no mask (J2)"
        dt.refuse(dt.without(Field.SEGMENTATION), "segmentation", reason, "evaluate with --iou-type bbox, or --strict")
    fields = Field.IMAGE_ID | Field.CATEGORY_ID | Field.SCORE | _shape_of_results(dt, iou_type, fixed=fixed)
    _require(dt, fields, "every result needs it (the first one decides what all need), so add it or remove the result")
    _check_finite(dt, "keypoints" if fields & Field.KEYPOINTS else iou_type)
    if fields & Field.KEYPOINTS and not dt.rows.present[0] & int(Field.BBOX):
        _check_extents(dt)
    _check_result_ids(dt)
    if fields & Field.SEGMENTATION or iou_type == "segm":
        from .mask_borders import check_are_masks

        check_are_masks(dt, measured=bool(fields & Field.SEGMENTATION))
    box = dt.rows.bbox
    # Looking at everything first is cheaper than at two columns of four.
    turned = np.flatnonzero(box[:, 2:].min(1) < 0) if box is not None and box.min() < 0 else NO_ROWS
    if box is not None and len(turned):
        dt.warn(turned, "bbox", f"is {box[turned[0]].tolist()}, with a negative width or height: it matches nothing")


def _shape_of_results(dt: Faults, iou_type: str, *, fixed: bool) -> Field:
    """The outlines that every result needs: the first result decides (J2, J6, X16)."""
    first = Field(int(dt.rows.present[0]))
    if iou_type == "keypoints":
        return Field.KEYPOINTS | (first & Field.BBOX)
    if iou_type == "segm" and (fixed or not first & Field.BBOX):
        return Field.SEGMENTATION
    for field in (Field.BBOX, Field.SEGMENTATION, Field.KEYPOINTS):
        if first & field:
            return field
    return Field.BBOX


def _check_result_ids(dt: Faults) -> None:
    ids, given = dt.rows.id, dt.rows.has(Field.ID)
    if ids is None or not given.any():
        return
    at = np.flatnonzero(given)
    again = at[repeated(ids[at])]
    if len(again):
        reason = f"is {ids[again[0]]} once more, as if two files had been joined"
        dt.doubt(again, "id", reason, "remove what is there twice, or leave ids out of the results")


def _require(side: Faults, fields: Field, remedy: str) -> None:
    """Refuse rows that lack one of some fields."""
    common = int(np.bitwise_and.reduce(side.rows.present))
    for field, name in _NAMES.items():
        if field & fields & ~common and len(side.rows):
            side.refuse(side.without(field), name, "is missing", remedy)


def _check_finite(side: Faults, iou_type: str) -> None:
    """Doubt scores, boxes, areas and keypoints that are NaN or infinite (X3)."""
    rows = side.rows
    for name, values in (("score", rows.score), ("area", rows.area), ("bbox", rows.bbox)):
        if values is None or _sums_to_number(values):
            continue
        flat = values.reshape(len(rows), -1)
        at = np.flatnonzero(~np.isfinite(flat).all(1))
        if len(at):
            side.doubt(at, name, _not_finite(flat[at[0]]), "correct it")
    points = rows.keypoints if iou_type == "keypoints" else None
    if points is not None:
        _check_triplets(side, points)
    if points is not None and not _sums_to_number(points.values):
        bad = np.flatnonzero(~np.isfinite(points.values))
        at = np.unique(np.searchsorted(points.offsets, bad, side="right") - 1)
        if len(at):
            side.doubt(at, "keypoints", _not_finite(points[int(at[0])]), "correct it")


def _check_triplets(side: Faults, points: Ragged) -> None:
    """Refuse poses that are not made of x, y, v."""
    at = np.flatnonzero(np.diff(points.offsets) % 3)
    if len(at):
        reason = f"has {len(points[int(at[0])])} numbers, which is no multiple of 3"
        side.refuse(at, "keypoints", reason, "write x, y, v for each point")


def _check_extents(dt: Faults) -> None:
    """Refuse poses without points, of which pycocotools cannot make a box (J3)."""
    points = dt.rows.keypoints
    at = NO_ROWS if points is None else np.flatnonzero(np.diff(points.offsets) == 0)
    if len(at):
        dt.refuse(at, "keypoints", "is empty, so that the pose has no extent", "write its points, or remove the result")


def _sums_to_number(values: Float64) -> bool:
    """Whether a sum is finite, and so all its terms: this costs a tenth of looking at each."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()))


def _not_finite(values: Float64) -> str:
    bad = float(values[~np.isfinite(values)][0])
    word = "NaN" if bad != bad else "Infinity" if bad > 0 else "-Infinity"
    return f"is {word}, which is no number" if len(values) == 1 else f"holds {word}, which is no number"


def _check_images(gt: Faults, dt: Faults, dataset: Dataset) -> None:
    """Refuse results for unknown images (J5); warn about annotations of such."""
    known = np.sort(dataset.images.id)
    for side in (gt, dt):
        ids = side.rows.image_id
        at = NO_ROWS if ids is None else rows_not_in(ids, known)
        if ids is None or not len(at):
            continue
        if side is gt:
            gt.warn(at, "image_id", f"is {ids[at[0]]}, which is not among the images, so the annotation is left out")
        else:
            remedy = "evaluate against the ground truth of these results, or remove them"
            dt.refuse(at, "image_id", f"is {ids[at[0]]}, none of the {len(known):,} images of {gt.path}", remedy)


def _check_sizes(gt: Faults, dt: Faults, dataset: Dataset) -> None:
    """Refuse images without a size that have annotations or results to be drawn."""
    images = dataset.images
    bare = np.flatnonzero((images.width <= 0) | (images.height <= 0))
    if not len(bare):
        return
    columns = [side.rows.image_id for side in (gt, dt)]
    used = np.concatenate([ids[run_starts(ids)] for ids in columns if ids is not None])
    bare = bare[np.isin(images.id[bare], used)]
    if len(bare):
        name = "width" if images.width[bare[0]] <= 0 else "height"
        reason = "is missing or 0, and masks cannot be compared without it"
        where = place("images", int(bare[0]), name, int(images.id[bare[0]]))
        raise DataError(gt.path, where, reason, "add width and height in px", len(bare))


def _check_categories(side: Faults, known: Int64, listed_in: str) -> None:
    """Warn about categories that the ground truth does not list: they are left out (X6)."""
    ids = side.rows.category_id
    at = NO_ROWS if ids is None else rows_not_in(ids, known)
    if ids is not None and len(at):
        side.warn(
            at,
            "category_id",
            f"is {ids[at[0]]}, which is not among the categories of {listed_in}, so it is left out (X6)",
        )
