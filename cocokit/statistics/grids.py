"""Maps and matrices of the page as SVG: cells of ink, the stronger the more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..columns import Float64, Int64
from ..svg import tag, text, words
from .planes import WIDE, Tick, cut, picture

_LEVELS = 12
_FEW = 4000  # instances: with fewer a map is drawn with cells twice as wide
_LARGEST = 36.0  # px of a cell of a matrix


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
            tag("text", words(cut(name, 14)), class_="tick", transform=f"translate({x:.1f} {top - 6:g})rotate(-90)")
        )
        for j, other in enumerate(names):
            if i != j and shares[i, j] > 0:
                said = tag("title", f"{100 * shares[i, j]:.0f} % of the images with {words(name)} have {words(other)}")
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
