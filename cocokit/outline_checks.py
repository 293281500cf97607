"""Checks of segmentations: their polygons, and whether box and area are those of the outline."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .columns import KIND_NONE, KIND_POLYGONS, Bools, Field, Float64, Int64, take_segmentations
from .findings import Notebook
from .kernels.rings import CROSSING, INFINITE, NO_AREA, ODD, OUTSIDE, SHORT
from .places import counted, shown
from .rle_checks import check_rle
from .shape_checks import Rows, area_example
from .survey import TOLERANCE, Survey, survey

_RING_CODES = (
    (SHORT, "polygon-too-short"),
    (ODD, "polygon-odd"),
    (INFINITE, "polygon-not-finite"),
    (OUTSIDE, "polygon-outside"),
    (CROSSING, "polygon-self-crossing"),
    (NO_AREA, "polygon-no-area"),
)
#: Edges of boxes may differ by a pixel, and by what adding up floats makes of it.
_EDGE = TOLERANCE + 1e-6
#: Areas of polygons are counted in pixels by some, each pixel that an edge passes counted or not.
PER_EDGE = 0.6


def check_outlines(notes: Notebook, rows: Rows) -> None:
    """Empty outlines, polygons and RLEs that are none, crowd regions without RLE, boxes and areas of something else."""
    a = rows.annotations
    outlines = a.segmentation
    if outlines is None:
        _check_area_in_box(notes, rows, np.zeros(len(a), np.bool_))
        return
    has = a.has(Field.SEGMENTATION)
    empty = has & (outlines.kind == KIND_NONE)
    if not (empty == has).all():  # otherwise the file has boxes only, and says so
        notes.add("segmentation-empty", empty, rows.noun, rows.example, "segmentation")
    seen = survey(outlines, rows.size)
    _check_rings(notes, rows, seen)
    if a.iscrowd is not None:
        drawn = (outlines.kind == KIND_POLYGONS) & (a.iscrowd == 1) & ~rows.bad_outline
        rows.bad_outline |= drawn
        notes.add("crowd-polygons", drawn, rows.noun, rows.example, "segmentation")
    area, box, measured = check_rle(notes, rows)
    drawn = (outlines.kind == KIND_POLYGONS) & ~rows.bad_outline & (seen.area > 0)
    measured |= drawn
    area[drawn], box[drawn] = seen.area[drawn], seen.box[drawn]
    if rows.kind == "annotations":
        _check_agreement(notes, rows, area, box, measured, seen.edge)
    _check_area_in_box(notes, rows, measured)


def _check_rings(notes: Notebook, rows: Rows, seen: Survey) -> None:
    outlines = rows.annotations.segmentation
    assert outlines is not None
    bad = np.flatnonzero(seen.faults)
    if not len(bad):
        return
    owners, faults = np.searchsorted(outlines.rings, bad, side="right") - 1, seen.faults[bad]

    def ring(row: int, bit: int) -> str:
        first = int(outlines.rings[row])
        return f"segmentation/{np.flatnonzero(seen.faults[first : outlines.rings[row + 1]] & bit)[0]}"

    def example(row: int) -> str:
        lengths = np.diff(outlines.xy.offsets[outlines.rings[row] : outlines.rings[row + 1] + 1]).tolist()
        return rows.example(row, f"{counted(len(lengths), 'polygon')} of {shown(lengths)} numbers")

    for bit, code in _RING_CODES:
        found = _each_once(owners[(faults & bit) != 0])
        rows.bad_outline[found] = True
        notes.add(code, found, rows.noun, example, partial(ring, bit=bit))


def _check_agreement(notes: Notebook, rows: Rows, area: Float64, box: Float64, measured: Bools, edge: Float64) -> None:
    """Box and area beside an outline, each within what rounding and counting pixels make of it.

    Areas of crowd regions are left out: those of COCO's own are not those of their masks.
    """
    a = rows.annotations
    off_box = off_area = np.zeros(len(a), np.bool_)
    if a.bbox is not None:
        off_box = measured & a.has(Field.BBOX) & ~rows.bad_box & boxes_differ(a.bbox, box, rows.size)
        off_box[_boxes_of_pixels(rows, np.flatnonzero(off_box))] = False
    if a.area is not None:
        off_area = measured & a.has(Field.AREA) & ~rows.bad_area
        off_area &= np.abs(a.area - area) > np.maximum(TOLERANCE, PER_EDGE * edge)
        if a.iscrowd is not None:
            off_area &= a.iscrowd == 0

    def box_example(row: int) -> str:
        assert a.bbox is not None
        x0, y0, x1, y1 = box[row].tolist()
        made = [round(v, 2) for v in (x0, y0, x1 - x0, y1 - y0)]
        return rows.example(row, f"bbox {shown(a.bbox[row].tolist())}, of the segmentation {shown(made)}")

    def example(row: int) -> str:
        assert a.area is not None
        return rows.example(row, f"area {a.area[row]:g}, of the segmentation {area[row]:g}")

    notes.add("mask-disagrees", off_box & off_area, rows.noun, box_example, "segmentation")
    notes.add("bbox-not-of-mask", off_box & ~off_area, rows.noun, box_example, "bbox")
    notes.add("area-not-of-mask", off_area & ~off_box, rows.noun, example, "area")


def _boxes_of_pixels(rows: Rows, doubted: Int64) -> Int64:
    """Those of some rows whose box is that of the pixels that their polygons draw: a thin tip draws none."""
    a = rows.annotations
    assert a.segmentation is not None
    assert a.bbox is not None
    known = np.isfinite(rows.size).all(axis=1) & (a.segmentation.kind == KIND_POLYGONS)
    chosen: Int64 = doubted[known[doubted]]
    if not len(chosen):
        return chosen
    from .masks import measure

    size = rows.size[chosen].astype(np.int64)
    drawn = measure(take_segmentations(a.segmentation, chosen), size[:, ::-1]).bbox
    drawn = np.concatenate([drawn[:, :2], drawn[:, :2] + drawn[:, 2:]], axis=1)
    sound: Int64 = chosen[~boxes_differ(a.bbox[chosen], drawn, rows.size[chosen])]
    return sound


def boxes_differ(stated: Float64, box: Float64, size: Float64) -> Bools:
    """(N,) bool: boxes whose edges are not those of the outline, nor of what of it lies in the image.

    Args:
        stated: (N, 4) [x, y, w, h] px.
        box: (N, 4) [left, top, right, bottom] px.
        size: (N, 2) [width, height] px, or NaN.
    """
    off = np.zeros(len(stated), np.bool_)
    for axis in (0, 1):
        low, high = stated[:, axis], stated[:, axis] + stated[:, axis + 2]
        end = np.fmin(box[:, axis + 2], size[:, axis])
        off |= (np.abs(low - box[:, axis]) > _EDGE) & (np.abs(low - np.maximum(box[:, axis], 0)) > _EDGE)
        off |= (np.abs(high - box[:, axis + 2]) > _EDGE) & (np.abs(high - end) > _EDGE)
    return off


def _check_area_in_box(notes: Notebook, rows: Rows, measured: Bools) -> None:
    """Areas larger than the box, where there is no outline to compare them with."""
    a = rows.annotations
    if a.area is None or a.bbox is None:
        return
    frame = 2 * TOLERANCE * (a.bbox[:, 2] + a.bbox[:, 3]) + 4 * TOLERANCE**2
    larger: Any = a.area > a.bbox[:, 2] * a.bbox[:, 3] + frame
    larger &= a.has(Field.AREA) & a.has(Field.BBOX) & ~measured & ~rows.bad_area & ~rows.bad_box & ~rows.bad_outline
    notes.add("area-exceeds-bbox", larger, rows.noun, lambda row: area_example(rows, row), "area")


def _each_once(rising: Int64) -> Int64:
    return rising[np.append(True, rising[1:] != rising[:-1])] if len(rising) else rising
