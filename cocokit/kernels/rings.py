"""Polygons looked at once: what is wrong with each ring, and area, edge and box of each outline."""

from __future__ import annotations

from typing import Any

from ..compiled import helper, kernel
from .bits import at, put

#: Faults of a ring: fewer than three points; an odd number of coordinates; one that is not finite; a point outside
#: of the image; edges that cross; no area.
SHORT, ODD, INFINITE, OUTSIDE, CROSSING, NO_AREA = 1, 2, 4, 8, 16, 32
#: What is written of each outline.
AREA, EDGE, LEFT, TOP, RIGHT, BOTTOM, WORDS = 0, 1, 2, 3, 4, 5, 6

_BLOCK = 8
#: After so many looks at eight edges each (seconds) a ring counts as one without crossings: nobody draws such a ring,
#: and a kernel cannot be interrupted.
_PATIENCE = 1 << 28
_FAR = 1e300
_FLAT = 1e-6


@kernel("f8[:] i8[:] i8[:] i8 f8[:] f8 f8[:] u1[:] f8[:]")
def survey_rings(
    xy: Any, offsets: Any, rings: Any, n: int, size: Any, slack: float, spare: Any, faults: Any, found: Any
) -> int:
    """Look at the rings of ``n`` outlines.

    Args:
        xy: float64 x, y, x, y, ... px of all rings.
        offsets: int64 (R + 1,), ring r is ``xy[offsets[r]:offsets[r + 1]]``.
        rings: int64 (n + 1,), outline i has the rings ``rings[i]`` to ``rings[i + 1]``.
        size: float64 (2 n,), width and height px of each outline's image; NaN bounds nothing.
        slack: how far outside of the image a point may lie, px.
        spare: float64, at least 5 numbers for each point of the longest ring, and 8 more.
        faults: uint8 (R,), written: the faults of each ring.
        found: float64 (6 n,), written: area px^2 (sum over rings, shoelace), edge (its length in pixels, the larger of
            width and height of each step), and left, top, right, bottom px of the rings without SHORT, ODD, INFINITE;
            zeros where there is none.

    Returns:
        How many rings have a fault.
    """
    bad = 0
    for row in range(n):
        o = WORDS * row
        for i in range(WORDS):
            put(found, o + i, 0.0)
        put(found, o + LEFT, _FAR)
        put(found, o + TOP, _FAR)
        put(found, o + RIGHT, -_FAR)
        put(found, o + BOTTOM, -_FAR)
        for ring in range(at(rings, row), at(rings, row + 1)):
            first = at(offsets, ring)
            length = at(offsets, ring + 1) - first
            fault = _unusable(xy, first, length)
            if fault == 0:
                fault = _look(xy, first, length // 2, at(size, 2 * row), at(size, 2 * row + 1), slack, spare, found, o)
            put(faults, ring, fault)
            if fault != 0:
                bad += 1
        if at(found, o + LEFT) == _FAR:
            for i in range(WORDS):
                put(found, o + i, 0.0)
    return bad


@helper
def _unusable(xy: Any, first: int, length: int) -> int:
    """SHORT, ODD or INFINITE, or 0."""
    if length < 6:
        return SHORT
    if length & 1 != 0:
        return ODD
    for i in range(first, first + length):
        v = at(xy, i)
        if v - v != 0.0:
            return INFINITE
    return 0


@helper
def _look(
    xy: Any, first: int, n: int, width: float, height: float, slack: float, spare: Any, found: Any, o: int
) -> int:
    """Add a ring of ``n`` points to its outline's measures; its faults."""
    left, top, right, bottom = _FAR, _FAR, -_FAR, -_FAR
    middle_x, middle_y = 0.0, 0.0
    for i in range(n):
        x = at(xy, first + 2 * i)
        y = at(xy, first + 2 * i + 1)
        left, right = min(left, x), max(right, x)
        top, bottom = min(top, y), max(bottom, y)
        middle_x += x / n
        middle_y += y / n
    twice, edge = 0.0, 0.0
    far = max(max(abs(left), abs(right)), max(abs(top), abs(bottom))) + 1.0
    eps = 1e-12 * far * far
    turns_left, turns_right, rising = 0, 0, 0
    px = at(xy, first + 2 * n - 2) - middle_x
    py = at(xy, first + 2 * n - 1) - middle_y
    for i in range(n):
        x = at(xy, first + 2 * i) - middle_x
        y = at(xy, first + 2 * i + 1) - middle_y
        cross = px * y - py * x
        twice += cross
        edge += max(abs(x - px), abs(y - py))
        if cross > eps:
            turns_left += 1
        if cross < -eps:
            turns_right += 1
        if (py <= 0.0) != (y <= 0.0):
            rising += 1
        px = x
        py = y
    put(found, o + AREA, at(found, o + AREA) + abs(twice) / 2.0)
    put(found, o + EDGE, at(found, o + EDGE) + edge)
    put(found, o + LEFT, min(at(found, o + LEFT), left))
    put(found, o + TOP, min(at(found, o + TOP), top))
    put(found, o + RIGHT, max(at(found, o + RIGHT), right))
    put(found, o + BOTTOM, max(at(found, o + BOTTOM), bottom))
    if left < -slack or top < -slack or right > width + slack or bottom > height + slack:
        return OUTSIDE
    # A ring that goes once around its middle, always in the same direction, cannot cross itself.
    if rising == 2 and (turns_left == n or turns_right == n):
        return 0
    if _crosses(xy, first, n, eps, spare):
        return CROSSING
    return NO_AREA if abs(twice) < _FLAT else 0


@helper
def _crosses(xy: Any, first: int, n: int, eps: float, spare: Any) -> bool:
    """Whether two edges cross at a point inside both; boxes of edges, and of eight edges each, keep it short."""
    for i in range(n):
        k = i + 1 if i + 1 < n else 0
        x0, y0 = at(xy, first + 2 * i), at(xy, first + 2 * i + 1)
        x1, y1 = at(xy, first + 2 * k), at(xy, first + 2 * k + 1)
        put(spare, 4 * i, min(x0, x1))
        put(spare, 4 * i + 1, min(y0, y1))
        put(spare, 4 * i + 2, max(x0, x1))
        put(spare, 4 * i + 3, max(y0, y1))
    blocks = (n + _BLOCK - 1) // _BLOCK
    for b in range(blocks):
        q = 4 * (n + b)
        put(spare, q, _FAR)
        put(spare, q + 1, _FAR)
        put(spare, q + 2, -_FAR)
        put(spare, q + 3, -_FAR)
        for i in range(_BLOCK * b, min(_BLOCK * b + _BLOCK, n)):
            put(spare, q, min(at(spare, q), at(spare, 4 * i)))
            put(spare, q + 1, min(at(spare, q + 1), at(spare, 4 * i + 1)))
            put(spare, q + 2, max(at(spare, q + 2), at(spare, 4 * i + 2)))
            put(spare, q + 3, max(at(spare, q + 3), at(spare, 4 * i + 3)))
    looks = 0
    for i in range(n - 2):
        looks += blocks - i // _BLOCK
        if looks > _PATIENCE:
            return False
        for b in range(i // _BLOCK, blocks):
            if _apart(spare, i, n + b):
                continue
            for j in range(max(i + 2, _BLOCK * b), min(_BLOCK * b + _BLOCK, n)):
                if not _apart(spare, i, j) and _cross(xy, first, n, i, j, eps):
                    return True
    return False


@helper
def _apart(boxes: Any, i: int, j: int) -> bool:
    """Whether two boxes have no point in common."""
    return bool(
        at(boxes, 4 * j) > at(boxes, 4 * i + 2)
        or at(boxes, 4 * j + 2) < at(boxes, 4 * i)
        or at(boxes, 4 * j + 1) > at(boxes, 4 * i + 3)
        or at(boxes, 4 * j + 3) < at(boxes, 4 * i + 1)
    )


@helper
def _cross(xy: Any, first: int, n: int, i: int, j: int, eps: float) -> bool:
    """Whether the edges from points i and j have their ends clearly on both sides of each other."""
    k = first + 2 * (i + 1)
    m = first + 2 * (j + 1 if j + 1 < n else 0)
    i = first + 2 * i
    j = first + 2 * j
    one = _side(xy, i, k, j, eps) * _side(xy, i, k, m, eps)
    return one < 0 and _side(xy, j, m, i, eps) * _side(xy, j, m, k, eps) < 0


@helper
def _side(xy: Any, a: int, b: int, c: int, eps: float) -> int:
    """On which side of the line from a to b the point c lies: -1, 0 or 1."""
    x, y = at(xy, a), at(xy, a + 1)
    turn = (at(xy, b) - x) * (at(xy, c + 1) - y) - (at(xy, b + 1) - y) * (at(xy, c) - x)
    if turn > eps:
        return 1
    return -1 if turn < -eps else 0
