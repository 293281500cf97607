"""Checks of run-length encoded outlines: their size, and the sum of their runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import KIND_COUNTS, KIND_RLE, Bools, Float64, Int64, take_segmentations
from .findings import Notebook
from .ids import sizes_differ
from .kernels.runs import BAD_CHARACTERS, TRUNCATED
from .masks import MOST_PIXELS, measure
from .shape_checks import Rows


def check_rle(notes: Notebook, rows: Rows) -> tuple[Float64, Float64, Bools]:
    """RLEs of another size than their image, and runs that do not fill the mask (quirks H1, I2, X11).

    Returns:
        (N,) float64 area px^2; (N, 4) float64 box [left, top, right, bottom] px; (N,) bool: rows where these mean
        something.
    """
    outlines, n = rows.annotations.segmentation, len(rows.annotations)
    area, box, good = np.zeros(n), np.zeros((n, 4)), np.zeros(n, np.bool_)
    assert outlines is not None
    at = np.flatnonzero((outlines.kind == KIND_RLE) | (outlines.kind == KIND_COUNTS))
    size = outlines.size[at]
    possible = _possible(size)

    def example(row: int) -> str:
        height, width = rows.size[row][::-1]
        image = f" in an image of [{height:g}, {width:g}]" if np.isfinite(width) else ""
        return rows.example(row, f"size {outlines.size[row].tolist()}{image}")

    _note(notes, rows, "rle-size-impossible", at[~possible], example, "size")
    other = possible & np.isfinite(rows.size[at, 0]) & sizes_differ(size[:, ::-1], rows.size[at])
    _note(notes, rows, "rle-size", at[other], example, "size")
    _check_runs(notes, rows, at[possible & ~other], area, box, good)
    return area, box, good


def _check_runs(notes: Notebook, rows: Rows, at: Int64, area: Float64, box: Float64, good: Bools) -> None:
    """The runs of the RLEs in the rows ``at``, whose sizes are possible; what they measure is written."""
    outlines = rows.annotations.segmentation
    if outlines is None or not len(at):
        return
    measures = measure(take_segmentations(outlines, at))
    pixels = outlines.size[at].prod(axis=1)
    broken = (measures.status == BAD_CHARACTERS) | (measures.status == TRUNCATED)
    wrong = ~broken & (measures.total != pixels)
    empty = ~broken & ~wrong & (measures.area == 0)

    def example(row: int) -> str:
        i = int(np.searchsorted(at, row))
        return rows.example(row, f"runs of {measures.total[i]:,} px, height times width {pixels[i]:,}")

    _note(notes, rows, "rle-undecodable", at[broken], rows.example, "counts")
    _note(notes, rows, "rle-sum", at[wrong], example, "counts")
    _note(notes, rows, "rle-empty", at[empty], rows.example, "counts")
    whole = ~(broken | wrong | empty)
    good[at[whole]], area[at[whole]], box[at[whole]] = True, measures.area[whole], measures.bbox[whole]
    box[at[whole], 2:] += box[at[whole], :2]


def _note(notes: Notebook, rows: Rows, code: str, found: Int64, example: Any, member: str) -> None:
    rows.bad_outline[found] = True
    notes.add(code, found, rows.noun, example, f"segmentation/{member}")


def _possible(size: Int64) -> Bools:
    inside = ((size >= 0) & (size < MOST_PIXELS)).all(axis=1)
    fits: Bools = inside & (np.where(inside, size[:, 0], 0).astype(np.float64) * size[:, 1] < MOST_PIXELS)
    return fits
