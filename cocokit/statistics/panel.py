"""One panel of the page: a finding in words, a plot of it, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel.

    Attributes:
        title: what it is about.
        said: the finding; what stands between asterisks is strong.
        plot: SVG, or nothing for a table alone.
        caption: names of the axes.
        names, rows: the table.
    """

    title: str
    said: str
    plot: str = ""
    caption: str = ""
    names: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=list)
