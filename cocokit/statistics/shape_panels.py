"""Panels about single instances: how large they are, where they lie, how they are outlined."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..columns import Int64
from ..places import counted
from . import charts, grids
from .boxes import CELLS, OCTAVES, SIZE_EDGES
from .describe import Statistics
from .outlines import CLASSES
from .panel import Panel
from .wording import median_of, outlines_line, percent, sizes_line

#: Upper ends of the classes of points per polygon.
_POINTS = (4, 8, 16, 32, 64, 128)


def sizes_panel(found: Statistics, others: Sequence[Statistics]) -> Panel:
    """Sizes as a share of the image's area."""
    counts, *rest = (s.boxes.sizes.sum(axis=0) for s in (found, *others))
    marked = (
        4 * (np.log10(max(found.boxes.median_size, SIZE_EDGES[0])) + 3),
        f"median {found.boxes.median_size:.2g} %",
    )
    names = [(4.0 * i, word) for i, word in enumerate(("0.001", "0.01", "0.1", "1", "10", "100 %"))]
    names = [(min(max(at, 0.4), len(counts) - 0.6), word) for at, word in names]
    plot = charts.bars("Sizes of instances", counts, names, marked, rest)
    rows = [
        [f"{low:.3g} to {high:.3g} %", f"{n:,}", percent(n / max(int(counts.sum()), 1))]
        for low, high, n in zip(SIZE_EDGES[:-1], SIZE_EDGES[1:], counts.tolist(), strict=True)
    ]
    caption = "Area of the instance as percent of its image's, logarithmic; share of the instances"
    return Panel("Sizes", sizes_line(found), plot, caption, ("Size", "Instances", "Share"), rows)


def centres_panel(found: Statistics) -> Panel:
    """A map of the boxes' centres."""
    grid = found.boxes.centres
    third = CELLS // 4
    middle = grid[third:-third, third:-third].sum() / grid.sum()
    said = f"*{percent(float(middle))}* of the instances have their centre in the middle quarter of the image."
    ticks = [(0.8, "0"), (CELLS / 2, "50"), (CELLS - 1.2, "100 %")]
    plot = grids.heat("Where centres lie", grid, ticks, [(1, "0"), (CELLS / 2, "50"), (CELLS, "100 %")], 225)
    return Panel(
        "Where instances lie",
        said,
        plot,
        "Centre of the box, percent of the image's width and height",
        *_quarters(grid, "Height", [f"{25 * i} to {25 * i + 25} %" for i in range(4)]),
    )


def extents_panel(found: Statistics) -> Panel:
    """A map of the boxes' widths and heights."""
    grid = found.boxes.extents
    step = CELLS // OCTAVES
    half = grid[-step:, -step:].sum() / grid.sum()
    said = f"*{percent(float(half))}* of the boxes are at least half as wide and half as high as their image."
    ticks = [(0.8, "0.4"), (8.0, "1.6"), (16.0, "6.2"), (24.0, "25"), (CELLS - 1.2, "100 %")]
    down = [(CELLS - at + 0.3 if i else CELLS - 0.4, word) for i, (at, word) in enumerate(ticks)]
    plot = grids.heat("How large boxes are", grid[::-1], ticks, [*down[:-1], (1.2, "100 %")], 225)
    sides = ["up to 1.6 %", "1.6 to 6.2 %", "6.2 to 25 %", "25 to 100 %"]
    return Panel(
        "How wide and high they are",
        said,
        plot,
        "Width (right) and height (up) of the box as percent of the image's, logarithmic",
        *_quarters(grid, "Height", sides),
    )


def _quarters(grid: Int64, corner: str, sides: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """A map as a table of 4 x 4 shares: names and rows."""
    sums = grid.reshape(4, CELLS // 4, 4, CELLS // 4).sum(axis=(1, 3))
    total = max(int(sums.sum()), 1)
    rows = [[side, *(percent(n / total) for n in row)] for side, row in zip(sides, sums.tolist(), strict=True)]
    return [corner, *(f"width {side}" for side in sides)], rows


def points_panel(found: Statistics, others: Sequence[Statistics]) -> Panel:
    """Points per polygon."""
    ends = [0, *_POINTS, len(found.outlines.points)]
    kept = [np.array([s.outlines.points[a + 1 : b + 1].sum() for a, b in pairwise(ends)]) for s in (found, *others)]
    names = ["3–4", "5–8", "9–16", "17–32", "33–64", "65–128", "more"]
    median = median_of(found.outlines.points)
    at = np.interp(np.log2(max(median, 2)), [1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 2, 3, 4, 5, 6, 7])
    plot = charts.bars(
        "Points per polygon",
        kept[0],
        [(i + 0.5, n) for i, n in enumerate(names)],
        (float(at), f"median {median}"),
        kept[1:],
    )
    rows = [
        [n, f"{c:,}", percent(c / max(int(kept[0].sum()), 1))] for n, c in zip(names, kept[0].tolist(), strict=True)
    ]
    return Panel(
        "How outlines are drawn",
        outlines_line(found),
        plot,
        "Points of a polygon; share of the polygons",
        ("Points", "Polygons", "Share"),
        rows,
    )


def compactness_panel(found: Statistics, others: Sequence[Statistics]) -> Panel:
    """How compact outlines are."""
    half = CLASSES // 2
    kept = [s.outlines.compactness.reshape(half, 2).sum(axis=1) for s in (found, *others)]
    median = found.outlines.median_compactness
    names = [(min(max(half * v, 0.3), half - 0.4), f"{v:g}") for v in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    plot = charts.bars("Compactness", kept[0], names, (half * median, f"median {median:.2f}"), kept[1:])
    rows = [[f"{i / half:.2f} to {(i + 1) / half:.2f}", f"{n:,}"] for i, n in enumerate(kept[0].tolist())]
    said = f"Half of the outlines are less compact than *{median:.2f}*; a circle has 1, a square 0.79."
    return Panel(
        "How compact they are",
        said,
        plot,
        "4π area / length²; share of the instances with polygons",
        ("Compactness", "Instances"),
        rows,
    )


def parts_panel(found: Statistics) -> Panel:
    """Parts and holes of RLEs."""
    holes, parts = found.outlines.holes, found.outlines.parts
    total = max(int(holes.sum()), 1)
    said = f"*{percent(holes[1:].sum() / total)}* of the {counted(found.outlines.rles, 'RLE')} have holes."
    rows = [[f"{n}", f"{int(parts[n]):,}", f"{int(holes[n]):,}"] for n in np.flatnonzero(parts + holes)[:20].tolist()]
    return Panel(
        "Parts and holes", said, names=("Number", "Instances with so many parts", "RLEs with so many holes"), rows=rows
    )
