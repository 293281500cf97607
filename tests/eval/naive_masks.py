"""Masks in plain loops: run lengths, their strings, their boxes, and IoU by sets of pixels. Only tests use this.

A mask is ``Runs(height, width, counts)``; its set of pixels is one Python integer with a bit
per pixel, column by column.
Polygons are drawn by pycocotools: the rasteriser has its own slow twin elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pycocotools import mask as oracle

WORD = 1 << 32


class Refused(ValueError):  # noqa: N818
    """Input that has no answer: the text starts with the quirk's id."""


@dataclass(frozen=True)
class Runs:
    """Run lengths in column-major order, background first."""

    height: int
    width: int
    counts: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether the runs cover the image exactly."""
        return sum(self.counts) == self.height * self.width

    def area(self) -> int:
        """Foreground pixels, counted in 32 bits."""
        return sum(self.counts[1::2]) % WORD

    def pixels(self) -> int:
        """The foreground as bits."""
        bits, at = 0, 0
        for i, n in enumerate(self.counts):
            if i % 2 and n:
                bits |= ((1 << n) - 1) << at
            at += n
        return bits

    def box(self) -> list[float]:
        """[x, y, w, h] around the foreground, in 32-bit arithmetic; zeros for a mask without a foreground run."""
        if len(self.counts) < 2:
            return [0.0, 0.0, 0.0, 0.0]
        left, top, right, bottom, at = self.width, self.height, 0, 0, 0
        for i, n in enumerate(self.counts[: len(self.counts) // 2 * 2]):
            start, at = at, (at + n) % WORD
            if i % 2 == 0 or n == 0:
                continue
            last = (at - 1) % WORD
            column, row = divmod(start, self.height)
            last_column, last_row = divmod(last, self.height)
            left, right = min(left, column), max(right, last_column)
            if column < last_column:
                top, bottom = 0, self.height - 1
            else:
                top, bottom = min(top, row), max(bottom, last_row)
        return [float(left), float(top), float((right - left + 1) % WORD), float((bottom - top + 1) % WORD)]


def read_string(text: str | bytes) -> tuple[int, ...]:
    """The run lengths of a compressed string (G1, G2, G3); nothing is checked (X11)."""
    data = text.encode() if isinstance(text, str) else text
    counts: list[int] = []
    at = 0
    while at < len(data):
        value, shift, more = 0, 0, True
        while more:
            character = (data[at] if at < len(data) else 0) - 48
            value |= (character & 31) << shift
            more = bool(character & 32)
            at, shift = at + 1, shift + 5
            if not more and character & 16:
                value -= 1 << shift
        if len(counts) > 2:
            value += counts[-2]
        counts.append(value % WORD)
    return tuple(counts)


def of_segmentation(segmentation: Any, height: int, width: int, *, fixed: bool) -> Runs:
    """The mask of a ``segmentation`` as it stands in a file, in an image of this size (K1, K2, K3, X10)."""
    if isinstance(segmentation, dict):
        counts, size = segmentation["counts"], segmentation["size"]
        return Runs(size[0], size[1], tuple(counts) if isinstance(counts, list) else read_string(counts))
    rings = segmentation
    if fixed:
        rings = [ring for ring in rings if len(ring) >= 6]
        if not rings:
            return Runs(height, width, (height * width,))
    elif not rings:
        raise Refused("X10: an empty segmentation")
    elif len(rings[0]) <= 4:
        raise Refused("K1: a polygon of two points")
    merged = oracle.merge(oracle.frPyObjects(rings, height, width))
    return Runs(height, width, read_string(merged["counts"]))


def box_iou(a: list[float], b: list[float], *, crowd: bool) -> float:
    """IoU of two [x, y, w, h] boxes; with ``crowd`` (of ``b``) intersection over the area of ``a`` (E1, I3, I4)."""
    a, b = [float(v) for v in a], [float(v) for v in b]
    width = _least(a[2] + a[0], b[2] + b[0]) - _most(a[0], b[0])
    if width <= 0:
        return 0.0
    height = _least(a[3] + a[1], b[3] + b[1]) - _most(a[1], b[1])
    if height <= 0:
        return 0.0
    both = width * height
    return _divide(both, a[2] * a[3] if crowd else a[2] * a[3] + b[2] * b[3] - both)


def mask_iou(a: Runs, b: Runs, *, crowd: bool) -> float:
    """IoU of two masks: 0 if their boxes are apart (I1), -1 if their sizes differ (I2)."""
    if not box_iou(a.box(), b.box(), crowd=crowd) > 0:
        return 0.0
    if (a.height, a.width) != (b.height, b.width):
        return -1.0
    if not (a.whole and b.whole):
        raise Refused("X14: runs that do not sum to the image")
    one, other = a.pixels(), b.pixels()
    both = (one & other).bit_count()
    if both == 0:
        return 0.0
    return both / (one.bit_count() if crowd else (one | other).bit_count())


def _least(a: float, b: float) -> float:
    """C's fmin: a NaN loses."""
    return b if a != a else a if b != b else min(a, b)


def _most(a: float, b: float) -> float:
    """C's fmax: a NaN loses."""
    return b if a != a else a if b != b else max(a, b)


def _divide(a: float, b: float) -> float:
    """Division as the processor does it: 0/0 is NaN."""
    if b != 0:
        return a / b
    return float("nan") if a == 0 or a != a else float("inf")
