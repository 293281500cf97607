"""Statistics as lines for a terminal: a finding in words, then bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..places import counted
from .describe import Statistics
from .drift import Drift
from .published import SOURCE
from .wording import (
    DECADES,
    balance,
    beside_published,
    by_decade,
    capped,
    number,
    outlines_line,
    pairs,
    percent,
    size_line,
    sizes_line,
)

#: Categories that are listed: the first, and the last.
_FIRST, _LAST = 12, 3
_WIDE = 28
_EIGHTHS = " ▏▎▍▌▋▊▉"


def text_lines(
    found: Statistics, others: Sequence[Statistics] = (), drifts: Sequence[Drift] = (), plain: bool = False
) -> Iterator[str]:
    """What ``cocokit stats`` prints.

    Args:
        found: the dataset.
        others: those that it is held against, and
        drifts: how far it is from each.
        plain: bars of ``#``, for a terminal without block characters.
    """
    for line in _lines(found, others, drifts, plain):
        yield "".join(c if c.isprintable() else " " for c in line)  # a name must not steer the terminal


def _lines(found: Statistics, others: Sequence[Statistics], drifts: Sequence[Drift], plain: bool) -> Iterator[str]:
    yield f"{found.name}: {size_line(found)}"
    if found.instances:
        yield ""
        yield from _table(beside_published(found, list(others)))
        yield f"Published: {SOURCE}."
    if found.instances:
        yield from _sections(found, plain)
    for drift in drifts:
        yield from _drift(drift)
    if found.notes:
        yield ""
        yield from found.notes


def bar(share: float, width: int = _WIDE, plain: bool = False) -> str:
    """A bar of a share of ``width`` characters, in eighths of one.

    >>> bar(0.5, 4), bar(0.28125, 4), bar(0.5, 4, plain=True), bar(0, 4)
    ('██  ', '█▏  ', '##  ', '    ')
    """
    eighths = round(8 * width * min(share, 1))
    if plain:
        return ("#" * round(eighths / 8)).ljust(width)
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[part] if part else "")).ljust(width)


def _sections(found: Statistics, plain: bool) -> Iterator[str]:
    yield from ("", f"Instances per category: {balance(found)}")
    yield from _categories(found, plain)
    for noun, histogram, most in (
        ("Categories", found.per_image.categories, 10),
        ("Instances", found.per_image.instances, 15),
    ):
        none = f"; {counted(int(histogram[0]), 'image')} with none" if histogram[0] else ""
        yield from ("", f"{noun} per image, share of the images with any{none}:")
        yield from _bars(capped(histogram, most), plain)
    yield from ("", f"Sizes, of the image's area: {sizes_line(found)}")
    if found.boxes.sizes.any():
        yield from _bars(list(zip(DECADES, by_decade(found).tolist(), strict=True)), plain)
    yield from ("", f"Outlines: {outlines_line(found)}")
    together = list(pairs(found))
    if together:
        yield from ("", "Most often in one image:")
        rows = [{"pair": f"{a} + {b}", "images": f"{n:,}", "than by chance": f"{x:.1f} x"} for a, b, n, x in together]
        yield from _table(rows)


def _categories(found: Statistics, plain: bool) -> Iterator[str]:
    order = found.ranked.tolist()
    gap = len(order) - _FIRST - _LAST
    chosen = order if gap <= 1 else [*order[:_FIRST], *order[-_LAST:]]
    wide = max(_cells(_short(found.category_names[k])) for k in chosen)
    most = int(found.instances_of.max())
    for at, k in enumerate(chosen):
        if gap > 1 and at == _FIRST:
            yield f"  ... {gap:,} more"
        count = int(found.instances_of[k])
        name = _short(found.category_names[k])
        name += " " * (wide - _cells(name))
        yield f"  {name}  {bar(count / most, plain=plain)}  {count:>9,}  {percent(count / found.instances):>7}"


def _bars(rows: Sequence[tuple[str, int]], plain: bool) -> Iterator[str]:
    total, most = max(sum(n for _, n in rows), 1), max([1, *(n for _, n in rows)])
    wide = max((len(name) for name, _ in rows), default=0)
    for name, count in rows:
        yield f"  {name:>{wide}}  {bar(count / most, plain=plain)}  {percent(count / total):>7}"


def _drift(drift: Drift) -> Iterator[str]:
    yield from ("", f"Against {drift.other}: {drift.meaning}")
    yield f"  divergence, bits: categories {drift.bits:.4f}, sizes {drift.sizes:.4f}, instances per image " + (
        f"{drift.instances:.4f}, categories per image {drift.categories:.4f}"
    )
    worst = [k for k in np.argsort(-drift.parts, kind="stable")[:5].tolist() if drift.parts[k] > 0]
    if worst:
        yield from _table(
            [
                {
                    "category": _short(drift.names[k]),
                    "here": percent(drift.shares[0, k]),
                    "there": percent(drift.shares[1, k]),
                    "bits": f"{drift.parts[k]:.5f}",
                    "sizes, bits": number(float(drift.sizes_of[k]), 4),
                }
                for k in worst
            ]
        )


def _table(rows: Sequence[dict[str, str]]) -> Iterator[str]:
    """Aligned lines with a head; the first column to the left, the others to the right."""
    names = list(rows[0])
    cells = [names, *([_short(row[name]) if i == 0 else row[name] for i, name in enumerate(names)] for row in rows)]
    cells[0] = [_short(name) for name in cells[0]]
    wide = [max(_cells(line[i]) for line in cells) for i in range(len(names))]
    for line in cells:
        texts = [
            " " * (w - _cells(t)) + t if i else t + " " * (w - _cells(t))
            for i, (t, w) in enumerate(zip(line, wide, strict=True))
        ]
        yield ("  " + "  ".join(texts)).rstrip()


def _short(name: str, most: int = 32) -> str:
    return name if len(name) <= most else name[: most - 3] + "..."


def _cells(text: str) -> int:
    """Columns that a text takes up: letters of East Asia take two."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
