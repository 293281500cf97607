"""What stands on one image as an SVG of its size, to lie over the photo: it scales, and it can show one category alone.

``3.svg#c17`` shows category 17 and fades the rest, ``3.svg#n17`` writes its name beside each outline too, and
``3.svg#all`` fades nothing and writes all names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..drawing import PAPER, Mark, Path, is_dark
from ..svg import tag, value_text, words

_STYLE = (
    "*{vector-effect:non-scaling-stroke;stroke-linejoin:round}.u{fill:none;stroke-opacity:.62;stroke-width:3.5}"
    ".l{stroke-width:1.75}.d{stroke-dasharray:6 4}.n{display:none;fill:#fff;stroke:#18181B;paint-order:stroke;"
    "font-family:system-ui,sans-serif;font-weight:600}.n *{vector-effect:none}"
    ".n:target,:root:has(#all:target) .n{display:block}:root:has(.k:target) .k:not(:target){opacity:.16}"
)
#: Outlines of masks lose corners that are nearer than this to the line, px.
_TOLERANCE = 0.6


def overlay(size: tuple[int, int], marks: Sequence[Mark]) -> str:
    """The SVG.

    Args:
        size: (width, height) px of the image, at least 1.
        marks: what to draw, the largest first; those of one category become one group.
    """
    width, height = size
    groups: dict[int | None, list[Mark]] = {}
    for mark in marks:
        groups.setdefault(mark.category, []).append(mark)
    alone = "".join(f":root:has(#n{c}:target) .k:not(#c{c}){{opacity:.16}}" for c in groups if c is not None)
    body = [tag("style", _STYLE + alone)]
    body += [_hatch(colour, max(size)) for colour in sorted({mark.colour for mark in marks if mark.crowd})]
    body += [
        _group("k", "c", category, mine, (p for m in mine for p in _drawn(m, max(size))))
        for category, mine in groups.items()
    ]
    body += [_group("n", "n", category, mine, (_name(m, size) for m in mine)) for category, mine in groups.items()]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
    return f'{head}><g id="all">{"".join(body)}</g></svg>'


def _group(look: str, letter: str, category: int | None, marks: Sequence[Mark], inner: Iterable[str]) -> str:
    """All of one category: its shapes, in its colour, or its names."""
    colour = marks[0].colour if look == "k" else None
    name = None if category is None else f"{letter}{category}"
    return tag("g", *inner, class_=look, id=name, fill=colour, stroke=colour)


def _drawn(mark: Mark, side: int) -> Iterator[str]:
    """One mark: shape and pose."""
    under = PAPER if is_dark(mark.colour) else "#000000"
    if mark.box is not None:
        x, y, w, h = (float(v) for v in mark.box)
        shape = f"M{_pair((x, y))}h{value_text(w)}v{value_text(h)}h{value_text(-w)}z"
        yield from _stroked(shape, under, "0", mark)
    elif mark.rings:
        rings = mark.rings if mark.mask is None else map(_simple, mark.rings)
        fill = f"url(#h{mark.colour[1:]})" if mark.crowd else None
        yield from _stroked(_path(rings), under, "1" if mark.crowd else "0.28", mark, fill)
    yield from _pose(mark, under, side)


def _name(mark: Mark, size: tuple[int, int]) -> str:
    """A mark's name above its highest point, inside of the image."""
    if not mark.text:
        return ""
    letter = max(max(size) / 50, 3.0)
    x, y = float(mark.top_x()), max(mark.extent()[1] - letter / 4, letter)
    anchor = "end" if x > 0.8 * size[0] else "start" if x < 0.2 * size[0] else "middle"
    return tag("text", words(mark.text), x=x, y=y, font_size=letter, stroke_width=letter / 4, text_anchor=anchor)


def _stroked(shape: str, under: str, strength: str, mark: Mark, fill: str | None = None) -> Iterator[str]:
    rule = "evenodd" if mark.mask is not None else None
    yield tag("path", class_="u", stroke=under, d=shape)
    yield tag("path", class_="l d" if mark.dashed else "l", fill=fill, fill_opacity=strength, fill_rule=rule, d=shape)


def _pose(mark: Mark, under: str, side: int) -> Iterator[str]:
    seen = {i: (x, y) for i, (x, y, v) in enumerate(mark.points) if v > 0}
    bones = [(seen[a], seen[b]) for a, b in mark.bones if a in seen and b in seen]
    if bones:
        shape = "".join(f"M{_pair(a)}L{_pair(b)}" for a, b in bones)
        yield from _stroked(shape, under, "0", mark)
    for x, y in seen.values():
        yield tag("circle", cx=float(x), cy=float(y), r=side / 180, stroke=under, stroke_width=1)


def _hatch(colour: str, side: int) -> str:
    step = max(side / 70, 2.0)
    line = tag("rect", width=step * 0.35, height=step, fill=colour, fill_opacity=0.8)
    return tag("pattern", line, id=f"h{colour[1:]}", width=step, height=step, patternUnits="userSpaceOnUse",
               patternTransform="rotate(45)")  # fmt: skip


def _path(rings: Iterable[Path]) -> str:
    return "".join(f"M{'L'.join(map(_pair, ring))}z" for ring in rings)


def _pair(point: tuple[float, float]) -> str:
    return f"{value_text(round(float(point[0]), 1))} {value_text(round(float(point[1]), 1))}"


def _simple(ring: Path) -> Path:
    """A line around pixels with fewer corners."""
    from skimage.measure import approximate_polygon

    kept = approximate_polygon(np.asarray(ring), _TOLERANCE)  # type: ignore[no-untyped-call]
    return [(float(x), float(y)) for x, y in kept]
