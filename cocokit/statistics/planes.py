"""The plane that plots are drawn in: from values to px, its hairlines and words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..svg import tag, text, value_text

#: Width of every plot, px of its own; on a page it takes the width that there is.
WIDE = 360
#: Px around the area of a plot, and its height.
LEFT, RIGHT, TOP, HIGH = 38, 8, 18, 176

#: (position, word) under an axis.
Tick = tuple[float, str]


def picture(high: float, title: str, *children: str) -> str:
    """A drawing with a text for those who do not see it."""
    return tag("svg", *children, viewBox=f"0 0 {WIDE} {value_text(float(high))}", role="img", aria_label=title)


@dataclass(frozen=True, slots=True)
class Plane:
    """The area of a plot, from values to px; logarithmic where it says so.

    Attributes:
        x, y: (least, most) values.
        high: px of the area.
        log_x, log_y: powers of ten apart.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    high: float = HIGH
    log_x: bool = False
    log_y: bool = False

    def across(self, value: float) -> float:
        """Px of a value of x."""
        return LEFT + (WIDE - LEFT - RIGHT) * _share(value, self.x, self.log_x)

    def down(self, value: float) -> float:
        """Px of a value of y."""
        return TOP + self.high * (1 - _share(value, self.y, self.log_y))

    def hairlines(self, marks: Sequence[Tick]) -> str:
        """Lines across at values of y, each with its word."""
        made = []
        for value, word in marks:
            y = round(self.down(value), 1)
            made.append(f'<path class="hair" d="M{LEFT} {y:g}H{WIDE - RIGHT}"/>')
            made.append(text(LEFT - 6, y + 4, word, "tick", "end"))
        return "".join(made)

    def words(self, marks: Sequence[Tick]) -> str:
        """Words under the area at values of x."""
        foot = TOP + self.high + 16
        return "".join(text(round(self.across(value), 1), foot, word, "tick", "middle") for value, word in marks)

    def path(self, pairs: Sequence[tuple[float, float]], look: str) -> str:
        """A line through points."""
        return f'<path class="{look}" d="M{"L".join(f"{self.across(a):.1f} {self.down(b):.1f}" for a, b in pairs)}"/>'


def short(value: float) -> str:
    """A power of ten in few letters.

    >>> short(100), short(1000), short(10_000_000)
    ('100', '1k', '10M')
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def cut(name: str, most: int) -> str:
    """A name of at most so many letters."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _share(value: float, ends: tuple[float, float], log: bool) -> float:
    low, high = ends
    if log:
        value, low, high = math.log10(max(value, low)), math.log10(low), math.log10(high)
    return (value - low) / (high - low)
