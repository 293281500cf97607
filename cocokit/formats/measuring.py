"""Boxes and areas as COCO's own files have them, and which of a dataset differ from those: a format that keeps outlines
alone gives these back.

The box of polygons goes around their points; their area is the sum of the shoelace formula over the rings, not that of
pixels. An RLE is measured by its pixels.
"""

from __future__ import annotations

import numpy as np

from ..columns import (
    KIND_COUNTS,
    KIND_POLYGONS,
    KIND_RLE,
    Bools,
    Field,
    Float64,
    Int64,
    Segmentations,
    offsets_of,
    take_segmentations,
)
from ..dataset import Dataset
from ..errors import DataError
from ..masks import measure
from .base import Loss
from .building import boxes_of

#: Measures that differ by less than this, relative to their size, are the same number written twice.
TOLERANCE = 1e-6


@np.errstate(over="ignore", invalid="ignore")  # coordinates near the end of float64 give infinite areas
def areas_of(outlines: Segmentations) -> Float64:
    """(N,) float64 px^2: the sum of the shoelace areas of each outline's rings; 0 without rings.

    >>> from cocokit.rle import segmentations
    >>> areas_of(segmentations([[[0, 0, 4, 0, 4, 2, 0, 2], [9, 9, 11, 9, 11, 11]], None])).tolist()
    [10.0, 0.0]
    """
    xy, offsets = outlines.xy.values, outlines.xy.offsets
    x, y, bounds = xy[::2], xy[1::2], offsets // 2
    lengths = np.diff(bounds)
    after = np.arange(1, len(x) + 1)
    after[bounds[1:][lengths > 0] - 1] = bounds[:-1][lengths > 0]
    # around the ring's first point, so that far from the origin no digits cancel
    first = np.repeat(bounds[:-1], lengths)
    dx, dy = x - x[first], y - y[first]
    twice = offsets_sum(dx * dy[after] - dx[after] * dy, offsets_of(lengths))
    return offsets_sum(np.abs(twice) / 2, outlines.rings)


def offsets_sum(values: Float64, offsets: Int64) -> Float64:
    """(N,) float64 sums of the rows of a Ragged, each from its own zero."""
    lengths = np.diff(offsets)
    made = np.zeros(len(lengths))
    full = np.flatnonzero(lengths > 0)
    if len(full):
        made[full] = np.add.reduceat(values, offsets[:-1][full])
    return made


def measured(dataset: Dataset) -> tuple[Float64, Float64, Bools]:
    """Boxes (N, 4) [x, y, w, h] px and areas (N,) px^2 by COCO's rule, and (N,) bool which rows have an outline.

    Rows without an outline have the box that is written, and its area.
    """
    a = dataset.annotations
    boxes = np.zeros((len(a), 4)) if a.bbox is None else np.where(a.has(Field.BBOX)[:, None], a.bbox, 0.0)
    areas = boxes[:, 2] * boxes[:, 3]
    outlines = a.segmentation
    if outlines is None:
        return boxes, areas, np.zeros(len(a), np.bool_)
    polygons = np.flatnonzero(outlines.kind == KIND_POLYGONS)
    if len(polygons):
        chosen = take_segmentations(outlines, polygons)
        _refuse_odd(chosen, polygons)
        boxes[polygons], areas[polygons] = boxes_of(chosen), areas_of(chosen)
    masks = np.flatnonzero(np.isin(outlines.kind, (KIND_RLE, KIND_COUNTS)))
    if len(masks):
        found = measure(take_segmentations(outlines, masks))
        boxes[masks], areas[masks] = found.bbox, found.area
    return boxes, areas, outlines.kind != 0


def _refuse_odd(outlines: Segmentations, rows: Int64) -> None:
    """Raise DataError for a ring whose last point has no y."""
    odd = np.flatnonzero(np.diff(outlines.xy.offsets) % 2)
    if len(odd):
        row = int(rows[np.searchsorted(outlines.rings, odd[0], side="right") - 1])
        reason = f"has a ring of {int(np.diff(outlines.xy.offsets)[odd[0]])} coordinates, an odd number"
        raise DataError("dataset", f"annotations[{row}].segmentation", reason, "mend it: cocokit check", len(odd))


def _areas(dataset: Dataset) -> int:
    a = dataset.annotations
    return 0 if a.area is None else int((a.has(Field.AREA) & ~_same(a.area, measured(dataset)[1])).sum())


def _boxes(dataset: Dataset) -> int:
    a = dataset.annotations
    return 0 if a.bbox is None else int((a.has(Field.BBOX) & ~_same(a.bbox, measured(dataset)[0]).all(axis=1)).sum())


def _same(a: Float64, b: Float64) -> Bools:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(a - b) <= TOLERANCE * np.maximum(1.0, np.abs(b)))


def placeless(dataset: Dataset) -> Bools:
    """(N,) bool: annotations with neither an outline nor a box."""
    a = dataset.annotations
    drawn = np.zeros(len(a), np.bool_) if a.segmentation is None else a.segmentation.kind != 0
    return np.asarray(~drawn & ~a.has(Field.BBOX))


def _unsaid(dataset: Dataset) -> int:
    """Rows that lack a member which reading gives them, or have an empty outline."""
    a = dataset.annotations
    always, placed = Field.ISCROWD | Field.ID | Field.CATEGORY_ID, Field.BBOX | Field.AREA
    lacks = (a.present & int(always)) != int(always)
    lacks |= ~placeless(dataset) & ((a.present & int(placed)) != int(placed))
    empty = a.has(Field.SEGMENTATION) & (True if a.segmentation is None else a.segmentation.kind == 0)
    return int(np.count_nonzero((lacks | empty) & ~a.has(Field.CAPTION)))


def span(low: float, high: float) -> float:
    """Length from one coordinate to another, px, without the noise of the subtraction.

    >>> span(0.1, 0.1 + 0.2), (0.1 + 0.2) - 0.1
    (0.2, 0.20000000000000004)
    """
    return round(high - low, 9)


def _unspanned(dataset: Dataset) -> int:
    a = dataset.annotations
    if a.bbox is None:
        return 0
    plain = a.has(Field.BBOX) & (True if a.segmentation is None else a.segmentation.kind == 0)
    return sum(span(x, x + w) != w or span(y, y + h) != h for x, y, w, h in a.bbox[plain].tolist())


def _texts(dataset: Dataset) -> int:
    outlines = dataset.annotations.segmentation
    return 0 if outlines is None else int(np.count_nonzero(outlines.kind == KIND_RLE))


AREAS = Loss("areas", "areas are measured anew, as COCO does: polygons by their corners, masks by pixels", _areas)
BOXES = Loss("boxes", "boxes of what has an outline are measured anew, around the outline", _boxes)
PLACELESS = Loss(
    "annotations without place",
    "annotations with neither an outline nor a box are left out",
    lambda dataset: int(np.count_nonzero(placeless(dataset))),
)
UNSAID = Loss(
    "missing members",
    "where bbox, area or iscrowd are missing they are filled in, an empty segmentation is left out",
    _unsaid,
)
SPANS = Loss("digits of boxes", "widths and heights are rounded to nine decimals", _unspanned)
RLE_TEXTS = Loss("compressed masks", "the pixels stay; compressed counts become lists of the same runs", _texts)
