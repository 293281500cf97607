"""Polygons of several parts as the one ring that a line of labels has room for, and back.

Each part is closed, the parts follow each other, and the way back is that of coming: every line between two parts is
drawn twice, so that the mask stays what it was. A reader that knows this finds the parts again.
"""

from __future__ import annotations

import numpy as np

from ..columns import Float64, Int64, Ragged, offsets_of


def joined(rings: Int64, xy: Ragged) -> Ragged:
    """One ring for each of N annotations.

    Args:
        rings: (N + 1,) int64: annotation i has the rings ``rings[i]`` to ``rings[i + 1]``.
        xy: the rings, float64, whole points.

    >>> two = Ragged(np.array([0, 0, 2, 0, 2, 2, 5, 5, 7, 5, 7, 7]), np.array([0, 6, 12]))
    >>> joined(np.array([0, 2]), two)[0].tolist()
    [0, 0, 2, 0, 2, 2, 0, 0, 5, 5, 7, 5, 7, 7, 5, 5]
    """
    parts = np.diff(rings)
    if (parts == 1).all():
        return Ragged(xy.values, xy.offsets)
    first, points = xy.offsets[:-1] // 2, np.diff(xy.offsets) // 2
    row = np.repeat(np.arange(len(parts)), parts)
    many = parts[row] > 1
    back = np.flatnonzero((np.arange(len(row)) > rings[row]) & (np.arange(len(row)) < rings[row + 1] - 1))[::-1]
    ring = np.arange(len(row))
    # Pieces: a part, its first point again, the first points on the way back; in this order within an annotation.
    start = np.concatenate([first, first[many], first[back]])
    length = np.concatenate([points, np.ones(int(many.sum()) + len(back), np.int64)])
    place = np.concatenate([2 * ring, 2 * ring[many] + 1, 2 * rings[row[back] + 1] - 1])
    order = np.argsort(place, kind="stable")
    start, length = start[order], length[order]
    at = offsets_of(length)
    index = np.repeat(start - at[:-1], length) + np.arange(at[-1])
    owner = np.concatenate([row, row[many], row[back]])
    total = np.bincount(owner, weights=np.concatenate([points, np.ones(len(start) - len(row))]), minlength=len(parts))
    return Ragged(xy.values.reshape(-1, 2)[index].reshape(-1), offsets_of(2 * total.astype(np.int64)))


def parted(ring: Float64) -> list[Float64]:
    """The parts of one ring that :func:`joined` made; the ring itself if it is no such one.

    Args:
        ring: (P,) float64: x, y, x, y, ...; the parts are (Q,) float64 of the same kind.
    """
    points = ring.reshape(-1, 2)
    parts, start, firsts = [], 0, []
    back = len(points)
    while start < back:
        again = np.flatnonzero((points[start + 1 :] == points[start]).all(axis=1))
        if not len(again):
            break
        stop = start + 1 + int(again[0])
        parts.append(points[start:stop].reshape(-1))
        firsts.append(points[start])
        start = stop + 1
    way_back = points[start:]
    expected = firsts[-2:0:-1] if len(firsts) > 1 else []
    if (
        len(parts) < 2
        or len(way_back) != len(expected)
        or any((a != b).any() for a, b in zip(way_back, expected, strict=True))
    ):
        return [ring]
    return parts


def may_be_parted(xy: Ragged) -> Int64:
    """(M,) int64 rows of rings whose first point comes once more, and not as the last: only these can have parts."""
    points = xy.values.reshape(-1, 2)
    starts, length = xy.offsets[:-1] // 2, np.diff(xy.offsets) // 2
    first = np.repeat(starts, length)
    same = (points[:, 0] == points[first, 0]) & (points[:, 1] == points[first, 1])
    row = np.repeat(np.arange(len(length)), length)
    inner = np.arange(len(points)) - first
    return np.unique(row[same & (inner > 0) & (inner < length[row] - 1)])
