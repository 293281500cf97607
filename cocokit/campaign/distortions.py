"""The ways in which a good mask is made worse, each on the pixels of a window around it.

Pixels are (H, W) bool; what is moved or grown beyond the window is lost, so whoever cuts the window leaves room.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .. import rle

Pixels = NDArray[np.bool_]


def shifted(pixels: Pixels, angle: float, distance: float) -> Pixels:
    """A mask (H, W) moved by ``distance`` px in a direction, radians, as an (H, W) mask."""
    dy, dx = round(distance * math.sin(angle)), round(distance * math.cos(angle))
    height, width = pixels.shape
    moved = np.zeros_like(pixels)
    if abs(dy) < height and abs(dx) < width:
        kept = pixels[max(-dy, 0) : height - max(dy, 0), max(-dx, 0) : width - max(dx, 0)]
        moved[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = kept
    return moved


def eroded(pixels: Pixels, distance: int) -> Pixels:
    """The pixels (H, W) that are more than ``distance`` px, a chess king's, from the background; (H, W).

    Beyond the window is background.

    >>> eroded(np.ones((3, 4), bool), 1).astype(int).tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    """
    side = 2 * distance + 1
    return np.asarray(_around(pixels, distance) == side * side)


def dilated(pixels: Pixels, distance: int) -> Pixels:
    """The pixels that are at most ``distance`` px, a chess king's, from those of a mask (H, W); (H, W).

    >>> dilated(np.eye(3, dtype=bool) & [True, False, False], 1).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    """
    return _around(pixels, distance) > 0


def coarse(pixels: Pixels, corners: int, angle: float) -> Pixels:
    """A mask (H, W) as somebody in a hurry outlines it: (H, W), a polygon of so few corners.

    Each corner is the farthest pixel of a sector around the mask's middle, the first of which begins at ``angle``,
    radians.
    """
    y, x = np.nonzero(pixels)
    dy, dx = y - y.mean(), x - x.mean()
    sector = ((np.arctan2(dy, dx) - angle) % (2 * math.pi) * corners / (2 * math.pi)).astype(np.int64) % corners
    order = np.lexsort((dx**2 + dy**2, sector))  # the last of each sector is the farthest
    last = order[np.flatnonzero(np.diff(sector[order], append=corners))]
    ring = np.stack([x[last], y[last]], axis=1) + 0.5
    return rle.decode(rle.from_polygons([ring.reshape(-1).tolist()], *pixels.shape))


def cut(pixels: Pixels, angle: float, share: float) -> Pixels:
    """The part of a mask (H, W) on one side of a straight line across ``angle``, radians: (H, W), a share of it."""
    y, x = np.nonzero(pixels)
    along = x * math.cos(angle) + y * math.sin(angle)
    kept = np.argsort(along, kind="stable")[: round(share * len(along))]
    part = np.zeros_like(pixels)
    part[y[kept], x[kept]] = True
    return part


def _around(pixels: Pixels, distance: int) -> NDArray[np.int64]:
    """(H, W) how many pixels of a mask are at most ``distance`` px, a chess king's, from each."""
    return _sums(_sums(pixels.astype(np.int64), distance).T, distance).T


def _sums(counts: NDArray[np.int64], distance: int) -> NDArray[np.int64]:
    """(H, W) sums over the rows that are at most ``distance`` away; rows beyond the window are 0."""
    total = np.cumsum(np.pad(counts, ((distance + 1, distance), (0, 0))), axis=0)
    return total[2 * distance + 1 :] - total[: -2 * distance - 1]
