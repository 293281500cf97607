"""Points, corners and rings as foreign files have them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..errors import DataError
from ..json_values import number, sequence
from ..places import described
from .measuring import span

_NUMBERS, _EXACT = (float, int), 2**53


def point_list(value: Any, file: str, where: str) -> list[tuple[float, float]]:
    """Points from JSON's ``[[x, y], ...]``. Raises DataError."""
    points = sequence(value)
    if points is None:
        raise DataError(file, where, f"is {described(value)}", "it is a list of points [x, y]")
    if all(_is_plain(point) for point in points):
        return [(x, y) for x, y in points]
    made = []
    for place, point in enumerate(points):
        pair = [number(v) for v in sequence(point) or ()]
        if len(pair) != 2 or pair[0] is None or pair[1] is None:
            raise DataError(file, f"{where}[{place}]", f"is {described(point)}", "a point is two numbers [x, y]")
        made.append((pair[0], pair[1]))
    return made


def _is_plain(point: Any) -> bool:
    """Whether a point is two usual numbers: most are, and need no closer look."""
    return (
        type(point) is list and len(point) == 2 and type(point[0]) in _NUMBERS and type(point[1]) in _NUMBERS
        and -_EXACT < point[0] < _EXACT and -_EXACT < point[1] < _EXACT
    )  # fmt: skip


def corners(x0: float, y0: float, x1: float, y1: float) -> list[float]:
    """The ring of a rectangle."""
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def box_between(x0: float, y0: float, x1: float, y1: float) -> list[float]:
    """The box [x, y, w, h] between two opposite corners, whichever come first."""
    return [min(x0, x1), min(y0, y1), span(min(x0, x1), max(x0, x1)), span(min(y0, y1), max(y0, y1))]


def turned(ring: Sequence[float], degrees: float, x: float, y: float) -> list[float]:
    """A ring turned clockwise around a point, as the picture is seen."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    pairs = [(px - x, py - y) for px, py in zip(ring[::2], ring[1::2], strict=True)]
    return [value for dx, dy in pairs for value in (x + dx * cos - dy * sin, y + dx * sin + dy * cos)]


def ellipse(x: float, y: float, rx: float, ry: float) -> list[float]:
    """The ring of an ellipse by LabelMe's rule for circles: off by a pixel at most, 12 corners or more."""
    radius = max(rx, ry)
    n = max(int(math.pi / math.acos(1 - 1 / radius)), 12) if radius > 1 else 12
    turns = [2 * math.pi * i / n for i in range(n)]
    return [value for turn in turns for value in (x + rx * math.sin(turn), y + ry * math.cos(turn))]


def ring_members(rings: Sequence[Sequence[float]]) -> dict[str, Any]:
    """COCO's member of an instance of polygons; the builder measures it."""
    return {"segmentation": [list(ring) for ring in rings]}
