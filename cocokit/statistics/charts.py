"""The plots of the page as SVG: ink for this dataset, grey for the others, cobalt for the value in the sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..columns import Float64, Int64
from ..svg import tag, text, ticks, value_text

#: Width of every plot, px of its own; on a page it takes the width that there is.
WIDE = 360
_LEFT, _RIGHT, _TOP, _HIGH = 38, 8, 18, 176
_LEVELS = 12
_FEW = 4000
_THICKEST, _LARGEST = 40.0, 36.0  # px: bars, cells of a matrix

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
    high: float = _HIGH
    log_x: bool = False
    log_y: bool = False

    def across(self, value: float) -> float:
        """Px of a value of x."""
        return _LEFT + (WIDE - _LEFT - _RIGHT) * _share(value, self.x, self.log_x)

    def down(self, value: float) -> float:
        """Px of a value of y."""
        return _TOP + self.high * (1 - _share(value, self.y, self.log_y))

    def hairlines(self, marks: Sequence[Tick]) -> str:
        """Lines across at values of y, each with its word."""
        made = []
        for value, word in marks:
            y = round(self.down(value), 1)
            made.append(f'<path class="hair" d="M{_LEFT} {y:g}H{WIDE - _RIGHT}"/>')
            made.append(text(_LEFT - 6, y + 4, word, "tick", "end"))
        return "".join(made)

    def words(self, marks: Sequence[Tick]) -> str:
        """Words under the area at values of x."""
        foot = _TOP + self.high + 16
        return "".join(text(round(self.across(value), 1), foot, word, "tick", "middle") for value, word in marks)

    def path(self, pairs: Sequence[tuple[float, float]], look: str) -> str:
        """A line through points."""
        return f'<path class="{look}" d="M{"L".join(f"{self.across(a):.1f} {self.down(b):.1f}" for a, b in pairs)}"/>'


def bars(
    title: str, counts: Int64, names: Sequence[Tick], marked: Tick | None = None, others: Sequence[Int64] = ()
) -> str:
    """Shares of classes as bars; the same of others as a short line over each.

    Args:
        title: for those who do not see it.
        counts: (B,) int64.
        names: words under the axis; the bar of class i reaches from i to i + 1.
        marked: the value in the sentence, and its word.
        others: (B,) int64 each.
    """
    shares, *rest = (c / max(int(c.sum()), 1) for c in (counts, *others))
    most = max([0.01, *(float(s.max(initial=0)) for s in (shares, *rest))])
    plane = Plane((0, max(len(counts), 1)), (0, most * 1.04))
    marks = ticks(0, most, 4)
    digits = max(0, -math.floor(math.log10(100 * marks[1]))) if len(marks) > 1 else 0
    made = [plane.hairlines([(v, f"{100 * v:.{digits}f} %") for v in marks])]
    wide = plane.across(1) - plane.across(0)
    thick = min(wide - min(2.0, wide * 0.15), _THICKEST)
    gap = wide - thick
    for i, share in enumerate(shares.tolist()):
        if share:
            x, y = plane.across(i) + gap / 2, plane.down(share)
            label = tag("title", f"{100 * share:.2g} %, {int(counts[i]):,}")
            made.append(tag("rect", label, class_="bar", x=x, y=y, width=thick, height=max(plane.down(0) - y, 0.75)))
    for n, other in enumerate(rest):
        cuts = "".join(
            f"M{plane.across(i) + gap / 2:.1f} {plane.down(s):.1f}h{thick:.1f}" for i, s in enumerate(other.tolist())
        )
        made.append(f'<path class="under" d="{cuts}"/><path class="other o{n % 3}" d="{cuts}"/>')
    if marked is not None and marked[0] == marked[0]:
        made.append(_marked(plane, *marked))
    return picture(_TOP + _HIGH + 24, title, *made, plane.words(names))


def _marked(plane: Plane, value: float, word: str) -> str:
    x = round(min(max(plane.across(value), _LEFT), WIDE - _RIGHT), 1)
    right = x > WIDE - 90
    line = f'<path class="drop" d="M{x:g} {_TOP - 6}V{plane.down(0):g}"/>'
    return line + text(x + (-5 if right else 5), _TOP - 6, word, "value halo", "end" if right else "start")


def ranks(title: str, counts: Sequence[Int64], names: Sequence[tuple[str, str]]) -> str:
    """Instances per category, the most first, on a logarithmic axis; a line per dataset, the first one in ink.

    Args:
        title: for those who do not see it.
        counts: (K,) int64 of each dataset, falling; zeros are not drawn.
        names: (most, least) category of each dataset; only those of the first are written.
    """
    filled = [c[c > 0] for c in counts]
    most = max([2, *(len(c) for c in filled)])
    top = max([10.0, *(float(c.max(initial=0)) for c in filled)])
    plane = Plane((1, most), (0.8, top * 1.3), log_y=True)
    made = [plane.hairlines([(10.0**p, short(10**p)) for p in range(math.floor(math.log10(top * 1.3)) + 1)])]
    for n, each in reversed(list(enumerate(filled))):
        look = f"other o{(n - 1) % 3}" if n else "ink"
        if len(each):
            made.append(plane.path(list(enumerate(each.tolist(), 1)), look))
    if filled and len(filled[0]):
        first, last = float(filled[0][0]), float(filled[0][-1])
        if len(filled[0]) == 1:
            made.append(tag("circle", class_="full", cx=plane.across(1), cy=plane.down(first), r=4.0))
        later = float(filled[0][len(filled[0]) // 8])
        lift = 12 if len(filled[0]) > 1 and plane.down(later) - plane.down(first) < 12 else 0
        made.append(text(plane.across(1) + 8, plane.down(first) + 4 - lift, names[0][0], "label halo"))
        if len(filled[0]) > 1:
            x = min(plane.across(len(filled[0])), WIDE - _RIGHT)
            made.append(text(x, plane.down(last) - 8, names[0][1], "label halo", "end"))
    marks = [v for v in ticks(1, most, 5) if v >= 1 and v == int(v)]
    return picture(
        _TOP + _HIGH + 24, title, *made, plane.words([(v, f"{int(v)}") for v in dict.fromkeys([1.0, *marks])])
    )


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
                tag("title", f"{_escaped(dot.name)}: {dot.x:,.0f} categories, {dot.y:,.0f} each"),
                class_=dot.look,
                cx=px,
                cy=py,
                r=5.0 if dot.look == "point" else 4.0,
            )
        )
        made.append(_beside(px, py, dot, taken))
    return picture(_TOP + 210 + 24, title, *made, plane.words([(v, short(v)) for v in _powers(x)]))


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
        outside = max(0.0, _LEFT - left) + max(0.0, left + wide - WIDE + 2)
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


def heat(title: str, grid: Int64, across: Sequence[Tick], down: Sequence[Tick], high: float = 235) -> str:
    """A map of counts, the darker the more (by the square root, so that little is still seen).

    Args:
        title: for those who do not see it.
        grid: (R, C) int64, row 0 on top.
        across, down: words at columns and rows; 0 is the left, or upper, edge of the first.
        high: px of the map.
    """
    if grid.sum() < _FEW:  # single instances are no map
        grid = grid.reshape(len(grid) // 2, 2, -1, 2).sum(axis=(1, 3))
        across, down = ([(at / 2, word) for at, word in marks] for marks in (across, down))
    rows, columns = grid.shape
    left, wide = 46.0, WIDE - 46.0 - 14
    cell_x, cell_y = wide / columns, high / rows
    level = _levels(grid)
    made = [tag("rect", class_="ground", x=left, y=8, width=wide, height=high)]
    for step in range(1, _LEVELS + 1):
        cells = "".join(
            f"M{left + c * cell_x:.1f} {8 + r * cell_y:.1f}h{cell_x:.2f}v{cell_y:.2f}h-{cell_x:.2f}z"
            for r, c in np.argwhere(level == step).tolist()
        )
        if cells:
            made.append(f'<path class="cell" fill-opacity="{step / _LEVELS:.2f}" d="{cells}"/>')
    made += [text(round(left + at * cell_x, 1), high + 24, word, "tick", "middle") for at, word in across]
    made += [text(left - 6, round(12 + at * cell_y, 1), word, "tick", "end") for at, word in down]
    return picture(high + 32, title, *made)


def _levels(grid: NDArray[np.int64]) -> Int64:
    most = max(int(grid.max(initial=0)), 1)
    return np.ceil(_LEVELS * np.sqrt(grid / most) - 1e-9).astype(np.int64)


def matrix(title: str, names: Sequence[str], shares: Float64) -> str:
    """Shares of pairs of categories, row given column names; the diagonal is left empty.

    Args:
        title: for those who do not see it.
        names: C names.
        shares: (C, C) float64 from 0 to 1.
    """
    count, side = len(names), min(252 / max(len(names), 1), _LARGEST)
    left, top, whole = 96.0, 92.0, count * side
    made = [tag("rect", class_="ground", x=left, y=top, width=whole, height=whole)]
    most = float(np.max(shares - np.diag(np.diag(shares)), initial=0)) or 1.0
    for i, name in enumerate(names):
        y = top + (i + 0.5) * side + 4
        made.append(text(left - 6, round(y, 1), cut(name, 14), "tick", "end"))
        x = left + (i + 0.5) * side + 4
        made.append(
            tag("text", _escaped(cut(name, 14)), class_="tick", transform=f"translate({x:.1f} {top - 6:g})rotate(-90)")
        )
        for j, other in enumerate(names):
            if i != j and shares[i, j] > 0:
                said = tag(
                    "title", f"{100 * shares[i, j]:.0f} % of the images with {_escaped(name)} have {_escaped(other)}"
                )
                made.append(
                    tag(
                        "rect",
                        said,
                        class_="cell",
                        fill_opacity=max(0.03, float(shares[i, j]) / most),
                        x=left + j * side + 0.5,
                        y=top + i * side + 0.5,
                        width=side - 1,
                        height=side - 1,
                    )
                )
    made.append(f'<path class="hair" d="M{left:g} {top:g}L{left + whole:g} {top + whole:g}"/>')
    return picture(top + whole + 6, title, *made)


def dumbbells(title: str, names: Sequence[str], here: Float64, there: Float64) -> str:
    """Shares of categories in two datasets: a full dot for this one, a ring for the other, a line between.

    Args:
        title: for those who do not see it.
        names: C categories.
        here, there: (C,) float64 shares.
    """
    left, step, most = 104.0, 20, max(1e-9, float(np.max([here, there], initial=0)))
    wide = WIDE - left - 14
    marks = ticks(0, most, 4)
    high = step * len(names) + 8
    digits = max(0, -math.floor(math.log10(100 * marks[1]))) if len(marks) > 1 else 0
    made = []
    for v in marks:
        x = round(left + wide * v / most, 1)
        made.append(
            f'<path class="hair" d="M{x:g} 4V{high}"/>'
            + text(x, high + 14, f"{100 * v:.{digits}f} %", "tick", "middle")
        )
    for i, (name, a, b) in enumerate(zip(names, here.tolist(), there.tolist(), strict=True)):
        y, xa, xb = 4 + step * (i + 0.5), left + wide * a / most, left + wide * b / most
        made.append(text(left - 10, y + 4, cut(name, 15), "label", "end"))
        made.append(f'<path class="between" d="M{xa:.1f} {y:g}H{xb:.1f}"/>')
        made.append(tag("circle", class_="ring", cx=xb, cy=y, r=4.0) + tag("circle", class_="full", cx=xa, cy=y, r=4.0))
    return picture(high + 22, title, *made)


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


def _powers(between: tuple[float, float]) -> list[float]:
    low, high = (math.log10(end) for end in between)
    return [10.0**p for p in range(math.ceil(low), math.floor(high) + 1)]


def _share(value: float, ends: tuple[float, float], log: bool) -> float:
    low, high = ends
    if log:
        value, low, high = math.log10(max(value, low)), math.log10(low), math.log10(high)
    return (value - low) / (high - low)


def _escaped(name: str) -> str:
    from ..svg import words

    return words(name)
