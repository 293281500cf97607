"""Repairs of outlines, boxes and areas; ``rows`` are always (M,) int64 annotations with the finding ``code``."""

from __future__ import annotations

import numpy as np

from ..columns import KIND_POLYGONS, Bools, Field, Float64, Int64
from ..ids import sizes_of_images
from ..kernels.rings import NO_AREA, SHORT
from ..masks import MOST_PIXELS
from ..outline_checks import PER_EDGE, boxes_differ
from ..rle import from_polygons, runs
from ..survey import TOLERANCE, coco_measures, survey
from .draft import Draft


def cut_rings(draft: Draft, code: str, rows: Int64) -> None:
    """Cut rings that enclose nothing out of outlines with others; box and area follow if they must; ``rows`` (M,)."""
    seen = survey(draft.outlines(rows), np.full((len(rows), 2), np.nan))
    counts = [len(draft.rings(row)) for row in rows.tolist()]
    good = np.split((seen.faults & (SHORT | NO_AREA)) == 0, np.cumsum(counts)[:-1])
    cut = [(row, keep) for row, keep in zip(rows.tolist(), good, strict=True) if keep.any() and not keep.all()]
    for row, keep in cut:
        rings = draft.rings(row)
        draft.set_outline(code, row, [ring for ring, kept in zip(rings, keep.tolist(), strict=True) if kept])
    _follow(draft, code, np.array([row for row, _ in cut], np.int64))


def draw_crowds(draft: Draft, code: str, rows: Int64) -> None:
    """Crowd regions drawn as polygons, ``rows`` (M,), become the RLE that pycocotools makes of them."""
    size = _sizes(draft, rows)
    made = []
    for row, (width, height) in zip(rows.tolist(), size.tolist(), strict=True):
        if width > 0 and height > 0 and width * height < MOST_PIXELS:
            lengths = runs(from_polygons(draft.rings(row), int(height), int(width))).tolist()
            draft.set_outline(code, row, {"size": [int(height), int(width)], "counts": lengths})
            made.append(row)
    _follow(draft, code, np.array(made, np.int64))


def mend_boxes(draft: Draft, code: str, rows: Int64) -> None:
    """Boxes of ``rows`` (M,) from their outlines, cut at the image's border if they reach out of it."""
    _, box, good = _measures(draft, rows)
    box = _clipped(box, _sizes(draft, rows))
    good &= (box[:, 2] > 0) & (box[:, 3] > 0)
    draft.set(code, rows[good], "bbox", box[good])


def mend_clipped(draft: Draft, code: str, rows: Int64) -> None:
    """Boxes of ``rows`` (M,) that reach out of their image, from their outlines, or cut; then a larger area too."""
    _, _, good = _measures(draft, rows)
    mend_boxes(draft, code, rows[good])
    others = rows[~good]
    box = _clipped(draft.column("bbox")[others], _sizes(draft, others))
    draft.set(code, others, "bbox", box)
    largest = box[:, 2] * box[:, 3]
    larger = draft.has(Field.AREA)[others] & (draft.column("area")[others] > largest)
    draft.set(code, others[larger], "area", largest[larger])


def mend_areas(draft: Draft, code: str, rows: Int64) -> None:
    """Areas of ``rows`` (M,) from their outlines; those without one have that of their box, if it has any."""
    area, _, good = _measures(draft, rows)
    box = draft.column("bbox")[rows]
    boxed = ~good & draft.has(Field.BBOX)[rows] & (box[:, 2] > 0) & (box[:, 3] > 0)
    boxed &= np.isfinite(box).all(axis=1)
    area = np.where(boxed, box[:, 2] * box[:, 3], area)
    draft.set(code, rows[good | boxed], "area", area[good | boxed])


def _follow(draft: Draft, code: str, rows: Int64) -> None:
    """Box and area of rows whose outline was changed, where they are not its own any more."""
    outlines, size = draft.dataset.annotations.segmentation, _sizes(draft, rows)
    area, box, good = _measures(draft, rows)
    if outlines is None or not good.any():
        return
    edges, stated = np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1), draft.column("bbox")[rows]
    off = good & draft.has(Field.BBOX)[rows] & boxes_differ(stated, edges, np.where(size > 0, size, np.nan))
    draft.set(code, rows[off], "bbox", _clipped(box, size)[off])
    slack = np.maximum(TOLERANCE, PER_EDGE * survey(draft.outlines(rows), size).edge)
    off = good & draft.has(Field.AREA)[rows] & ~(np.abs(draft.column("area")[rows] - area) <= slack)
    off &= draft.column("iscrowd")[rows] == 0
    draft.set(code, rows[off], "area", area[off])


def _measures(draft: Draft, rows: Int64) -> tuple[Float64, Float64, Bools]:
    """Area, box and whether they mean something, of the outlines of some rows."""
    if draft.dataset.annotations.segmentation is None or not len(rows):
        return np.zeros(len(rows)), np.zeros((len(rows), 4)), np.zeros(len(rows), np.bool_)
    outlines = draft.outlines(rows)
    area, box, good = coco_measures(outlines)
    # A ring that is none, or crosses itself, says that somebody must look before anything follows from it.
    seen = survey(outlines, np.full((len(rows), 2), np.nan))
    broken = np.array([seen.faults[a:b].any() for a, b in zip(outlines.rings[:-1], outlines.rings[1:], strict=True)])
    good &= ~((outlines.kind == KIND_POLYGONS) & broken)
    size = _sizes(draft, rows)[:, ::-1]
    stated = (outlines.kind != KIND_POLYGONS) & (size > 0).all(axis=1)
    return area, box, good & ~(stated & (outlines.size != size).any(axis=1))


def _sizes(draft: Draft, rows: Int64) -> Float64:
    """(M, 2) float64 [width, height] px of the images of some rows; zeros where unknown."""
    ids = draft.dataset.annotations.image_id
    if ids is None:
        return np.zeros((len(rows), 2))
    return sizes_of_images(draft.dataset.images, ids[rows])[:, ::-1].astype(np.float64)


def _clipped(box: Float64, size: Float64) -> Float64:
    """(M, 4) boxes [x, y, w, h] cut at the border of their images where they are outside by more than the tolerance."""
    made = box.copy()
    for axis in (0, 1):
        low, high, end = box[:, axis], box[:, axis] + box[:, axis + 2], size[:, axis]
        out = (end > 0) & ((low < -TOLERANCE) | (high > end + TOLERANCE))
        start, stop = np.maximum(low, 0), np.minimum(high, end)
        made[out, axis], made[out, axis + 2] = start[out], (stop - start)[out]
    return made
