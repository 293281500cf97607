"""The two sides of an evaluation: what pycocotools makes of ground-truth annotations and of a results file.

:class:`GroundTruth` and :class:`Detections` hold just the columns that matching needs; the rules that fill them are
those of ``COCO.createIndex``, ``COCO.loadRes`` and ``COCOeval._prepare``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Annotations, Field, Float64, Int64, Ragged, Segmentations, UInt8
from cocokit.errors import DataError

if TYPE_CHECKING:
    from cocokit.masks import Masks


@dataclass(slots=True, eq=False, repr=False)
class GroundTruth:
    """Ground truths of an evaluation, G rows in the order in which pycocotools walks them.

    Attributes:
        source: (G,) int64 row of the annotation columns; with duplicated ids the last one stands for all (PARITY X2).
        image_id, category_id, id: (G,) int64.
        area: (G,) float64 px^2.
        crowd: (G,) uint8.
        ignore: (G,) uint8, ignored in every area range.
        bbox: (G, 4) float64 px.
        keypoints: rows of x, y, v, or None.
        segmentation: outlines of the *columns* (index with ``source``), or None.
    """

    source: Int64
    image_id: Int64
    category_id: Int64
    id: Int64
    area: Float64
    crowd: UInt8
    ignore: UInt8
    bbox: Float64
    keypoints: Ragged | None
    segmentation: Segmentations | None

    def __len__(self) -> int:
        return len(self.source)


@dataclass(slots=True, eq=False, repr=False)
class Detections:
    """Detections of an evaluation, N rows in the order of the results.

    Attributes:
        kind: what the results are: ``bbox``, ``segm`` or ``keypoints``, decided by the first one (PARITY J6).
        image_id, category_id: (N,) int64.
        score: (N,) float64.
        area: (N,) float64 px^2, from the box, the mask or the extent of the keypoints (J3).
        bbox: (N, 4) float64 px, or None where matching does not need it.
        keypoints, segmentation: as in :class:`GroundTruth`.
        masks: the outlines once they have been measured.
    """

    kind: str
    image_id: Int64
    category_id: Int64
    score: Float64
    area: Float64
    bbox: Float64 | None
    keypoints: Ragged | None
    segmentation: Segmentations | None
    masks: Masks | None = None

    def __len__(self) -> int:
        return len(self.image_id)


def last_with_same_id(ids: Int64) -> Int64 | None:
    """(N,) int64 row of the last annotation with the same id as each, or None when every id is used once."""
    if len(ids) < 2 or (ids[1:] > ids[:-1]).all():
        return None
    order = np.argsort(ids, kind="stable")
    ranked = ids[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    if len(ends) == len(ids):
        return None
    last = np.empty(len(ids), np.int64)
    last[order] = np.repeat(order[ends], np.diff(ends, prepend=-1))
    return last


def _column(values: NDArray | None, n: int, dtype: type) -> NDArray:  # type: ignore[type-arg]
    return np.zeros(n, dtype) if values is None else values


def ground_truth(columns: Annotations, iou_type: str, fixed: bool, walk: Int64 | None = None) -> GroundTruth:
    """What COCOeval sees of the annotations.

    Args:
        columns: annotation columns.
        iou_type: ``keypoints`` ignores annotations without a visible point (PARITY D2).
        fixed: count every annotation as itself (X2) and honour a user's ``ignore`` (D1).
        walk: (G,) int64 rows in the order in which pycocotools walks them; default the file's.
    """
    n = len(columns)
    source = np.arange(n, dtype=np.int64) if walk is None else walk
    ids = _column(columns.id, n, np.int64)
    if not fixed and (last := last_with_same_id(ids)) is not None:
        source = last[source]
    plain = len(source) == n and bool((source == np.arange(n)).all())

    def pick(values: NDArray) -> NDArray:  # type: ignore[type-arg]
        return values if plain else values[source]

    crowd = pick(_column(columns.iscrowd, n, np.uint8))
    ignore = crowd
    if fixed and columns.ignore is not None:
        ignore = ignore | pick(columns.ignore)
    if iou_type == "keypoints":
        ignore = ignore | (pick(_visible(columns)) == 0).astype(np.uint8)
    bbox = columns.bbox if columns.bbox is not None else np.zeros((n, 4))
    return GroundTruth(
        source=source,
        image_id=pick(_column(columns.image_id, n, np.int64)),
        category_id=pick(_column(columns.category_id, n, np.int64)),
        id=pick(ids),
        area=pick(_areas(columns, bbox)),
        crowd=crowd,
        ignore=np.ascontiguousarray(ignore, np.uint8),
        bbox=pick(bbox),
        keypoints=columns.keypoints,
        segmentation=columns.segmentation,
    )


def _areas(columns: Annotations, bbox: Float64) -> Float64:
    """``area`` as written; where it is missing, that of the box: masks come later (PARITY X5)."""
    n = len(columns)
    area = columns.area if columns.area is not None else np.zeros(n)
    missing = np.flatnonzero(~columns.has(Field.AREA))
    if not len(missing):
        return area
    area = area.copy()
    area[missing] = bbox[missing, 2] * bbox[missing, 3]
    return area


def _visible(columns: Annotations) -> Int64:
    """``num_keypoints`` as written; where it is missing, the points with v > 0 (PARITY D2, X5)."""
    n = len(columns)
    count = columns.num_keypoints.copy() if columns.num_keypoints is not None else np.zeros(n, np.int64)
    missing = np.flatnonzero(~columns.has(Field.NUM_KEYPOINTS))
    if len(missing) and columns.keypoints is not None:
        for row in missing.tolist():
            count[row] = np.count_nonzero(columns.keypoints[row][2::3] > 0)
    return count


def result_kind(columns: Annotations) -> str:
    """What the first result says all of them are (PARITY J6); ``empty`` for no results."""
    if not len(columns):
        return "empty"
    first = int(columns.present[0])
    for which, kind in ((Field.BBOX, "bbox"), (Field.SEGMENTATION, "segm"), (Field.KEYPOINTS, "keypoints")):
        if first & which:
            return kind
    raise DataError("results", "[0]", "has none of bbox, segmentation and keypoints", "give each result one of them")


def detections(columns: Annotations, iou_type: str, fixed: bool, path: str = "results") -> Detections:
    """What ``loadRes`` makes of the results: an area and, where it is needed, a box or an outline.

    Args:
        columns: result columns.
        iou_type: what will be compared.
        fixed: the area of a mask is the mask's, even with a ``bbox`` field beside it (PARITY J3).
        path: name of the results in messages.

    Raises:
        DataError: the results are not of a kind that ``iou_type`` can use.
    """
    n = len(columns)
    kind = result_kind(columns)
    bbox, area, masks = columns.bbox, None, None
    from_mask = kind == "segm" or (fixed and iou_type == "segm" and columns.segmentation is not None)
    if kind == "bbox" and bbox is not None and not from_mask:
        area = bbox[:, 2] * bbox[:, 3]
    elif kind == "keypoints" and columns.keypoints is not None:
        bbox, area = extents(columns.keypoints)
    elif from_mask:
        from cocokit.masks import Masks

        if columns.segmentation is None:
            raise DataError(path, "", "was read without its masks")
        masks = Masks(columns.segmentation)
        area = masks.measures.area
        if bbox is None or kind == "segm":
            bbox = masks.measures.bbox
    usable = {"bbox": bbox is not None, "segm": columns.segmentation is not None or kind == "bbox",
              "keypoints": columns.keypoints is not None}
    if n and not usable[iou_type]:
        raise DataError(path, "[0]", f"holds {kind} results, which cannot be evaluated as {iou_type}",
                        f"use --iou-type {kind}")
    return Detections(
        kind=kind,
        image_id=_column(columns.image_id, n, np.int64),
        category_id=_column(columns.category_id, n, np.int64),
        score=_column(columns.score, n, np.float64),
        area=np.zeros(n) if area is None else np.ascontiguousarray(area),
        bbox=bbox,
        keypoints=columns.keypoints,
        segmentation=columns.segmentation,
        masks=masks,
    )


def extents(keypoints: Ragged) -> tuple[Float64, Float64]:
    """Box and area that loadRes gives a pose: the extent of all its points, labelled or not (PARITY J3).

    Args:
        keypoints: N rows of x, y, v.

    Returns:
        (N, 4) float64 boxes and (N,) float64 areas.
    """
    n = len(keypoints)
    if not n:
        return np.zeros((0, 4)), np.zeros(0)
    points, starts = keypoints.values.reshape(-1, 3), keypoints.offsets[:-1] // 3
    x0, y0 = (np.minimum.reduceat(np.ascontiguousarray(points[:, i]), starts) for i in (0, 1))
    x1, y1 = (np.maximum.reduceat(np.ascontiguousarray(points[:, i]), starts) for i in (0, 1))
    return np.stack([x0, y0, x1 - x0, y1 - y0], 1), (x1 - x0) * (y1 - y0)
