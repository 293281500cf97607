"""Parts and holes of masks, counted from their runs without drawing one pixel.

A part is a set of pixels that touch at an edge or a corner, a hole is background inside a part whose pixels touch at
edges. Runs of neighbouring columns that touch are joined; parts - holes = runs - joins, which is Euler's formula for
closed squares, so only the parts have to be found.
"""

from __future__ import annotations

import numpy as np

from ..columns import Int64, Ragged, Segmentations, take_segmentations
from ..kernels.runs import OK
from ..masks import MOST_PIXELS, ends_of, measure

_BLOCK = 256  # masks whose runs are in memory at once
#: Sides px beyond which a mask is called damaged: its runs would not fit.
_WIDEST, _TALLEST = 1 << 16, 1 << 24


def parts_and_holes(outlines: Segmentations, rows: Int64) -> tuple[Int64, Int64, int]:
    """Parts and holes of the RLEs of some rows.

    Returns:
        (M,) int64 parts and (M,) int64 holes of the masks that are whole and not empty, and how many are damaged.
    """
    parts, holes, damaged = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for first in range(0, len(rows), _BLOCK):
        some = take_segmentations(outlines, rows[first : first + _BLOCK])
        height, width = some.size.T
        sound = np.flatnonzero(
            (height >= 0) & (height < _TALLEST) & (width >= 0) & (width < _WIDEST) & (height * width < MOST_PIXELS)
        )
        whole = sound[measure(take_segmentations(some, sound)).status == OK]
        damaged += len(some) - len(whole)
        found = count_regions(ends_of(some, whole, some.size), some.size[whole, 0], some.size[whole, 1])
        parts.append(found[0][found[0] > 0])
        holes.append(found[1][found[0] > 0])
    return np.concatenate(parts), np.concatenate(holes), damaged


def count_regions(ends: Ragged, height: Int64, width: Int64) -> tuple[Int64, Int64]:
    """(M,) int64 parts and (M,) int64 holes of masks.

    Args:
        ends: M rows of pixel numbers at which runs end, column-major, background first.
        height, width: (M,) int64 px.
    """
    masks = len(ends)
    owner, x, top, bottom = _pieces(ends, height)
    # Columns of all masks in one row, one empty column between masks; keys along them, one gap between columns.
    column = x + (np.cumsum(width + 1) - width - 1)[owner]
    tall = int(height.max(initial=0)) + 1
    low, high = column * tall + top, column * tall + bottom
    first = np.searchsorted(high, low + tall, side="left")
    joins = np.maximum(np.searchsorted(low, high + tall, side="right") - first, 0)
    here = np.repeat(np.arange(len(owner)), joins)
    there = np.arange(len(here)) + np.repeat(first - (np.cumsum(joins) - joins), joins)
    roots = np.flatnonzero(_labels(len(owner), here, there) == np.arange(len(owner)))
    parts = np.bincount(owner[roots], minlength=masks)
    return parts, parts - np.bincount(owner, minlength=masks) + np.bincount(owner[here], minlength=masks)


def _pieces(ends: Ragged, height: Int64) -> tuple[Int64, Int64, Int64, Int64]:
    """Runs of foreground cut at the ends of columns: mask, column, first and one past the last row of each."""
    values = ends.values.astype(np.int64)
    count = np.diff(ends.offsets) // 2
    owner = np.repeat(np.arange(len(ends)), count)
    at = 2 * np.arange(len(owner)) + np.repeat(ends.offsets[:-1] - 2 * (np.cumsum(count) - count), count)
    start, stop, tall = values[at], values[at + 1], height[owner]
    columns = (stop - 1) // tall - start // tall + 1
    piece = np.repeat(np.arange(len(owner)), columns)
    owner, tall = owner[piece], tall[piece]
    x = (start // height[np.repeat(np.arange(len(ends)), count)])[piece]
    x = x + np.arange(len(piece)) - np.repeat(np.cumsum(columns) - columns, columns)
    top, bottom = np.maximum(start[piece] - x * tall, 0), np.minimum(stop[piece] - x * tall, tall)
    return owner, x, top, bottom


def _labels(count: int, a: Int64, b: Int64) -> Int64:
    """(N,) int64 the smallest member of the set that each of N things is in, when ``a[i]`` and ``b[i]`` are joined."""
    label = np.arange(count)
    while True:
        one, other = label[a], label[b]
        apart = one != other
        if not apart.any():
            return label
        one, other = one[apart], other[apart]
        np.minimum.at(label, np.maximum(one, other), np.minimum(one, other))
        while True:
            further = label[label]
            if np.array_equal(further, label):
                break
            label = further
