"""Checks of run-length encoded outlines: their size, the sum of their runs, and the area written beside them."""

from __future__ import annotations

import numpy as np

from .columns import KIND_COUNTS, KIND_RLE, Field, Float64, Int64, take_segmentations
from .findings import Notebook
from .ids import sizes_differ
from .kernels.runs import BAD_CHARACTERS, TRUNCATED
from .masks import measure
from .shape_checks import TOLERANCE, Rows

_MOST_PIXELS = 2**32


def check_rle(notes: Notebook, rows: Rows) -> None:
    """RLEs of another size than their image, and runs that do not fill the mask (quirks H1, I2, X11)."""
    outlines = rows.annotations.segmentation
    if outlines is None:
        return
    at = np.flatnonzero((outlines.kind == KIND_RLE) | (outlines.kind == KIND_COUNTS))
    size = outlines.size[at]
    possible = _possible(size)

    def size_example(i: int) -> str:
        height, width = rows.size[at[i]][::-1]
        image = f" in an image of [{height:g}, {width:g}]" if np.isfinite(width) else ""
        return rows.example(int(at[i]), f"size {size[i].tolist()}{image}")

    notes.add("error", "rle-size-impossible", ~possible, "an RLE of a size that no image has", rows.noun, size_example)
    sized = np.isfinite(rows.size[at, 0])
    other = possible & sized & sizes_differ(size[:, ::-1], rows.size[at])
    notes.add("error", "rle-size", other, "an RLE of another size than its image", rows.noun, size_example)
    _check_runs(notes, rows, at[possible])


def _check_runs(notes: Notebook, rows: Rows, at: Int64) -> None:
    """The runs of the RLEs in the rows ``at``, whose sizes are possible."""
    outlines = rows.annotations.segmentation
    if outlines is None or not len(at):
        return
    measures = measure(take_segmentations(outlines, at))
    pixels = outlines.size[at].prod(axis=1)
    broken = (measures.status == BAD_CHARACTERS) | (measures.status == TRUNCATED)
    wrong = ~broken & (measures.total != pixels)

    def sum_example(i: int) -> str:
        return rows.example(int(at[i]), f"runs of {measures.total[i]:,} px, height times width {pixels[i]:,}")

    what = "an RLE whose counts cannot be decoded"
    notes.add("error", "rle-undecodable", broken, what, rows.noun, lambda i: rows.example(int(at[i])))
    what = "an RLE whose runs do not add up to height times width"
    notes.add("error", "rle-sum", wrong, what, rows.noun, sum_example)
    if rows.annotations.area is not None:
        _check_area(notes, rows, at[~broken & ~wrong], rows.annotations.area, measures.area[~broken & ~wrong])


def _check_area(notes: Notebook, rows: Rows, at: Int64, stated: Float64, measured: Float64) -> None:
    """Areas beside RLEs are exact counts; more than a pixel of difference means that one of the two was changed.

    Crowd regions are left out: the areas of COCO's own are not those of their masks.
    """
    a = rows.annotations
    has = a.has(Field.AREA)[at]
    if a.iscrowd is not None:
        has &= a.iscrowd[at] == 0
    differs = has & (np.abs(stated[at] - measured) > TOLERANCE)

    def example(i: int) -> str:
        return rows.example(int(at[i]), f"area {stated[at[i]]:g}, mask {measured[i]:g}")

    notes.add("warning", "area-not-of-mask", differs, "an area that is not that of the RLE", rows.noun, example)


def _possible(size: Int64) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    inside = ((size >= 0) & (size < _MOST_PIXELS)).all(axis=1)
    return inside & (np.where(inside, size[:, 0], 0).astype(np.float64) * size[:, 1] < _MOST_PIXELS)
