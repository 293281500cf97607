"""Numbers and findings in words: what the terminal and the page both say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..columns import Int64
from ..places import counted
from .boxes import SIZE_EDGES
from .describe import Statistics
from .published import COCO, DATASETS, VOC

#: Classes of sizes that are shown as one: factors of ten, percent of the image's area.
DECADES = ("< 0.01 %", "0.01 to 0.1 %", "0.1 to 1 %", "1 to 10 %", "> 10 %")


def size_line(found: Statistics) -> str:
    """How large a dataset is.

    >>> from ..dataset import Dataset
    >>> from .describe import describe
    >>> size_line(describe(Dataset.from_dict({"images": [], "annotations": [], "categories": []})))
    '0 images, 0 instances of 0 categories'
    """
    used, kinds = found.filled, len(found.category_names)
    line = f"{counted(found.images, 'image')}, {counted(found.instances, 'instance')} of "
    line += counted(kinds, "category") if used == kinds else f"{used:,} of {counted(kinds, 'category')}"
    return line + (f", {counted(found.crowds, 'crowd region')}" if found.crowds else "")


def percent(share: float) -> str:
    """A share with as many digits as mean something.

    >>> percent(0.1), percent(0.0123), percent(0.00042), percent(1e-9), percent(float("nan")), percent(0)
    ('10 %', '1.2 %', '0.042 %', '< 0.001 %', '-', '0 %')
    """
    if share != share:
        return "-"
    value = 100 * share
    if 0 < value < 0.001:
        return "< 0.001 %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"


def number(value: float | None, digits: int = 1) -> str:
    """A number, or a dash for none.

    >>> number(1234.56), number(None), number(float("nan")), number(27473.0, 0)
    ('1,234.6', '-', '-', '27,473')
    """
    return "-" if value is None or value != value else f"{value:,.{digits}f}"


def name_of(found: Statistics, category: int, most: int = 32) -> str:
    """The name of the category at a place, for a sentence: not too long, and without what would set it strong."""
    name = found.category_names[category].replace("*", "")
    return name if len(name) <= most else f"{name[: most - 1]}…"


def beside_published(found: Statistics, others: list[Statistics]) -> list[dict[str, str]]:
    """A row per measure: this dataset, the others, and what is published of COCO, VOC and ImageNet detection."""
    shown = [COCO, VOC, next(d for d in DATASETS if d.name == "ImageNet detection")]
    ours = {"this file": found} | {name: s for name, s in zip(names_of(others), others, strict=True)}

    def row(name: str, value: str, published: str) -> dict[str, str]:
        made = {"": name} | {who: _measure(s, value) for who, s in ours.items()}
        return made | {d.name: getattr(d, published) or "-" for d in shown}

    per_category = {"": "instances per category"} | {who: _measure(s, "per_category") for who, s in ours.items()}
    return [
        row("instances per image", "mean_instances", "per_image"),
        row("categories per image", "mean_categories", "kinds_per_image"),
        row("images with one category", "single", "single"),
        per_category | {d.name: number(d.per_category, 0) for d in shown},
    ]


def names_of(others: list[Statistics]) -> list[str]:
    """Names of the other datasets that differ from each other and from every column's head."""
    made: list[str] = []
    for other in others:
        name, again = other.name or "other", 2
        while name in (*made, "", "this file", *(d.name for d in DATASETS)):
            name, again = f"{other.name or 'other'} ({again})", again + 1
        made.append(name)
    return made


def _measure(found: Statistics, which: str) -> str:
    if which == "single":
        return percent(found.share_of_images(1))
    if which == "per_category":
        return number(found.instances / found.filled if found.filled else None, 0)
    return number(getattr(found.per_image, which)) if found.images else "-"


def balance(found: Statistics) -> str:
    """Which categories have the most and the fewest instances."""
    if not found.instances:
        return "There are no instances."
    order = found.ranked
    counts = found.instances_of
    most, least = int(order[0]), int(order[-1])
    half = int(np.searchsorted(np.cumsum(counts[order]), found.instances / 2)) + 1
    line = f"{name_of(found, most)} has the most, {counts[most]:,} or {percent(counts[most] / found.instances)} of all"
    if len(order) == 1:
        return f"{line}."
    empty = len(order) - found.filled
    line += (
        f"; {counted(empty, 'category')} none"
        if empty > 1
        else f"; {name_of(found, least)} the fewest, {counts[least]:,}"
    )
    return f"{line}. Half of all instances are of {counted(half, 'category')}."


def sizes_line(found: Statistics) -> str:
    """How large instances are."""
    shares = found.boxes.small_medium_large
    total = int(shares.sum())
    if not total:
        return "No size is known."
    small, medium, large = (percent(n / total) for n in shares)
    known = (
        ""
        if found.boxes.median_size != found.boxes.median_size
        else (f"Half of the instances take up less than {percent(found.boxes.median_size / 100)} of their image. ")
    )
    return f"{known}By COCO's areas {small} are small, {medium} medium, {large} large."


def by_decade(found: Statistics) -> Int64:
    """(5,) int64 instances by ``DECADES``."""
    edges = SIZE_EDGES[:-1]
    group = np.searchsorted([0.01, 0.1, 1, 10], edges * (1 + 1e-9), side="right")
    return np.bincount(group, found.boxes.sizes.sum(axis=0), 5).astype(np.int64)


def capped(histogram: Int64, most: int) -> list[tuple[str, int]]:
    """Counts of 1, 2, ... and of ``most`` or more, of a histogram (B,) int64 of 0, 1, 2, ...; not those of 0.

    >>> capped(np.array([5, 3, 0, 1, 1]), 3)
    [('1', 3), ('2', 0), ('3+', 2)]
    """
    head = [(str(n), int(histogram[n])) for n in range(1, min(most, len(histogram)))]
    rest = int(histogram[most:].sum())
    last = f"{most}+" if len(histogram) > most + 1 else str(most)
    return [*head, (last, rest)] if len(histogram) > most else head


def outlines_line(found: Statistics) -> str:
    """How outlines are drawn."""
    o = found.outlines
    if not o.polygons and not o.rles:
        return "No instance has an outline."
    parts = int(o.parts.sum())
    several = f"{percent(o.parts[2:].sum() / parts)} have several parts" if parts else ""
    drawn = f"half of the polygons have {median_of(o.points)} points or fewer" if o.polygons else ""
    holes = f"{percent(o.holes[1:].sum() / max(int(o.holes.sum()), 1))} of the RLEs have holes" if o.rles else ""
    compact = f"compactness {number(o.median_compactness, 2)} in the middle (a circle has 1)" if o.polygons else ""
    line = "; ".join(part for part in (drawn, several, holes, compact) if part)
    return f"{line[:1].upper()}{line[1:]}."


def median_of(histogram: Int64) -> int:
    """Lower median of 0, 1, 2, ... that occur so many times, (B,) int64; 0 for none.

    >>> median_of(np.array([0, 1, 1]))
    1
    """
    return int(np.searchsorted(np.cumsum(histogram), histogram.sum() / 2)) if histogram.sum() else 0


def pairs(found: Statistics, most: int = 5) -> Iterator[tuple[str, str, int, float]]:
    """Categories that come together most often: two names, images with both, how many times more than by chance."""
    table = np.triu(found.per_image.together, 1)
    images = int(found.per_image.categories[1:].sum())
    for flat in np.argsort(-table, axis=None, kind="stable")[:most].tolist():
        i, j = divmod(flat, table.shape[1])
        if table[i, j]:
            both, alone = int(table[i, j]), float(found.per_image.together[i, i] * found.per_image.together[j, j])
            a, b = (name_of(found, int(found.per_image.together_of[k])) for k in (i, j))
            yield a, b, both, both * images / alone
