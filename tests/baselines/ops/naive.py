"""The operations once more, a number at a time in plain Python: slow, and written without a look at the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

Box = Sequence[float]
Map = Sequence[Sequence[float]]


def overlap(a: Box, b: Box) -> Fraction:
    """Exact intersection, px^2."""
    width = min(Fraction(a[2]), Fraction(b[2])) - max(Fraction(a[0]), Fraction(b[0]))
    height = min(Fraction(a[3]), Fraction(b[3])) - max(Fraction(a[1]), Fraction(b[1]))
    return max(width, Fraction(0)) * max(height, Fraction(0))


def area(a: Box) -> Fraction:
    return overlap(a, a)


def iou(a: Box, b: Box) -> Fraction:
    union = area(a) + area(b) - overlap(a, b)
    return overlap(a, b) / union if union else Fraction(0)


def nms(boxes: Sequence[Box], scores: Sequence[float], labels: Sequence[int], thr: Fraction) -> list[int]:
    """The rows that stay, best first."""
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(labels[i] != labels[j] or iou(boxes[i], boxes[j]) <= thr for j in kept):
            kept.append(i)
    return kept


def sample(values: Map, x: float, y: float) -> float:
    """Bilinear, at a place in pixels whose values are at whole numbers."""
    height, width = len(values), len(values[0])
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = min(max(y, 0.0), height - 1), min(max(x, 0.0), width - 1)
    total = 0.0
    for row in range(height):
        for column in range(width):
            total += values[row][column] * max(0.0, 1 - abs(y - row)) * max(0.0, 1 - abs(x - column))
    return total


def align(values: Map, box: Box, size: int, scale: float, sampling: int) -> list[list[float]]:
    """RoIAlign of one channel."""
    x0, y0, x1, y1 = (c * scale - 0.5 for c in box)
    wide, high = (x1 - x0) / size, (y1 - y0) / size

    def mean(row: int, column: int) -> float:
        steps = [(i + 0.5) / sampling for i in range(sampling)]
        found = [sample(values, x0 + (column + a) * wide, y0 + (row + b) * high) for b in steps for a in steps]
        return sum(found) / len(found)

    return [[mean(row, column) for column in range(size)] for row in range(size)]


def pool(values: Map, box: Box, size: int, scale: float) -> list[list[float]]:
    """RoIPool of one channel."""
    x0, y0, x1, y1 = (int(math.copysign(math.floor(abs(c * scale) + 0.5), c)) for c in box)
    wide, high = max(x1 - x0 + 1, 1), max(y1 - y0 + 1, 1)

    def most(row: int, column: int) -> float:
        found = [
            values[y][x]
            for y in range(y0 + math.floor(row * high / size), y0 + math.ceil((row + 1) * high / size))
            for x in range(x0 + math.floor(column * wide / size), x0 + math.ceil((column + 1) * wide / size))
            if 0 <= y < len(values) and 0 <= x < len(values[0])
        ]
        return max(found, default=0.0)

    return [[most(row, column) for column in range(size)] for row in range(size)]
