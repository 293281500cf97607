"""The panels of the page, in order; those about categories, images and other datasets are made here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..columns import Int64
from ..places import counted
from . import charts, grids
from .describe import Statistics
from .dots import Dot, dots
from .drift import Drift
from .panel import Panel
from .published import COCO, DATASETS, Published
from .shape_panels import (
    centres_panel,
    compactness_panel,
    extents_panel,
    parts_panel,
    points_panel,
    sizes_panel,
)
from .wording import balance, capped, name_of, number, pairs, percent

#: Categories of the matrix; those in most images.
_IN_MATRIX = 14


def panels_of(found: Statistics, others: Sequence[Statistics], drifts: Sequence[Drift]) -> Iterator[Panel]:
    """All panels of a dataset that has instances."""
    yield _categories(found, others)
    yield _per_image(found, others, "categories", 15)
    yield _per_image(found, others, "instances", 20)
    yield _datasets(found, others)
    if found.boxes.sizes.any():
        yield sizes_panel(found, others)
    if found.boxes.centres.any():
        yield centres_panel(found)
        yield extents_panel(found)
    if len(found.per_image.together) > 1:
        yield _together(found)
    if found.outlines.polygons:
        yield points_panel(found, others)
        yield compactness_panel(found, others)
    if found.outlines.rles:
        yield parts_panel(found)
    yield from map(_drift, drifts)


def _categories(found: Statistics, others: Sequence[Statistics]) -> Panel:
    all_of = (found, *others)
    ends = [(name_of(s, int(s.ranked[0]), 24), _least(s)) if s.category_names else ("", "") for s in all_of]
    plot = charts.ranks("Instances per category, most first", [np.sort(s.instances_of)[::-1] for s in all_of], ends)
    names = ("Category", *(["Instances"] if not others else [s.name for s in all_of]))
    counts = [dict(zip(s.category_names, s.instances_of.tolist(), strict=True)) for s in all_of]
    rows = [
        [name, *(f"{of.get(name, 0):,}" for of in counts)] for name in (found.category_names[k] for k in found.ranked)
    ]
    return Panel(
        "Instances per category", balance(found), plot, "Categories by rank; instances, logarithmic", names, rows
    )


def _least(found: Statistics) -> str:
    """The category with the fewest instances, of those that have any."""
    filled = found.ranked[: found.filled]
    return name_of(found, int(filled[-1]), 24) if len(filled) else ""


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
    points = [Dot(found.name or "this file", found.filled, each, "point")]
    points += [Dot(s.name, s.filled, s.instances / s.filled, "near") for s in others if s.filled]
    points += [Dot(d.name, d.categories, d.per_category, "far") for d in DATASETS if d.per_category]
    said = f"*{each:,.0f}* instances in a category on average; COCO has {number(COCO.per_category, 0)}."
    rows = [_of_ours(s) for s in (found, *others)] + [_of_published(d) for d in DATASETS]
    plot = dots("Datasets by categories and instances per category", points)
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
    plot = grids.matrix("Categories that come together", [names[k] for k in chosen], shares)
    rows = [[a, b, f"{both:,}", f"{lift:.2f}"] for a, b, both, lift in listed]
    return Panel(
        "What comes together",
        said,
        plot,
        "Of the images with the category of a row, how many have that of the column; the stronger the more",
        ("Category", "With", "Images", "Times chance"),
        rows,
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
