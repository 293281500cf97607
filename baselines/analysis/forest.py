"""A picture of a table: one line a row, a dot at the mean and a bar over all seeds; light and dark, no library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cocokit.svg import pieces, tag, text, ticks, words

from .findings import Band

_STYLE = """
text{font-family:Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","DejaVu Sans",sans-serif;
font-size:12px;fill:#55555D;font-variant-numeric:tabular-nums}.app{fill:#F6F6F7}.panel{fill:#FFF;stroke:#E4E4E7}
.title{font-size:14px;font-weight:600;fill:#18181B}.said{font-size:13px}.strong{font-weight:600;fill:#18181B}
.tick,.caption,.grey{fill:#6B6B74;font-size:11px}.hair{stroke:#E4E4E7}.band{stroke:#8B8B93;stroke-width:3;
stroke-linecap:round}.dot{fill:#1C1C20}.best{fill:#2F5BEA}.label{font-weight:500;fill:#18181B}
@media (prefers-color-scheme:dark){text{fill:#B0B0B8}.app{fill:#141416}.panel{fill:#1B1B1E;stroke:#2B2B30}
.title,.strong,.label{fill:#EEEEF0}.tick,.caption,.grey{fill:#94949D}.hair{stroke:#2B2B30}.band{stroke:#77777F}
.dot{fill:#F2F2F4}.best{fill:#8AA4FF}}
"""
_WIDE, _TOP, _STEP, _LEFT, _RIGHT, _PAD = 560, 88, 26, 168, 150, 16


@dataclass(frozen=True)
class Bar:
    """A row of the picture.

    Attributes:
        name: to the left.
        band: what was measured.
        beside: to the right, after the number.
    """

    name: str
    band: Band
    beside: str = ""


def forest(title: str, said: Sequence[str], caption: str, bars: Sequence[Bar], best: bool = True) -> str:
    """An SVG document with a line for each row.

    Args:
        title: what is shown.
        said: up to two lines, the finding; parts between asterisks are strong.
        caption: what the axis is.
        bars: from top to bottom.
        best: whether the highest mean is marked.
    """
    high = max([*(bar.band.high for bar in bars), 1e-9])
    low = min([0.0, *(bar.band.low for bar in bars)])
    foot = _TOP + _STEP * len(bars)
    wide = _WIDE - _LEFT - _RIGHT

    def across(value: float) -> float:
        return round(_LEFT + wide * (value - low) / (high - low), 1)

    made = [tag("rect", class_="panel", x=8.5, y=8.5, width=_WIDE - 17, height=foot + 38, rx=10),
            text(_PAD + 8, 34, title, "title")]  # fmt: skip
    for row, line in enumerate(said):
        made.append(f'<text class="said" x="{_PAD + 8}" y="{54 + 18 * row}">{_strong(line)}</text>')
    for value in ticks(low, high, 4):
        made.append(f'<path class="hair" d="M{across(value)} {_TOP}V{foot}"/>')
        made.append(text(across(value), foot + 16, f"{value:g}", "tick", "middle"))
    top = max((bar.band.mean for bar in bars), default=0.0)
    for row, bar in enumerate(bars):
        made += _row(bar, _TOP + _STEP * row + _STEP / 2, across, high, best and bar.band.mean == top)
    made.append(text(_PAD + 8, foot + 34, caption, "caption"))
    height = foot + 54
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="{height}" viewBox="0 0 {_WIDE} {height}"'
    name = f"{title}. {' '.join(said)}".replace("*", "")
    ground = tag("rect", class_="app", width=_WIDE, height=height)
    body = f"<title>{words(name)}</title>\n<style>{_STYLE}</style>\n{ground}{''.join(made)}"
    return f'{head} role="img">\n{body}\n</svg>\n'


def _row(bar: Bar, y: float, across: Callable[[float], float], high: float, best: bool) -> list[str]:
    x, band = across(bar.band.mean), bar.band
    made = [text(_LEFT - 12, y + 4, bar.name, "label", "end")]
    made.append(f'<path class="band" d="M{across(band.low)} {y:g}H{across(band.high)}"/>')
    made.append(tag("circle", class_="best" if best else "dot", cx=x, cy=y, r=4.5))
    made.append(text(_WIDE - _RIGHT + 14, y + 4, f"{band.mean:.3f}" if high < 10 else f"{band.mean:.3g}", "label"))
    return [*made, text(_WIDE - _PAD - 8, y + 4, bar.beside, "grey", "end")] if bar.beside else made


def _strong(line: str) -> str:
    """Escaped text with the parts between asterisks set strong."""
    return "".join(f'<tspan class="strong">{words(p)}</tspan>' if strong else words(p) for p, strong in pieces(line))
