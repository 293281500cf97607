"""What ``loadRes`` writes into the caller's results: ids, areas, boxes and outlines (PARITY J1 to J6)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from cocokit.errors import DataError
from cocokit.masks import Masks

from . import mask
from .blame import TooShortError, blame
from .garbage import paused_gc
from .sides import Odd
from .sides import outlines as outlines_of

if TYPE_CHECKING:
    from .coco import COCO

Row = dict[str, Any]
#: Whole coordinates below this have exact float64 differences and products.
_EXACT = float(1 << 25)
_BOX = "a box is four numbers [x, y, width, height], and all results are read as the first one is (J6)"


def prepare_results(truth: COCO, res: COCO, anns: Any) -> None:
    """Check results against a dataset and complete them in place; the first one's fields decide for all (J6).

    Args:
        truth: the dataset.
        res: the results' object; gets ``categories``, and for captions only the images that have one.
        anns: N result dicts.

    Raises:
        AssertionError: not a list, or unknown images.
        IndexError, KeyError, TypeError: as pycocotools, with the place.
    """
    if type(anns) is not list:
        raise AssertionError(f"results in not an array of objects: {type(anns).__name__} where a list was expected")
    _check_images(truth, anns)
    if not anns:
        raise TooShortError("results", "", "are an empty list, which pycocotools cannot read either",
                            "skip the evaluation, or use cocokit.evaluate(), which gives 0 for it")
    first = anns[0]
    with paused_gc():
        if "caption" in first:
            _captions(res, anns)
            return
        if "bbox" in first and not _is_empty(first["bbox"]):
            complete = _boxes
        elif "segmentation" in first:
            complete = _masks
        elif "keypoints" in first:
            complete = _keypoints
        else:
            return
        res.dataset["categories"] = deepcopy(truth.dataset["categories"])
        complete(anns)


def _is_empty(box: Any) -> bool:
    return isinstance(box, list) and not box


def _check_images(truth: COCO, anns: Sequence[Row]) -> None:
    try:
        named = [ann["image_id"] for ann in anns]
    except (KeyError, TypeError) as error:
        i = next(i for i, ann in enumerate(anns) if not isinstance(ann, dict) or "image_id" not in ann)
        raise blame(error, "results", i, anns[i], ("image_id",)) from None
    unknown = set(named) - set(truth.getImgIds())
    if unknown:
        i = next(i for i, name in enumerate(named) if name in unknown)
        count = sum(name in unknown for name in named)
        raise AssertionError(
            f"Results do not correspond to current coco set: result [{i}] has image_id {named[i]!r}, which the data "
            f"set does not have (so for {count:,} results, {len(unknown):,} ids in all)"
        )


def _captions(res: COCO, anns: list[Row]) -> None:
    named = {ann["image_id"] for ann in anns}
    res.dataset["images"] = [image for image in res.dataset["images"] if image["id"] in named]
    for i, ann in enumerate(anns):
        ann["id"] = i + 1


def _boxes(anns: list[Row]) -> None:
    """A rectangle as outline where there is none (J2), the box's area (J3), no crowd (J4)."""
    i = 0
    try:
        for i, ann in enumerate(anns):
            box = ann["bbox"]
            left, right, top, bottom = box[0], box[0] + box[2], box[1], box[1] + box[3]
            if "segmentation" not in ann:
                ann["segmentation"] = [[left, top, left, bottom, right, bottom, right, top]]
            ann["area"] = box[2] * box[3]
            ann["id"] = i + 1
            ann["iscrowd"] = 0
    except (KeyError, IndexError, TypeError) as error:
        raise blame(error, "results", i, anns[i], ("bbox",), _BOX) from None


def _masks(anns: list[Row]) -> None:
    """The mask's area, and its box where none is given (J3)."""
    try:
        outlines = [ann["segmentation"] for ann in anns]
    except KeyError as error:
        i = next(i for i, ann in enumerate(anns) if "segmentation" not in ann)
        raise blame(error, "results", i, anns[i], ("segmentation",)) from None
    areas, boxes = _measured(outlines)
    for i, ann in enumerate(anns):
        ann["area"] = areas[i]
        if "bbox" not in ann:
            ann["bbox"] = boxes[i]
        ann["id"] = i + 1
        ann["iscrowd"] = 0


def _measured(outlines: list[Any]) -> tuple[Any, Any]:
    """Areas (uint32) and boxes ((4,) float64) of masks; lists of masks have lists of areas."""
    try:
        found = Masks(outlines_of(outlines)).measures
        return found.area.astype(np.int64).astype(np.uint32), found.bbox
    except (Odd, DataError):
        pass  # one by one, as pycocotools does
    return [mask.area(outline) for outline in outlines], [mask.toBbox(outline) for outline in outlines]


def _keypoints(anns: list[Row]) -> None:
    """The box around all points, labelled or not, and its area (J3)."""
    i = 0
    try:
        values = [ann["keypoints"] for ann in anns]
        if _fits(values):
            table = np.array(values, np.float64)
            x0, x1 = table[:, 0::3].min(1), table[:, 0::3].max(1)
            y0, y1 = table[:, 1::3].min(1), table[:, 1::3].max(1)
            with np.errstate(invalid="ignore"):
                areas = ((x1 - x0) * (y1 - y0)).tolist()
                boxes = np.stack([x0, y0, x1 - x0, y1 - y0], 1).tolist()
        else:
            boxes, areas = [], []
            for i, points in enumerate(values):  # noqa: B007 (named in the message)
                extent = _extent(points)
                boxes.append(extent)
                areas.append(extent[2] * extent[3])
        for i, ann in enumerate(anns):
            ann["area"] = areas[i]
            ann["id"] = i + 1
            ann["bbox"] = boxes[i]
    except KeyError as error:
        i = next(i for i, ann in enumerate(anns) if "keypoints" not in ann)
        raise blame(error, "results", i, anns[i], ("keypoints",)) from None
    except TypeError as error:
        raise blame(error, "results", i, anns[i], ("keypoints",)) from None


def _fits(values: list[Any]) -> bool:
    """Whether all lists of points have one length and only numbers that float64 computes with exactly."""
    if set(map(type, values)) != {list} or len(set(map(len, values))) != 1 or len(values[0]) < 2:
        return False
    kinds: set[type] = set()
    for points in values:
        kinds.update(map(type, points))
    if not kinds <= {int, float}:
        return False
    return int not in kinds or not max(abs(v) for points in values for v in points) >= _EXACT


def _extent(points: Any) -> list[Any]:
    x, y = points[0::3], points[1::3]
    x0, x1, y0, y1 = np.min(x), np.max(x), np.min(y), np.max(y)
    return [x0, y0, x1 - x0, y1 - y0]
