"""A small chart as SVG: hairlines across, lines, a marked point, direct labels; light and dark, no library.

Colours, sizes and manners are those of the design language: one ink line, the rest grey, cobalt for the one value that
the sentence above the plot names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cocokit.columns import Float64
from cocokit.svg import pieces, text, ticks, words

#: Left, top, right and bottom px.
Box = tuple[float, float, float, float]

_STYLE = """
text{font-family:Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","DejaVu Sans",sans-serif;
font-size:12px;fill:#55555D;font-variant-numeric:tabular-nums}
.app{fill:#F6F6F7}.panel{fill:#FFFFFF;stroke:#E4E4E7}.title{font-size:14px;font-weight:600;fill:#18181B}
.said{font-size:13px}.strong{font-weight:600;fill:#18181B}.tick{font-size:11px;fill:#6B6B74}.caption{fill:#6B6B74}
.hair{stroke:#E4E4E7}.ink,.second,.third{fill:none;stroke:#1C1C20;stroke-width:2;stroke-linejoin:round;
stroke-linecap:round}.second{stroke:#8B8B93;stroke-width:1.5}.third{stroke:#8B8B93;stroke-width:1.5;
stroke-dasharray:5 4}.drop{stroke:#2F5BEA;stroke-dasharray:2 3}.point{fill:#2F5BEA;stroke:#FFFFFF;stroke-width:2}
.label{font-weight:500;fill:#18181B}.grey{fill:#6B6B74}.value{font-weight:600;fill:#2F5BEA}
.band{fill:#1C1C20;opacity:.1}.dot{fill:#8B8B93;fill-opacity:.55}.dot2{fill:none;stroke:#2F5BEA;stroke-width:1.5}
.halo{paint-order:stroke;stroke:#FFFFFF;stroke-width:4px;stroke-linejoin:round}
@media (prefers-color-scheme:dark){text{fill:#B0B0B8}.app{fill:#141416}.panel{fill:#1B1B1E;stroke:#2B2B30}
.title,.strong,.label{fill:#EEEEF0}.tick,.caption,.grey{fill:#94949D}.hair{stroke:#2B2B30}.ink{stroke:#F2F2F4}
.second,.third{stroke:#77777F}.drop{stroke:#8AA4FF}.point{fill:#8AA4FF;stroke:#1B1B1E}.value{fill:#8AA4FF}
.halo{stroke:#1B1B1E}.band{fill:#F2F2F4}.dot{fill:#94949D}.dot2{stroke:#8AA4FF}}
"""

_PAD, _TOP, _LEFT, _RIGHT, _FOOT = 16, 92, 48, 20, 52
_WIDE, _HIGH, _GAP = 432, 388, 16


@dataclass(slots=True)
class Line:
    """One line of a chart.

    Attributes:
        x, y: (n,) values, x rising.
        kind: ``ink``, ``second`` (grey) or ``third`` (grey, dashed).
        label: a word beside it, or nothing.
    """

    x: Float64
    y: Float64
    kind: str
    label: str = ""


@dataclass(slots=True)
class Area:
    """What lies between two lines, under all lines: x, low and high are (n,) values, x rising."""

    x: Float64
    low: Float64
    high: Float64


@dataclass(slots=True)
class Dots:
    """Points that belong together.

    Attributes:
        x, y: (n,) values.
        kind: ``dot`` (grey) or ``dot2`` (a cobalt ring).
        labels: a word beside each, where there is room, or nothing.
    """

    x: Float64
    y: Float64
    kind: str
    labels: Sequence[str] = ()


@dataclass(slots=True)
class Chart:
    """One panel.

    Attributes:
        title: what is shown.
        said: up to two lines of text, the finding; parts between asterisks are strong.
        caption: names of the axes, under the plot.
        x_range: left and right end; the y axis goes from 0 to 1.
        lines: drawn in order.
        point: (x, y, label) of the value that the finding names, or None; the label stands at the foot of its line.
        areas: drawn first.
        dots: drawn after the lines.
    """

    title: str
    said: Sequence[str]
    caption: str
    x_range: tuple[float, float]
    lines: list[Line] = field(default_factory=list)
    point: tuple[float, float, str] | None = None
    areas: list[Area] = field(default_factory=list)
    dots: list[Dots] = field(default_factory=list)


def document(charts: Sequence[Chart], name: str) -> str:
    """The charts side by side as one SVG document; ``name`` is what a screen reader says."""
    width, height = len(charts) * (_WIDE + _GAP) + _GAP, _HIGH + 2 * _GAP
    body = "".join(
        f'<g transform="translate({_GAP + i * (_WIDE + _GAP)} {_GAP})">{_panel(chart)}</g>\n'
        for i, chart in enumerate(charts)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    ground = f'<rect class="app" width="{width}" height="{height}"/>'
    return f'{head} role="img">\n<title>{words(name)}</title>\n<style>{_STYLE}</style>\n{ground}\n{body}</svg>\n'


def _panel(chart: Chart) -> str:
    parts = [f'<rect class="panel" x=".5" y=".5" width="{_WIDE - 1}" height="{_HIGH - 1}" rx="10"/>']
    parts.append(text(_PAD, 28, chart.title, "title"))
    for i, line in enumerate(chart.said):
        parts.append(f'<text class="said" x="{_PAD}" y="{50 + 18 * i}">{_strong(line)}</text>')
    frame = _Frame(chart.x_range)
    for value in ticks(0, 1, 5):
        parts.append(f'<path class="hair" d="M{_LEFT} {frame.y(value)}H{_WIDE - _RIGHT}"/>')
        parts.append(text(_LEFT - 8, frame.y(value) + 4, f"{value:.1f}", "tick", "end"))
    marks = ticks(*chart.x_range)
    digits = max(0, -math.floor(math.log10(marks[1] - marks[0]) + 1e-9)) if len(marks) > 1 else 1
    parts += [text(frame.x(v), _HIGH - _FOOT + 18, f"{v:.{digits}f}", "tick", "middle") for v in marks]
    lines = [frame.thinned(line) for line in chart.lines if len(line.x)]
    parts += [frame.area(area) for area in chart.areas if len(area.x)]
    parts += [frame.path(line) for line in lines]
    parts += [dot for dots in chart.dots for dot in frame.dots(dots)]
    if chart.point:
        parts.append(frame.point(*chart.point))
    parts += frame.labels(lines, chart.point[:2] if chart.point else None)
    parts.append(text(_PAD, _HIGH - 14, chart.caption, "caption"))
    return "".join(parts)


class _Frame:
    """The plot's area: from values to px."""

    def __init__(self, x_range: tuple[float, float]) -> None:
        self.lo, self.hi = x_range
        self.width, self.height = _WIDE - _LEFT - _RIGHT, _HIGH - _TOP - _FOOT

    def x(self, value: float) -> float:
        return round(_LEFT + self.width * (value - self.lo) / (self.hi - self.lo), 2)

    def y(self, value: float) -> float:
        return round(_TOP + self.height * (1 - value), 2)

    def thinned(self, line: Line) -> Line:
        """The line with what can be seen of it: one value per half pixel."""
        cells = np.floor((line.x - self.lo) / (self.hi - self.lo) * self.width * 2)
        keep = np.append(cells[1:] != cells[:-1], True)
        return Line(line.x[keep], line.y[keep], line.kind, line.label)

    def path(self, line: Line) -> str:
        dots = [f"{self.x(a)} {self.y(b)}" for a, b in zip(line.x.tolist(), line.y.tolist(), strict=True)]
        return f'<path class="{line.kind}" d="M{"L".join(dots)}"/>'

    def area(self, area: Area) -> str:
        there = zip(area.x.tolist(), area.high.tolist(), strict=True)
        back = zip(area.x[::-1].tolist(), area.low[::-1].tolist(), strict=True)
        ends = [f"{self.x(a)} {self.y(b)}" for a, b in (*there, *back)]
        return f'<path class="band" d="M{"L".join(ends)}Z"/>'

    def dots(self, dots: Dots) -> list[str]:
        places = [(self.x(a), self.y(b)) for a, b in zip(dots.x.tolist(), dots.y.tolist(), strict=True)]
        made = [f'<circle class="{dots.kind}" cx="{x}" cy="{y}" r="3.5"/>' for x, y in places]
        taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in places]
        for (x, y), word in zip(places, dots.labels, strict=False):
            half = 3.5 * len(word)
            for foot in (y - 8, y + 17):
                box = (x - half, foot - 11, x + half, foot + 1)
                if not _cost(box, [], taken):  # a dot whose word has no room stays without
                    taken.append(box)
                    made.append(text(x, foot, word, "tick halo", "middle"))
                    break
        return made

    def labels(self, lines: Sequence[Line], mark: tuple[float, float] | None) -> list[str]:
        """A label beside each line that has one, where it meets the fewest lines and no other label."""
        busy = [self._dots(line) for line in lines]
        taken: list[Box] = []
        if mark:
            px, py = self.x(mark[0]), self.y(mark[1])
            taken += [(px - 8, py - 8, px + 8, py + 8), (px - 60, self.y(0) - 22, px + 60, self.y(0))]
        made = []
        for line in lines:
            if line.label:
                box = min(self._places(line), key=lambda place: _cost(place, busy, taken))
                taken.append(box)
                look = "label halo" if line.kind == "ink" else "label grey halo"
                made.append(text((box[0] + box[2]) / 2, box[3] - 4, line.label, look, "middle"))
        return made

    def _dots(self, line: Line) -> Float64:
        """(n, 2) px along a line, one every two."""
        x = np.arange(self.x(float(line.x[0])), self.x(float(line.x[-1])) + 1, 2.0)
        value = np.interp(x, [self.x(v) for v in line.x.tolist()], line.y)
        return np.stack([x, _TOP + self.height * (1 - value)], 1)

    def _places(self, line: Line) -> list[Box]:
        """Boxes for a label above and below its line; those inside the frame, from left to right."""
        half, made = 4 * len(line.label) + 2, []
        for x, y in self._dots(line)[::4].tolist():
            for top in (y - 22, y + 6, y - 30, y + 14):
                inside = x - half >= _LEFT and x + half <= _WIDE - _RIGHT and top >= _TOP and top + 16 <= self.y(0)
                made += [(x - half, top, x + half, top + 16)] if inside else []
        return made or [(_LEFT, _TOP + 4, _LEFT + 2 * half, _TOP + 20)]

    def point(self, x: float, y: float, label: str) -> str:
        px, py = self.x(x), self.y(y)
        right = x > self.lo + 0.7 * (self.hi - self.lo)
        drop = f'<path class="drop" d="M{px} {py}V{self.y(0)}"/>'
        dot = f'<circle class="point" cx="{px}" cy="{py}" r="5"/>'
        foot = text(px + (-8 if right else 8), self.y(0) - 8, label, "value halo", "end" if right else "start")
        return drop + dot + foot


def _cost(place: Box, busy: Sequence[Float64], taken: Sequence[Box]) -> int:
    """How much a box covers: dots of lines, and other boxes, which count more."""
    x0, y0, x1, y1 = place
    dots = sum(int(np.count_nonzero((d[:, 0] > x0) & (d[:, 0] < x1) & (d[:, 1] > y0) & (d[:, 1] < y1))) for d in busy)
    return dots + 1000 * sum(x0 < b[2] and x1 > b[0] and y0 < b[3] and y1 > b[1] for b in taken)


def _strong(line: str) -> str:
    """Escaped text with the parts between asterisks set strong."""
    return "".join(f'<tspan class="strong">{words(p)}</tspan>' if strong else words(p) for p, strong in pieces(line))
