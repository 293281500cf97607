"""Columns of the detections and of the targets of one update, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import KIND_COUNTS, KIND_RLE, Annotations, Field, Float64, Int64, Ragged, Segmentations, UInt8
from cocokit.errors import DataError, ParamsError

from .feed import Feed, Given, feed

BOX_FORMATS = ("xywh", "xyxy")
_DT_FIELDS = {
    "bbox": ("labels", "scores", "boxes"),
    "segm": ("labels", "scores", "masks"),
    "keypoints": ("labels", "scores", "keypoints"),
}
_GT_FIELDS = {
    "bbox": ("labels", "boxes"),
    "segm": ("labels", "masks"),
    "keypoints": ("labels", "boxes", "keypoints", "num_keypoints"),
}
_GT_MORE = ("area", "iscrowd", "ignore", "ids")
_SHAPE = {"bbox": Field.BBOX, "segm": Field.SEGMENTATION, "keypoints": Field.KEYPOINTS}
_DT_PRESENT = Field.IMAGE_ID | Field.CATEGORY_ID | Field.SCORE
_GT_PRESENT = Field.IMAGE_ID | Field.CATEGORY_ID | Field.ISCROWD | Field.AREA | Field.ID | Field.NUM_KEYPOINTS


class BatchReader:
    """Reads every update in the same way.

    Attributes:
        iou_type: decides which members are needed.
        box_format: ``xywh`` or ``xyxy``.
        lenient: let NaN and infinity pass (PARITY X3).
    """

    def __init__(self, iou_type: str, box_format: str = "xywh", lenient: bool = False) -> None:
        if box_format not in BOX_FORMATS:
            raise ParamsError("box_format", box_format, f"use one of {', '.join(BOX_FORMATS)}")
        self.iou_type, self.box_format, self.lenient = iou_type, box_format, lenient

    def detections(self, image_ids: list[int], given: Given) -> Annotations:
        """Columns of the detections: labels, scores and the outlines of the IoU type; raises DataError."""
        side = feed("detections", image_ids, given, _DT_FIELDS[self.iou_type])
        made = Annotations(np.full(len(side), int(_DT_PRESENT | _SHAPE[self.iou_type])), image_id=side.image)
        made.category_id = _whole(side, "labels")
        made.score = self._finite(side, "scores", side.get("scores").astype(np.float64))
        self._outlines(side, made)
        return made

    def targets(self, image_ids: list[int], given: Given) -> Annotations:
        """Columns of the ground truths: also area, crowd and ignore flags, ids if given, boxes of poses."""
        side = feed("targets", image_ids, given, _GT_FIELDS[self.iou_type] + _GT_MORE)
        made = Annotations(np.full(len(side), int(_GT_PRESENT | _SHAPE[self.iou_type])), image_id=side.image)
        made.category_id = _whole(side, "labels")
        made.iscrowd, made.ignore = (_flags(side, name) for name in ("iscrowd", "ignore"))
        made.id = _whole(side, "ids") if "ids" in side.parts else None
        self._outlines(side, made)
        if self.iou_type == "keypoints":
            made.bbox = self._boxes(side)
            made.num_keypoints = _visible(side, made)
        made.area = self._areas(side, made)
        return made

    def _outlines(self, side: Feed, made: Annotations) -> None:
        if self.iou_type == "bbox":
            made.bbox = self._boxes(side)
        elif self.iou_type == "segm":
            made.segmentation = _masks(side)
        else:
            made.keypoints = self._points(side)

    def _boxes(self, side: Feed) -> Float64:
        """(N, 4) float64 [x, y, w, h] px; sides are taken in the array's own type, as writers of results do."""
        boxes = side.get("boxes", 4)
        made = boxes.astype(np.float64)
        if self.box_format == "xyxy":
            made[:, 2:] = boxes[:, 2:] - boxes[:, :2]
        return self._finite(side, "boxes", made)

    def _points(self, side: Feed) -> Ragged:
        """x, y, v of each pose: images may differ in their number of points."""
        given = side.need("keypoints")
        odd = next((part for part in given if getattr(part, "dtype", np.dtype(object)).kind not in "biuf"), None)
        if odd is not None:
            raise side.wrong("keypoints", f"is {type(odd).__name__} of no numbers", "give (n, points, 3): x, y, v")
        parts = [part.reshape(len(part), -1).astype(np.float64) for part in given]
        for part in parts:
            if not part.shape[1]:
                raise side.wrong("keypoints", "has no points", "give (n, points, 3): x, y, v")
            if part.shape[1] % 3:
                raise side.wrong("keypoints", f"has {part.shape[1]} numbers per row", "give (n, points, 3): x, y, v")
            if not self.lenient and not np.isfinite(part).all():
                raise side.wrong("keypoints", "holds NaN or infinity", _NOT_FINITE)
        lengths = [np.zeros(1, np.int64), *(np.full(len(part), part.shape[1]) for part in parts)]
        values = [np.empty(0), *(part.reshape(-1) for part in parts)]
        return Ragged(np.concatenate(values), np.cumsum(np.concatenate(lengths)))

    def _areas(self, side: Feed, made: Annotations) -> Float64:
        """(N,) float64 px^2 as given, else of the mask, else of the box."""
        if "area" in side.parts:
            return self._finite(side, "area", side.get("area").astype(np.float64))
        if made.segmentation is not None:
            from cocokit.rle import measure

            return np.ascontiguousarray(measure(made.segmentation).area)
        assert made.bbox is not None
        return np.ascontiguousarray(made.bbox[:, 2] * made.bbox[:, 3])

    def _finite(self, side: Feed, name: str, values: Float64) -> Float64:
        if self.lenient or np.isfinite(values).all():
            return values
        row = int(np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(1))[0])
        raise side.wrong(name, f"is {values[row].tolist()}", _NOT_FINITE, row)


_NOT_FINITE = "correct it, or count it as pycocotools does with lenient=True"


def _whole(side: Feed, name: str) -> Int64:
    """(N,) int64 of a member that holds whole numbers, in whatever type."""
    values = side.get(name)
    with np.errstate(invalid="ignore"):  # NaN has no integer; it is found below
        made = values.astype(np.int64)
    if values.dtype.kind in "fu" and not ((made == values) & (made >= 0) | (values < 0)).all():
        row = int(np.flatnonzero(made != values)[0])
        raise side.wrong(name, f"is {values[row]}", "give whole numbers", row)
    return made


def _flags(side: Feed, name: str) -> UInt8:
    """(N,) uint8 of an optional member, 0 where it is not given."""
    return (side.get(name) != 0).astype(np.uint8) if name in side.parts else np.zeros(len(side), np.uint8)


def _visible(side: Feed, made: Annotations) -> Int64:
    """(N,) int64 labelled points, counted (v > 0) where ``num_keypoints`` is not given."""
    if "num_keypoints" in side.parts:
        return _whole(side, "num_keypoints")
    assert made.keypoints is not None
    seen = np.concatenate([np.zeros(1, np.int64), np.cumsum(made.keypoints.values[2::3] > 0)])
    return np.diff(seen[made.keypoints.offsets // 3])


def _masks(side: Feed) -> Segmentations:
    """Masks as RLE: dense (n, height, width) arrays are encoded, lists of RLEs are taken as they are."""
    from cocokit.json_outlines import segmentations

    rles: list[Any] = []
    for part in side.need("masks"):
        rles += part if isinstance(part, list) else _encoded(side, part)

    def refuse(rows: Any, reason: str, remedy: str) -> None:
        raise side.wrong("masks", reason, remedy, rows[0])

    made = segmentations(rles, refuse)
    drawn = np.flatnonzero((made.kind != KIND_RLE) & (made.kind != KIND_COUNTS))
    if len(drawn):
        raise side.wrong("masks", "is no RLE", "give RLEs, or dense (n, height, width) arrays", int(drawn[0]))
    return made


def _encoded(side: Feed, dense: NDArray[Any]) -> list[Any]:
    """RLEs of dense masks; any value but 0 is foreground."""
    from cocokit.rle import encode, to_coco

    if dense.ndim == 4 and dense.shape[1] == 1:
        dense = dense[:, 0]
    if dense.ndim != 3 or dense.dtype.kind not in "bui":
        raise DataError(side.name, "masks", f"has shape {dense.shape} and type {dense.dtype}",
                        "give (n, height, width) of bool or whole numbers; binarise probabilities first")  # fmt: skip
    return [to_coco(encode(mask)) for mask in dense != 0]
