"""Polygons to run-length masks, bit for bit as rleFrPoly draws them (PARITY H3 to H6).

pycocotools walks every polygon at five times the resolution, point by point, notes where the walk enters another
column of pixels, and sorts those crossings. Only the steps between 5k + 2 and 5k + 3 count, which makes one crossing
per edge and pixel column; here they alone are computed, with the same floating-point expressions, and dropped into
buckets by column, so that nothing is left to sort but the few crossings of one column.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, kernel
from .bits import at, put, trunc
from .overlap import merge_ends
from .runs import U32, number

#: What ``need[0]`` says when the kernel stops early: grow ``columns``, ``crossings`` or ``ends``.
GROW_COLUMNS, GROW_CROSSINGS, GROW_ENDS = 1, 2, 3


@helper
def _upsampled(x: float) -> int:
    """``(int)(5 * x + .5)`` of C on x86: the smallest int for NaN and for what does not fit."""
    t = 5.0 * x + 0.5
    if -2147483649.0 < t < 2147483648.0:
        return trunc(t)
    return -2147483648


@helper
def _first_column(x0: int, x1: int) -> int:
    """The first pixel column whose crossing lies on an edge from x0 to x1 (upsampled)."""
    return max((min(x0, x1) + 2) // 5, 0)


@helper
def _last_column(x0: int, x1: int, w: int) -> int:
    """The last one; an image without columns does not bound them (its width less one is huge in C)."""
    last = (max(x0, x1) - 3) // 5
    return min(last, w - 1) if w > 0 else last


@helper
def _mark(crossings: Any, columns: Any, k: int, first: int, v: int, h: int) -> None:
    """Put the crossing of column ``k`` at upsampled height ``v`` into its bucket, clamped to the image."""
    y = min((max(v, 0) + 2) // 5, h)
    place = at(columns, k - first)
    put(crossings, place, (k * h + y) & U32)
    put(columns, k - first, place + 1)


@helper
def _draw_flat(crossings: Any, columns: Any, first: int, x0: int, y0: int, x1: int, y1: int, w: int, h: int) -> None:
    """Crossings of an edge that is at least as wide as high, x0 < x1: one point per upsampled x."""
    slope = float(y1 - y0) / float(x1 - x0)
    after = 1 if y1 < y0 else 0  # the smaller of both heights counts
    for k in range(_first_column(x0, x1), _last_column(x0, x1, w) + 1):
        t = 5 * k + 2 - x0 + after
        _mark(crossings, columns, k, first, trunc(float(y0) + slope * float(t) + 0.5), h)


@helper
def _draw_steep(crossings: Any, columns: Any, first: int, x0: int, y0: int, x1: int, y1: int, w: int, h: int) -> None:
    """Crossings of an edge that is higher than wide, y0 < y1: one point per upsampled y.

    The step into the next column comes at the first ``t`` whose ``x0 + slope * t + .5`` is beyond it.
    """
    slope = float(x1 - x0) / float(y1 - y0)
    back = float(y1 - y0) / float(x1 - x0)
    rising = x1 > x0
    for k in range(_first_column(x0, x1), _last_column(x0, x1, w) + 1):
        border = float(5 * k + 3)
        t = trunc((border - 0.5 - float(x0)) * back)
        while (float(x0) + slope * float(t) + 0.5 >= border) != rising:
            t += 1
        while (float(x0) + slope * float(t - 1) + 0.5 >= border) == rising:
            t -= 1
        _mark(crossings, columns, k, first, y0 + t - 1, h)


@helper
def _draw(crossings: Any, columns: Any, first: int, x0: int, y0: int, x1: int, y1: int, w: int, h: int) -> None:
    """Crossings of one edge; edges are drawn from left to right or from top to bottom."""
    if abs(x1 - x0) >= abs(y1 - y0):
        if x0 < x1:
            _draw_flat(crossings, columns, first, x0, y0, x1, y1, w, h)
        elif x0 > x1:
            _draw_flat(crossings, columns, first, x1, y1, x0, y0, w, h)
    elif x0 != x1:
        if y0 < y1:
            _draw_steep(crossings, columns, first, x0, y0, x1, y1, w, h)
        else:
            _draw_steep(crossings, columns, first, x1, y1, x0, y0, w, h)


@helper
def _sort_columns(crossings: Any, columns: Any, count: int, p: int) -> None:
    """Sort each column's crossings in place; a column lies wholly before the next, so all are sorted then."""
    for k in range(count):
        stop = at(columns, k)
        for i in range(p + 1, stop):
            value = number(crossings, i)
            j = i
            while j > p and number(crossings, j - 1) > value:
                put(crossings, j, number(crossings, j - 1))
                j -= 1
            put(crossings, j, value)
        p = stop


@helper
def _collect(crossings: Any, n: int, ends: Any, o: int) -> int:
    """Write the mask's ends from its sorted crossings; an empty run is joined with the one after it, if any."""
    m, joining = 1, False
    last = number(crossings, 0)
    put(ends, o, last)
    for i in range(1, n):
        value = number(crossings, i)
        if joining:
            put(ends, o + m - 1, value)
            joining = False
        elif value > last:
            put(ends, o + m, value)
            m += 1
        else:
            joining = True
        last = value
    return m


@helper
def _bucket(points: Any, n: int, w: int, columns: Any, room: int) -> Any:
    """Where each column's crossings begin: (first column, number of columns, crossings and one more).

    The number of columns is negative when they and one more do not fit.
    """
    first, last = 1 << 40, -1
    for i in range(n):
        x0 = at(points, 2 * i)
        x1 = at(points, 2 * i + 2)
        k0 = _first_column(x0, x1)
        k1 = _last_column(x0, x1, w)
        if k0 <= k1:
            first = min(first, k0)
            last = max(last, k1)
    count = last - first + 1 if last >= 0 else 0
    if count + 1 > room:
        return first, -count - 1, 0
    for k in range(count + 1):
        put(columns, k, 0)
    for i in range(n):
        x0 = at(points, 2 * i)
        x1 = at(points, 2 * i + 2)
        k0 = _first_column(x0, x1)
        k1 = _last_column(x0, x1, w)
        if k0 <= k1:
            put(columns, k0 - first, at(columns, k0 - first) + 1)
            put(columns, k1 - first + 1, at(columns, k1 - first + 1) - 1)
    total, here = 1 if w == 0 else 0, 0  # the number of pixels comes last, or first when there are none
    for k in range(count):
        here += at(columns, k)
        put(columns, k, total)
        total += here
    return first, count, total + 1 if w > 0 else total


@kernel("i8[:] f8[:] i8[:] i8[:] i8[:] i8 i8 u4[:] i8 i8[:] i8[:] i8[:] i8 u4[:] i8 i8[:]")
def rasterise(
    rings, xy, xy_offsets, size, rows, start, n, ends, ends_room, ends_offsets,
    points, columns, columns_room, crossings, crossings_room, need,
):
    """Masks of annotations ``rows[start:n]``, each the union of its rings (PARITY K2).

    Annotation ``r`` has the rings ``rings[r]`` to ``rings[r + 1]``; ``xy`` holds the coordinates x, y, x, y, ... px of
    all rings and ``xy_offsets`` where each begins; ``size`` is (2N,) height and width of each annotation's image, px.
    ``ends`` and ``ends_offsets`` (n + 1,) are the masks so far (``ends_offsets[start]`` is set). ``points`` is scratch
    of two numbers for each point of the longest ring and two more; ``columns`` and ``crossings`` are scratch too.

    The row reached comes back: ``n``, or the one to go on with once there is more room; then ``need`` (2,) says what to
    grow and to how much.
    """
    for i in range(start, n):
        r = at(rows, i)
        h = at(size, 2 * r)
        w = at(size, 2 * r + 1)
        o = at(ends_offsets, i)
        m = 0
        for ring in range(at(rings, r), at(rings, r + 1)):
            p = at(xy_offsets, ring)
            corners = (at(xy_offsets, ring + 1) - p) // 2
            for j in range(corners):
                put(points, 2 * j, _upsampled(at(xy, p + 2 * j)))
                put(points, 2 * j + 1, _upsampled(at(xy, p + 2 * j + 1)))
            put(points, 2 * corners, at(points, 0))
            put(points, 2 * corners + 1, at(points, 1))
            first, count, total = _bucket(points, corners, w, columns, columns_room)
            put(need, 0, 0)
            if count < 0:
                put(need, 0, GROW_COLUMNS)
                put(need, 1, -count)
            elif m + total > crossings_room:
                put(need, 0, GROW_CROSSINGS)
                put(need, 1, m + total)
            elif o + m + total > ends_room:
                put(need, 0, GROW_ENDS)
                put(need, 1, o + m + total)
            if at(need, 0) != 0:
                return i
            for j in range(corners):
                _draw(crossings, columns, first, at(points, 2 * j), at(points, 2 * j + 1), at(points, 2 * j + 2),
                      at(points, 2 * j + 3), w, h)
            _sort_columns(crossings, columns, count, 1 if w == 0 else 0)
            put(crossings, total - 1 if w > 0 else 0, (h * w) & U32)
            more = _collect(crossings, total, ends, o + m)
            if m == 0:
                m = more
                continue
            merged = max(merge_ends(ends, o, o + m, ends, o + m, o + m + more, crossings, 0, 0), 0)
            for j in range(merged):
                put(ends, o + j, number(crossings, j))
            m = merged
        if m == 0:
            if o + 1 > ends_room:
                put(need, 0, GROW_ENDS)
                put(need, 1, o + 1)
                return i
            put(ends, o, (h * w) & U32)
            m = 1
        put(ends_offsets, i + 1, o + m)
    return n
