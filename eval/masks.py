"""Mask IoU of the pairs that can match."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cocokit.columns import (
    KIND_NONE,
    KIND_POLYGONS,
    Field,
    Float64,
    Int32,
    Int64,
    Ragged,
    Segmentations,
    UInt8,
    join_ragged,
    offsets_of,
    take_ragged,
)
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.ids import distinct, sizes_of_images
from cocokit.masks import Masks

from .cells import Cells, Pairs
from .kernels.masks import mask_candidates
from .sides import Detections, GroundTruth

_BLOCK = 1 << 14  # candidate pairs whose masks are decoded at a time


def of_masks(cells: Cells, gt: GroundTruth, dt: Detections, dataset: Dataset, floor: float) -> Pairs:
    """Pairs with mask IoU of at least ``floor``; ``dt.masks`` is set when it was not.

    Ground truth without an outline is an empty mask (PARITY X10); results that are boxes are rectangles (J2).

    Raises:
        DataError: the ground truth was read without its outlines, or an outline has an impossible size.
    """
    if gt.segmentation is None:
        raise DataError("ground truth", "annotations", "have no segmentation", "give an instances file as --gt")
    if dt.masks is None:
        boxed = dt.segmentation is None or bool((dt.segmentation.kind <= KIND_POLYGONS).any())
        sizes = sizes_of_images(dataset.images, dt.image_id) if boxed else None
        dt.masks = Masks(_outlines(dt), sizes)
    rows = gt.source[_members(cells.gt_order, cells.gt_start, cells.gt_stop)]
    ids = dataset.annotations.image_id
    sizes = sizes_of_images(dataset.images, np.zeros(len(gt.segmentation), np.int64) if ids is None else ids)
    masks = Masks(gt.segmentation, sizes, distinct(rows))
    crowd = np.zeros(len(gt.segmentation), np.uint8)
    crowd[gt.source] = gt.crowd
    return mask_pairs(replace(cells, gt_order=gt.source[cells.gt_order]), masks, dt.masks, crowd, floor)


def fill_areas(gt: GroundTruth, dataset: Dataset) -> None:
    """Give annotations without an ``area`` that of their outline, in ``gt.area`` (PARITY X5)."""
    columns, outlines = dataset.annotations, gt.segmentation
    rows = np.flatnonzero(~columns.has(Field.AREA))
    if not len(rows) or outlines is None or columns.image_id is None:
        return
    sizes = sizes_of_images(dataset.images, columns.image_id)
    rows = rows[sizes[rows].min(1) > 0]  # the others lie in no image that could be evaluated
    masks = Masks(outlines, sizes, rows)
    bare = np.flatnonzero(np.isin(gt.source, rows))
    gt.area = gt.area.copy()
    gt.area[bare] = masks.measures.area[gt.source[bare]]


def _members(order: Int64, start: Int64, stop: Int64) -> Int64:
    """Rows of the cells that have both sides."""
    step = np.zeros(len(order) + 1, np.int64)
    step[start] += 1
    step[stop] -= 1
    return order[np.cumsum(step[:-1]) > 0]


def _outlines(dt: Detections) -> Segmentations:
    """The detections' outlines; a box result without one has its rectangle (PARITY J2)."""
    outlines = dt.segmentation
    if dt.kind != "bbox" or dt.bbox is None:
        assert outlines is not None
        return outlines
    if outlines is None:
        return rectangles(dt.bbox)
    missing = np.flatnonzero(outlines.kind == KIND_NONE)
    return with_rectangles(outlines, missing, dt.bbox[missing]) if len(missing) else outlines


def mask_pairs(cells: Cells, gt: Masks, dt: Masks, gt_crowd: UInt8, floor: float) -> Pairs:
    """All (detection, ground truth) pairs of a cell with mask IoU of at least ``floor``.

    The IoUs are pycocotools' bit for bit (PARITY I1 to I3, E1). Areas and boxes say which masks have to be decoded at
    all; these are decoded block by block, so that memory stays bounded.

    Args:
        cells: both sides in matching order.
        gt: the masks of all ground truths, by row.
        dt: those of all detections.
        gt_crowd: (N,) uint8 by ground-truth row, 1 for crowd regions.
        floor: the lowest IoU threshold; at 0 or less every pair of a cell counts.
    """
    crowd = np.ascontiguousarray(gt_crowd, np.uint8)
    room = max(_BLOCK, int((cells.gt_stop - cells.gt_start).max(initial=0)))
    position, rows = np.empty(room, np.int64), np.empty((2, room), np.int64)
    within, state = np.empty(room, np.int32), np.zeros(2, np.int64)
    kept: list[tuple[Int64, Int32, Float64]] = []
    while state[0] < len(cells):
        n = mask_candidates(
            cells.dt_order, cells.gt_order, cells.dt_start, cells.dt_stop, cells.gt_start, cells.gt_stop, len(cells),
            state, *_measured(dt), *_measured(gt), crowd, floor, position, within, rows[0], rows[1], room,
        )  # fmt: skip
        iou = dt.ious(rows[0, :n], gt, rows[1, :n], crowd)
        good = iou >= floor
        kept.append((position[:n][good], within[:n][good], iou[good]))
    return _pairs(kept, len(cells.dt_order))


def _measured(masks: Masks) -> tuple[Float64, Float64, Int64, UInt8]:
    found = masks.measures
    return found.area, found.bbox.reshape(-1), masks.size.reshape(-1), found.status


def _pairs(kept: list[tuple[Int64, Int32, Float64]], detections: int) -> Pairs:
    if not kept:
        return Pairs(np.zeros(detections + 1, np.int64), np.empty(0, np.int32), np.empty(0))
    position, within, iou = (np.concatenate(part) for part in zip(*kept, strict=True))
    return Pairs(offsets_of(np.bincount(position, minlength=detections)), within, iou)


def rectangles(bbox: Float64) -> Segmentations:
    """Outlines of boxes as loadRes makes them for box results: one four-cornered polygon each (PARITY J2).

    Args:
        bbox: (N, 4) float64 [x, y, w, h] px.
    """
    n = len(bbox)
    x0, y0 = bbox[:, 0], bbox[:, 1]
    x1, y1 = x0 + bbox[:, 2], y0 + bbox[:, 3]
    corners = np.stack([x0, y0, x0, y1, x1, y1, x1, y0], axis=1).reshape(-1)
    return Segmentations.of_polygons(np.arange(n + 1), Ragged(corners, np.arange(n + 1) * 8))


def with_rectangles(outlines: Segmentations, rows: Int64, bbox: Float64) -> Segmentations:
    """The same outlines, but ``rows`` (R,), which have none, get the rectangles of their boxes (R, 4)."""
    boxes = rectangles(bbox)
    owner = np.concatenate([np.repeat(np.arange(len(outlines)), np.diff(outlines.rings)), rows])
    rings = offsets_of(np.bincount(owner, minlength=len(outlines)))
    kind = outlines.kind.copy()
    kind[rows] = KIND_POLYGONS
    xy = take_ragged(join_ragged([outlines.xy, boxes.xy]), np.argsort(owner, kind="stable"))
    return replace(outlines, kind=kind, rings=rings, xy=xy)
