"""Elements of SVG as text that templates take as it is: every attribute and every word is escaped."""

from __future__ import annotations

from markupsafe import Markup, escape


def tag(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """An element; ``class_`` is class, ``stroke_width`` stroke-width, and an attribute that is None is left out.

    >>> str(tag("text", "a<b", x=1.50, class_="t"))
    '<text x="1.5" class="t">a&lt;b</text>'
    """
    words = [f' {_name(key)}="{escape(_value(value))}"' for key, value in attributes.items() if value is not None]
    inner = Markup().join(escape(child) for child in children)
    return Markup(f"<{name}{''.join(words)}>{inner}</{name}>")


def picture(
    width: float, height: float, *children: Markup, title: str, class_: str = "", role: str = "img"
) -> Markup:  # fmt: skip
    """A drawing with a text for those who do not see it; one with links in it is a "group"."""
    return tag("svg", *children, viewBox=f"0 0 {_value(width)} {_value(height)}", class_=class_ or None, role=role,
               aria_label=title)  # fmt: skip


def points(pairs: list[tuple[float, float]]) -> str:
    """A path through points.

    >>> points([(0, 0), (1.25, 2)])
    'M0 0L1.2 2'
    """
    return "M" + "L".join(f"{_value(x)} {_value(y)}" for x, y in pairs) if pairs else ""


def _name(key: str) -> str:
    return key if key in ("viewBox", "patternUnits", "clipPath") else key.rstrip("_").replace("_", "-")


def _value(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
