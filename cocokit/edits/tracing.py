"""The outline of a mask's pixels, walked along: what :mod:`cocokit.geometry` finds for regions, in a tenth of the time.

Each side of a foreground pixel that borders on background is a step of one pixel, with the foreground on its right.
Where two pixels touch at a corner alone, the walk turns right and stays with its own.
"""

from __future__ import annotations

import numpy as np

from ..columns import Int64, UInt8
from ..types import Polygons

#: Directions of steps: right, down, left, up; what each adds to x and y.
_DX, _DY = np.array([1, 0, -1, 0]), np.array([0, 1, 0, -1])


def trace(pixels: UInt8) -> Polygons | None:
    """The rings around a mask's regions, clockwise, each from the left-most of its top-most corners; None if one has a
    hole, which needs a cut through it, or meets itself at a corner.

    Args:
        pixels: (H, W) uint8, 1 for foreground.

    >>> trace(np.array([[0, 1, 1], [1, 0, 0]], np.uint8))
    ((1.0, 0.0, 3.0, 0.0, 3.0, 1.0, 1.0, 1.0), (0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 0.0, 2.0))
    >>> trace(np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)) is None
    True
    """
    after, width = _steps(pixels)
    rings = []
    following = after.tolist()
    for start in np.flatnonzero(after >= 0).tolist():
        if following[start] < 0:
            continue  # walked already
        if start % 4 != 0:
            return None  # the first step of a ring in the order of corners goes right, but around a hole
        corners, at, turned = [], start, -1
        while following[at] >= 0:
            if at % 4 != turned:
                corners.append(at // 4)
                turned = at % 4
            following[at], at = -1, following[at]
        if len(set(corners)) < len(corners):
            return None  # it closes around background that is a hole but for a corner
        points = np.array(corners)
        rings.append(tuple(np.stack([points % width, points // width], axis=1).astype(float).reshape(-1).tolist()))
    return tuple(rings)


def _steps(pixels: UInt8) -> tuple[Int64, int]:
    """(S,) int64 the step after each step, -1 where there is none; a step is its first corner * 4 + its direction.

    Also how many corners a row has.
    """
    on = np.pad(pixels.astype(bool), 1)
    here, height, width = on[1:-1, 1:-1], pixels.shape[0] + 1, pixels.shape[1] + 1
    there = np.zeros((height, width, 4), bool)
    there[:-1, :-1, 0] = here & ~on[:-2, 1:-1]
    there[:-1, 1:, 1] = here & ~on[1:-1, 2:]
    there[1:, 1:, 2] = here & ~on[2:, 1:-1]
    there[1:, :-1, 3] = here & ~on[1:-1, :-2]
    flat = there.reshape(-1)
    steps = np.flatnonzero(flat)
    way = steps % 4
    end = steps // 4 + _DX[way] + _DY[way] * width
    right, ahead, left = (end * 4 + (way + turn) % 4 for turn in (1, 0, 3))
    after = np.full(len(flat), -1, np.int64)
    after[steps] = np.where(flat[right], right, np.where(flat[ahead], ahead, left))
    return after, width
