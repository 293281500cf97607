"""Small pieces of SVG as text: every attribute and every word is escaped. What draws plots is built of them."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape, quoteattr


def tag(name: str, *children: str, **attributes: object) -> str:
    """An element around children that are markup already; ``class_`` is class, ``text_anchor`` text-anchor.

    An attribute that is None or empty is left out.

    >>> tag("text", words("a<b"), x=1.50, class_="t")
    '<text x="1.5" class="t">a&lt;b</text>'
    """
    said = [
        f" {_name(key)}={quoteattr(value_text(value))}" for key, value in attributes.items() if value not in (None, "")
    ]
    return f"<{name}{''.join(said)}>{''.join(children)}</{name}>" if children else f"<{name}{''.join(said)}/>"


def words(text: str) -> str:
    """Text as it may stand between tags: what could end or begin one is escaped, what XML forbids becomes a space."""
    return escape(
        "".join(c if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff" else " " for c in text)
    )


def text(x: float, y: float, content: str, look: str, anchor: str = "start") -> str:
    """A word at a place, of a class ``look``."""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{look}" x="{x:g}" y="{y:g}"{where}>{words(content)}</text>'


def pieces(line: str) -> list[tuple[str, bool]]:
    """The pieces of a line, and whether each stands between asterisks and is to be set strong.

    >>> pieces("a *b* c")
    [('a ', False), ('b', True), (' c', False)]
    """
    return [(part, bool(i % 2)) for i, part in enumerate(line.split("*")) if part]


def ticks(lo: float, hi: float, most: int = 6) -> list[float]:
    """Round numbers from ``lo`` to ``hi``.

    >>> ticks(0, 1), ticks(-3.2, 4.1)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [-2.0, 0.0, 2.0, 4.0])
    """
    rough = (hi - lo) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough * (1 - 1e-9))
    first = math.ceil(lo / step - 1e-9)
    return [round(i * step, 12) + 0.0 for i in range(first, math.floor(hi / step + 1e-9) + 1)]


def value_text(value: object) -> str:
    """A number with at most two digits behind the point, anything else as it is.

    >>> value_text(1.5), value_text(2.0), value_text(0.333), value_text("M0 0")
    ('1.5', '2', '0.33', 'M0 0')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _name(key: str) -> str:
    return key if key in ("viewBox", "patternUnits") else key.rstrip("_").replace("_", "-")
