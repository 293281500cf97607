"""How well the outline of one mask follows that of another.

Mask IoU forgives a coarse outline on a large instance, whose inside is most of it. Boundary IoU (Cheng, Girshick,
Dollar, Berg and Kirillov: Boundary IoU: Improving Object-Centric Image Segmentation Evaluation, CVPR 2021) looks at the
*band* of each mask alone: its pixels that are at most d px away from a pixel outside it, where what lies beyond the
image's edge is outside too. Distance is that of a chess king, as in the authors' program, which erodes d times by a
square of three; d is a fraction of the image's diagonal, 2 % in the paper, rounded, and at least 1 px.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, ParamsError
from .rle import runs
from .types import Rle

__all__ = ["RADIUS", "boundary_iou", "boundary_score", "radius_px"]

#: The paper's width of the band, as a fraction of the image's diagonal.
RADIUS = 0.02

Pixels = NDArray[np.bool_]


class _Patch(NamedTuple):
    """The pixels of a mask in its box: (W, H) bool from column ``x`` and row ``y`` on, W and H those of the box."""

    x: int
    y: int
    pixels: Pixels


def boundary_iou(first: Rle, second: Rle, radius: float = RADIUS) -> float:
    """IoU of the bands of two masks, 0 to 1; 0 where both are empty.

    A mask that is narrower than the band is all band, so for small instances this is mask IoU.

    Args:
        first: one mask.
        second: another mask of the same size.
        radius: width of the band as a fraction of the image's diagonal.

    Raises:
        DataError: sizes differ, or counts are damaged.
        ParamsError: the radius is no positive number.

    >>> square, shifted = Rle(9, 9, (30, 3, 6, 3, 6, 3, 30)), Rle(9, 9, (39, 3, 6, 3, 6, 3, 21))
    >>> boundary_iou(square, square), boundary_iou(square, shifted)
    (1.0, 0.3333333333333333)
    """
    width = _checked(first, second, radius)
    return _iou(_band(_patch(first), width), _band(_patch(second), width))


def boundary_score(first: Rle, second: Rle, radius: float = RADIUS) -> float:
    """The smaller of mask IoU and boundary IoU, 0 to 1; arguments and errors as :func:`boundary_iou`.

    Boundary IoU alone does not look at the inside: a ring would score 1 against a disc. The paper takes the smaller of
    the two wherever a single number judges a mask, and so do training tasks and scores against gold.

    >>> full, ring = Rle(5, 5, (0, 25)), Rle(5, 5, (0, 6, 3, 2, 3, 2, 3, 6))
    >>> boundary_iou(full, ring), boundary_score(full, ring)
    (1.0, 0.64)
    """
    width = _checked(first, second, radius)
    a, b = _patch(first), _patch(second)
    return min(_iou(a, b), _iou(_band(a, width), _band(b, width)))


def radius_px(height: int, width: int, radius: float = RADIUS) -> int:
    """Width of the band in px: the fraction of the diagonal, rounded, at least 1.

    Raises:
        ParamsError: the radius is no positive number.

    >>> radius_px(480, 640)
    16
    """
    if not (math.isfinite(radius) and radius > 0):
        raise ParamsError("radius", radius, "give a positive fraction of the image's diagonal, such as 0.02")
    return max(1, round(radius * math.hypot(height, width)))


def _checked(first: Rle, second: Rle, radius: float) -> int:
    if (first.height, first.width) != (second.height, second.width):
        raise DataError("masks", "size", f"one is {first.height} x {first.width} px and the other "
                        f"{second.height} x {second.width}", "compare masks of one image")  # fmt: skip
    return radius_px(first.height, first.width, radius)


def _patch(mask: Rle) -> _Patch:
    """Decoded between its first and last column with foreground only: most masks are small."""
    ends = np.cumsum(runs(mask), dtype=np.int64)
    ends = ends[: len(ends) // 2 * 2]  # a last run of background
    if not len(ends) or ends[0] == ends[-1]:
        return _Patch(0, 0, np.zeros((0, 0), np.bool_))
    left, right = int(ends[0]) // mask.height, -(-int(ends[-1]) // mask.height)
    ends -= left * mask.height
    slab = np.zeros((right - left) * mask.height, np.bool_)
    lengths = np.diff(ends, prepend=0)
    slab[: ends[-1]] = np.repeat(np.arange(len(ends)) % 2 == 1, lengths)
    columns = slab.reshape(right - left, mask.height)
    rows = np.flatnonzero(columns.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    return _Patch(left, top, columns[:, top:bottom])


def _band(patch: _Patch, width: int) -> _Patch:
    """The pixels that an erosion by ``width`` px takes away."""
    w, h = patch.pixels.shape
    if min(w, h) <= 2 * width:
        return patch
    inside = _all_of(_all_of(patch.pixels, 2 * width + 1).T, 2 * width + 1).T
    band = patch.pixels.copy()
    band[width : w - width, width : h - width] &= ~inside
    return _Patch(patch.x, patch.y, band)


def _all_of(pixels: Pixels, count: int) -> Pixels:
    """(N - count + 1, M) whether each ``count`` neighbouring rows are all set, in log2(count) steps."""
    have = 1
    while have < count:
        step = min(have, count - have)
        pixels = pixels[:-step] & pixels[step:]
        have += step
    return pixels


def _iou(a: _Patch, b: _Patch) -> float:
    left, top = max(a.x, b.x), max(a.y, b.y)
    right = min(a.x + a.pixels.shape[0], b.x + b.pixels.shape[0])
    bottom = min(a.y + a.pixels.shape[1], b.y + b.pixels.shape[1])
    shared = 0
    if left < right and top < bottom:
        of_a, of_b = (p.pixels[left - p.x : right - p.x, top - p.y : bottom - p.y] for p in (a, b))
        shared = int(np.count_nonzero(of_a & of_b))
    joined = int(np.count_nonzero(a.pixels) + np.count_nonzero(b.pixels)) - shared
    return shared / joined if joined else 0.0
