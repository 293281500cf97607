"""The panels of the page: a finding in words, a plot of it, and its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ..columns import Int64
from ..places import counted
from . import charts
from .boxes import CELLS, OCTAVES, SIZE_EDGES
from .describe import Statistics
from .drift import Drift
from .outlines import CLASSES
from .published import COCO, DATASETS, Published
from .wording import (
    balance,
    capped,
    median_of,
    name_of,
    number,
    outlines_line,
    pairs,
    percent,
    sizes_line,
)

#: Categories of the matrix; those in most images.
_IN_MATRIX = 14
#: Upper ends of the classes of points per polygon.
_POINTS = (4, 8, 16, 32, 64, 128)


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


def panels_of(found: Statistics, others: Sequence[Statistics], drifts: Sequence[Drift]) -> Iterator[Panel]:
    """All panels of a dataset that has instances."""
    yield _categories(found, others)
    yield _per_image(found, others, "categories", 15)
    yield _per_image(found, others, "instances", 20)
    yield _datasets(found, others)
    if found.boxes.sizes.any():
        yield _sizes(found, others)
    if found.boxes.centres.any():
        yield _centres(found)
        yield _extents(found)
    if len(found.per_image.together) > 1:
        yield _together(found)
    if found.outlines.polygons:
        yield _points(found, others)
        yield _compactness(found, others)
    if found.outlines.rles:
        yield _parts(found)
    yield from map(_drift, drifts)


def _categories(found: Statistics, others: Sequence[Statistics]) -> Panel:
    all_of = (found, *others)
    ends = [(name_of(s, int(s.ranked[0]), 24), _least(s)) if s.category_names else ("", "") for s in all_of]
    plot = charts.ranks("Instances per category, most first", [np.sort(s.instances_of)[::-1] for s in all_of], ends)
    names = ("Category", *(["Instances"] if not others else [s.name for s in all_of]))
    rows = [[found.category_names[k], *(f"{_of(s, found.category_names[k]):,}" for s in all_of)] for k in found.ranked]
    return Panel(
        "Instances per category", balance(found), plot, "Categories by rank; instances, logarithmic", names, rows
    )


def _least(found: Statistics) -> str:
    """The category with the fewest instances, of those that have any."""
    filled = found.ranked[: found.filled]
    return name_of(found, int(filled[-1]), 24) if len(filled) else ""


def _of(found: Statistics, name: str) -> int:
    return sum(int(n) for n, other in zip(found.instances_of, found.category_names, strict=True) if other == name)


def _per_image(found: Statistics, others: Sequence[Statistics], noun: str, most: int) -> Panel:
    histograms: list[Int64] = [getattr(s.per_image, noun) for s in (found, *others)]
    mean = float(getattr(found.per_image, f"mean_{noun}"))
    published = COCO.kinds_per_image if noun == "categories" else COCO.per_image
    last = min(most, max(len(h) for h in histograms) - 1)
    kept = [_capped(h, last) for h in histograms]
    said = f"*{number(mean)}* {noun} in an image on average, {published} in COCO."
    if noun == "categories":
        said += f" {percent(found.share_of_images(1))} of the images have only one category, {COCO.single} in COCO."
    if histograms[0][0]:
        said += f" {counted(int(histograms[0][0]), 'image')} have none and are left out of the plot."
    step = max(1, -(-last // 10))
    more = any(len(h) > most + 1 for h in histograms)
    ticks = [
        (i - 0.5, f"{i}+" if i == last and more else f"{i}") for i in range(1, last + 1) if i % step == 0 or i == 1
    ]
    plot = charts.bars(f"{noun.capitalize()} per image", kept[0], ticks, (mean - 0.5, f"mean {number(mean)}"), kept[1:])
    rows = [[name, f"{n:,}", percent(n / max(int(kept[0].sum()), 1))] for name, n in capped(histograms[0], 200)]
    caption = f"{noun.capitalize()} in an image; share of the images that have any"
    return Panel(f"{noun.capitalize()} per image", said, plot, caption, (noun.capitalize(), "Images", "Share"), rows)


def _capped(histogram: Int64, last: int) -> Int64:
    """(last,) int64 counts of 1, 2, ..., and of ``last`` or more."""
    made = np.zeros(max(last, 1), np.int64)
    np.add.at(made, np.minimum(np.arange(len(histogram) - 1), len(made) - 1), histogram[1:])
    return made


def _datasets(found: Statistics, others: Sequence[Statistics]) -> Panel:
    each = found.instances / found.filled
    points = [charts.Dot(found.name or "this file", found.filled, each, "point")]
    points += [charts.Dot(s.name, s.filled, s.instances / s.filled, "near") for s in others if s.filled]
    points += [charts.Dot(d.name, d.categories, d.per_category, "far") for d in DATASETS if d.per_category]
    said = f"*{each:,.0f}* instances in a category on average; COCO has {number(COCO.per_category, 0)}."
    rows = [_of_ours(s) for s in (found, *others)] + [_of_published(d) for d in DATASETS]
    plot = charts.dots("Datasets by categories and instances per category", points)
    names = (
        "Dataset",
        "Categories",
        "Images",
        "Instances",
        "per category",
        "per image",
        "Categories per image",
        "One category",
    )
    return Panel(
        "Beside other datasets", said, plot, "Categories; instances per category; both logarithmic", names, rows
    )


def _of_ours(found: Statistics) -> list[str]:
    means = (number(found.per_image.mean_instances), number(found.per_image.mean_categories))
    each = number(found.instances / found.filled if found.filled else None, 0)
    counts = (f"{found.filled:,}", f"{found.images:,}", f"{found.instances:,}")
    return [found.name or "this file", *counts, each, *means, percent(found.share_of_images(1))]


def _of_published(one: Published) -> list[str]:
    counts = (number(n, 0) for n in (one.categories, one.images, one.instances, one.per_category))
    return [one.name, *counts, *(text or "-" for text in (one.per_image, one.kinds_per_image, one.single))]


def _sizes(found: Statistics, others: Sequence[Statistics]) -> Panel:
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


def _centres(found: Statistics) -> Panel:
    grid = found.boxes.centres
    third = CELLS // 4
    middle = grid[third:-third, third:-third].sum() / grid.sum()
    said = f"*{percent(float(middle))}* of the instances have their centre in the middle quarter of the image."
    ticks = [(0.8, "0"), (CELLS / 2, "50"), (CELLS - 1.2, "100 %")]
    plot = charts.heat("Where centres lie", grid, ticks, [(1, "0"), (CELLS / 2, "50"), (CELLS, "100 %")], 225)
    return Panel(
        "Where instances lie",
        said,
        plot,
        "Centre of the box, percent of the image's width and height",
        *_quarters(grid, "Height", [f"{25 * i} to {25 * i + 25} %" for i in range(4)]),
    )


def _extents(found: Statistics) -> Panel:
    grid = found.boxes.extents
    step = CELLS // OCTAVES
    half = grid[-step:, -step:].sum() / grid.sum()
    said = f"*{percent(float(half))}* of the boxes are at least half as wide and half as high as their image."
    ticks = [(0.8, "0.4"), (8.0, "1.6"), (16.0, "6.2"), (24.0, "25"), (CELLS - 1.2, "100 %")]
    down = [(CELLS - at + 0.3 if i else CELLS - 0.4, word) for i, (at, word) in enumerate(ticks)]
    plot = charts.heat("How large boxes are", grid[::-1], ticks, [*down[:-1], (1.2, "100 %")], 225)
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


def _together(found: Statistics) -> Panel:
    table, names = found.per_image.together, [found.category_names[k] for k in found.per_image.together_of]
    chosen = np.argsort(-np.diag(table), kind="stable")[: min(_IN_MATRIX, np.count_nonzero(np.diag(table)))]
    some = table[np.ix_(chosen, chosen)]
    shares = some / np.maximum(np.diag(some)[:, None], 1)
    listed = list(pairs(found, 60))
    said = "No two categories are in one image."
    if listed:
        a, b, both, lift = listed[0]
        said = f"*{a} and {b}* are together most often, in {counted(both, 'image')}: {lift:.1f} times as often as by "
        said += "chance."
    plot = charts.matrix("Categories that come together", [names[k] for k in chosen], shares)
    rows = [[a, b, f"{both:,}", f"{lift:.2f}"] for a, b, both, lift in listed]
    return Panel(
        "What comes together",
        said,
        plot,
        "Of the images with the category of a row, how many have that of the column; the stronger the more",
        ("Category", "With", "Images", "Times chance"),
        rows,
    )


def _points(found: Statistics, others: Sequence[Statistics]) -> Panel:
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


def _compactness(found: Statistics, others: Sequence[Statistics]) -> Panel:
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


def _parts(found: Statistics) -> Panel:
    holes, parts = found.outlines.holes, found.outlines.parts
    total = max(int(holes.sum()), 1)
    said = f"*{percent(holes[1:].sum() / total)}* of the {counted(found.outlines.rles, 'RLE')} have holes."
    rows = [[f"{n}", f"{int(parts[n]):,}", f"{int(holes[n]):,}"] for n in np.flatnonzero(parts + holes)[:20].tolist()]
    return Panel(
        "Parts and holes", said, names=("Number", "Instances with so many parts", "RLEs with so many holes"), rows=rows
    )


def _drift(drift: Drift) -> Panel:
    order = np.argsort(-drift.parts, kind="stable")
    worst = [k for k in order[:12].tolist() if drift.parts[k] > 0]
    plot = ""
    if worst:
        plot = charts.dumbbells(
            "Shares that differ most", [drift.names[k] for k in worst], drift.shares[0, worst], drift.shares[1, worst]
        )
    said = f"*{drift.bits:.4f} bits* apart. {drift.meaning} Sizes are {drift.sizes:.4f} bits apart, "
    said += f"instances per image {drift.instances:.4f}."
    rows = [
        [
            drift.names[k],
            percent(drift.shares[0, k]),
            percent(drift.shares[1, k]),
            f"{drift.parts[k]:.6f}",
            number(float(drift.sizes_of[k]), 4),
        ]
        for k in order.tolist()
    ]
    return Panel(
        f"Drift against {drift.other}",
        said,
        plot,
        "Share of the instances: full here, ring there; the categories that differ most",
        ("Category", "Here", "There", "Bits", "Sizes, bits"),
        rows,
    )
