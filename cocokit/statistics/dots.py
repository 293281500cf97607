"""Datasets as named dots in the plane of categories and instances per category."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..svg import tag, text, words
from .planes import LEFT, TOP, WIDE, Plane, picture, short


@dataclass(frozen=True, slots=True)
class Dot:
    """A dataset in the plane of categories and instances per category; ``look`` is a class of the page."""

    name: str
    x: float
    y: float
    look: str


def dots(title: str, points: Sequence[Dot]) -> str:
    """Datasets by categories (right) and instances per category (up), both logarithmic."""
    xs, ys = [d.x for d in points], [d.y for d in points]
    x, y = (min(xs) / 2, max(xs) * 3), (min(ys) / 5, max(ys) * 2)
    plane = Plane(x, y, 210, log_x=True, log_y=True)
    made = [plane.hairlines([(v, short(v)) for v in _powers(y)])]
    taken: list[tuple[float, float, float, float]] = [
        (plane.across(d.x) - 6, plane.down(d.y) - 6, plane.across(d.x) + 6, plane.down(d.y) + 6) for d in points
    ]
    for dot in sorted(points, key=lambda d: d.look != "point"):
        px, py = plane.across(dot.x), plane.down(dot.y)
        made.append(
            tag(
                "circle",
                tag("title", f"{words(dot.name)}: {dot.x:,.0f} categories, {dot.y:,.0f} each"),
                class_=dot.look,
                cx=px,
                cy=py,
                r=5.0 if dot.look == "point" else 4.0,
            )
        )
        made.append(_beside(px, py, dot, taken))
    return picture(TOP + 210 + 24, title, *made, plane.words([(v, short(v)) for v in _powers(x)]))


def _beside(px: float, py: float, dot: Dot, taken: list[tuple[float, float, float, float]]) -> str:
    """A dot's name where it covers least: right, left, above, below."""
    wide = 6.2 * len(dot.name)
    places = [
        (px + 9, py + 4, "start"),
        (px - 9, py + 4, "end"),
        (px, py - 10, "middle"),
        (px, py + 18, "middle"),
        (px + 9, py - 8, "start"),
        (px - 9, py + 16, "end"),
    ]
    costs = []
    for x, y, anchor in places:
        left = x - {"start": 0, "end": wide, "middle": wide / 2}[anchor]
        box = (left, y - 10, left + wide, y + 2)
        outside = max(0.0, LEFT - left) + max(0.0, left + wide - WIDE + 2)
        costs.append(
            (
                sum(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in taken) * 50
                + 20 * outside,
                box,
            )
        )
    best = min(range(len(places)), key=lambda i: costs[i][0])
    taken.append(costs[best][1])
    x, y, anchor = places[best]
    return text(round(x, 1), round(y, 1), dot.name, "value halo" if dot.look == "point" else "label grey halo", anchor)


def _powers(between: tuple[float, float]) -> list[float]:
    low, high = (math.log10(end) for end in between)
    return [10.0**p for p in range(math.ceil(low), math.floor(high) + 1)]
