"""Small lines beside figures."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from .svg import points, tag

_WIDE, _HIGH = 72, 24


def sparkline(values: Sequence[float]) -> Markup:
    """How a figure went, without axes; nothing where there are fewer than three values or all are the same."""
    if len(values) < 3 or max(values) == min(values):
        return Markup()
    low, high = min(values), max(values)
    step = (_WIDE - 4) / (len(values) - 1)
    pairs = [(2 + i * step, 21 - 18 * (value - low) / (high - low)) for i, value in enumerate(values)]
    return tag("svg", tag("path", d=points(pairs)), tag("circle", cx=pairs[-1][0], cy=pairs[-1][1], r=2.5),
               viewBox=f"0 0 {_WIDE} {_HIGH}", class_="sp", aria_hidden="true")  # fmt: skip
