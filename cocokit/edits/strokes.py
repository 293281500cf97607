"""Masks as strokes: the upright runs of foreground in each column, which a window cuts without looking at pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..columns import Bools, Float64, Int64, Ragged, UInt8, offsets_of


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """K strokes of N masks, by mask, then by column, then downwards; no two of a column touch.

    Attributes:
        count: N.
        owner: (K,) int64 which mask, rising.
        x, top, bottom: (K,) int64 px: the column, its first pixel, the one behind its last.
    """

    count: int
    owner: Int64
    x: Int64
    top: Int64
    bottom: Int64

    def areas(self) -> Int64:
        """(N,) int64 px^2."""
        return np.bincount(self.owner, self.bottom - self.top, self.count).astype(np.int64)

    def boxes(self) -> Float64:
        """(N, 4) float64 [x, y, w, h] px around each mask, as rleToBbox gives it; zeros for an empty one."""
        found = np.zeros((self.count, 4))
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        if len(starts):
            left, right = np.minimum.reduceat(self.x, starts), np.maximum.reduceat(self.x, starts) + 1
            top, bottom = np.minimum.reduceat(self.top, starts), np.maximum.reduceat(self.bottom, starts)
            found[self.owner[starts]] = np.stack([left, top, right - left, bottom - top], axis=1)
        return found

    def cut(self, x: int, y: int, w: int, h: int) -> Strokes:
        """What lies in a window, px, measured from the window's corner."""
        top, bottom = np.maximum(self.top, y), np.minimum(self.bottom, y + h)
        kept = (self.x >= x) & (self.x < x + w) & (bottom > top)
        return Strokes(self.count, self.owner[kept], self.x[kept] - x, top[kept] - y, bottom[kept] - y)

    def take(self, masks: Int64) -> Strokes:
        """The strokes of some masks, (M,) int64 rising, which are the masks 0 to M - 1 then."""
        place = np.full(self.count, -1, np.int64)
        place[masks] = np.arange(len(masks))
        kept = place[self.owner] >= 0
        return Strokes(len(masks), place[self.owner[kept]], self.x[kept], self.top[kept], self.bottom[kept])

    def same(self, other: Strokes) -> Bools:
        """(N,) bool: which masks have the pixels of the same mask of ``other``."""
        mine, theirs = (np.bincount(side.owner, minlength=self.count) for side in (self, other))
        equal = mine == theirs
        a, b = equal[self.owner], equal[other.owner]
        pairs = [(self.x[a], other.x[b]), (self.top[a], other.top[b]), (self.bottom[a], other.bottom[b])]
        differ = np.any([left != right for left, right in pairs], axis=0)
        equal[self.owner[a][differ]] = False
        return np.asarray(equal, np.bool_)

    def pixels(self, mask: int) -> tuple[UInt8, int, int]:
        """(h, w) uint8 pixels of one mask within its box, and the x and y of the box, px; the mask is not empty."""
        first, last = np.searchsorted(self.owner, [mask, mask + 1])
        x, top, bottom = self.x[first:last], self.top[first:last], self.bottom[first:last]
        left, high = int(x.min()), int(top.min())
        steps = np.zeros((int(bottom.max()) - high + 1, int(x.max()) - left + 1), np.int8)
        steps[top - high, x - left] += 1  # no two strokes of a column touch: no index occurs twice
        steps[bottom - high, x - left] -= 1
        return np.cumsum(steps, axis=0)[:-1].astype(np.uint8), left, high

    def ends(self, mask: int, height: int, width: int) -> Int64:
        """(E,) int64 the ends of the runs of one mask in an image of a size, px."""
        first, last = np.searchsorted(self.owner, [mask, mask + 1])
        start = self.x[first:last] * height + self.top[first:last]
        stop = self.x[first:last] * height + self.bottom[first:last]
        begins = np.append(True, start[1:] != stop[:-1])[: len(start)]
        finishes = np.append(begins[1:], True)[: len(start)]
        both = np.stack([start[begins], stop[finishes]], axis=1).reshape(-1)
        return both if len(both) and both[-1] == height * width else np.append(both, height * width)


def strokes_of(ends: Ragged, heights: Int64) -> Strokes:
    """The strokes of decoded masks.

    Args:
        ends: N rows, as :mod:`cocokit.masks` has them.
        heights: (N,) int64 px of each mask's image, more than 0.
    """
    lengths = np.diff(ends.offsets)
    place = np.arange(len(ends.values)) - np.repeat(ends.offsets[:-1], lengths)
    on = np.flatnonzero(place % 2 == 1)
    owner = np.repeat(np.arange(len(ends)), lengths)[on]
    start, stop = ends.values[on - 1].astype(np.int64), ends.values[on].astype(np.int64)
    real = stop > start
    owner, start, stop = owner[real], start[real], stop[real]
    height = heights[owner]
    first, last = start // height, (stop - 1) // height
    columns = last - first + 1
    owners = np.repeat(owner, columns)
    step = np.arange(len(owners)) - np.repeat(offsets_of(columns)[:-1], columns)
    x = np.repeat(first, columns) + step
    top = np.where(step == 0, np.repeat(start - first * height, columns), 0)
    ending = step == np.repeat(columns - 1, columns)
    bottom = np.where(ending, np.repeat(stop - last * height, columns), np.repeat(height, columns))
    return _joined(len(ends), owners, x, top, bottom)


def _joined(count: int, owner: Int64, x: Int64, top: Int64, bottom: Int64) -> Strokes:
    """Strokes of a column that touch made one: an RLE may have empty runs between them."""
    touch = (owner[1:] == owner[:-1]) & (x[1:] == x[:-1]) & (top[1:] == bottom[:-1])
    if not touch.any():
        return Strokes(count, owner, x, top, bottom)
    begins, finishes = np.append(True, ~touch), np.append(~touch, True)
    return Strokes(count, owner[begins], x[begins], top[begins], bottom[finishes])
