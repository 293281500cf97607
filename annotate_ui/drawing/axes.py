"""The plane that plots are drawn in: from values to px, and its hairlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .svg import tag


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of values.

    Attributes:
        left, top, right, bottom: px, its edges in the drawing.
        x, y: (least, most) values.
    """

    left: float
    top: float
    right: float
    bottom: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        """Px of a value of x."""
        low, high = self.x
        return self.left + (self.right - self.left) * (value - low) / (high - low)

    def down(self, value: float) -> float:
        """Px of a value of y."""
        low, high = self.y
        return self.bottom - (self.bottom - self.top) * (value - low) / (high - low)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Px of a point."""
        return self.across(x), self.down(y)

    def rows(self, values: Sequence[float], form: str = "{:.1f}") -> Markup:
        """Hairlines at values of y, each with its number."""
        return Markup().join(
            tag("path", d=f"M{self.left} {self.down(v):.1f}H{self.right}", class_="gl")
            + tag("text", form.format(v), x=self.left - 8, y=self.down(v) + 4, class_="ax end")
            for v in values
        )

    def columns(self, values: Sequence[float], form: str = "{:.1f}", strong: float | None = None) -> Markup:
        """Numbers under the plane at values of x."""
        return Markup().join(
            tag("text", form.format(v), x=self.across(v), y=self.bottom + 18, class_=f"ax mid{' b' * (v == strong)}")
            for v in values
        )


def floor_of(values: Sequence[float], step: float = 0.1, most: float = 0.9) -> float:
    """Where an axis of shares begins, so that all values are on it.

    >>> floor_of([0.54, 0.9]), floor_of([]), floor_of([0.03])
    (0.5, 0.9, 0.0)
    """
    least = min([*values, most])
    return round(max(0.0, int(least / step) * step), 6)


def steps(low: float, high: float, step: float) -> list[float]:
    """Values from low to high.

    >>> steps(0.5, 0.8, 0.1)
    [0.5, 0.6, 0.7, 0.8]
    """
    return [round(low + i * step, 6) for i in range(round((high - low) / step) + 1)]
