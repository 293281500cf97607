"""Tables of the page: the one behind a plot, and the one of categories, which sorts."""

from __future__ import annotations

from collections.abc import Sequence

from ..svg import words
from .describe import Statistics
from .wording import number, percent

#: Rows of a table behind a plot at most; the JSON has all.
_MOST = 200
#: What is wider than the screen is scrolled by keys too.
_SCROLL = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'


def plain_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with a head; the first column to the left, the others to the right."""
    head = "".join(f"<th>{words(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{words(cell)}</td>' for cell in row)}</tr>" for row in rows[:_MOST])
    more = f'<p class="quiet">{len(rows) - _MOST:,} more rows in --json</p>' if len(rows) > _MOST else ""
    return f"{_SCROLL}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"


def category_table(found: Statistics) -> str:
    """Every category with its numbers; a press on a column's name sorts by it."""
    most = max(int(found.instances_of.max(initial=0)), 1)
    columns = ("Category", "Supercategory", "Instances", "Share", "Images", "Per image", "Crowds", "Median size")
    head = "".join(
        f'<th{" aria-sort=descending" if name == "Instances" else ""}><button type="button">{name}</button></th>'
        for name in columns
    )
    rows = []
    for k in found.ranked.tolist():
        count, images = int(found.instances_of[k]), int(found.per_image.images_of[k])
        size = float(found.boxes.median_sizes[k])
        each = count / images if images else float("nan")
        cells = [
            (count, f'<i class="meter" style="width:{100 * count / most:.1f}%"></i>{count:,}'),
            (count, percent(count / max(found.instances, 1))),
            (images, f"{images:,}"),
            (_known(each), number(each, 2)),
            (int(found.crowds_of[k]), f"{int(found.crowds_of[k]):,}"),
            (_known(size), "-" if size != size else f"{size:.2g} %"),
        ]
        numbers = "".join(f'<td data-v="{value:.6g}">{shown}</td>' for value, shown in cells)
        rows.append(
            f"<tr><td>{words(found.category_names[k])}</td><td>{words(found.supercategories[k])}</td>{numbers}</tr>"
        )
    return (
        '<input class="find" type="search" placeholder="Find a category" aria-label="Find a category" hidden>'
        f'{_SCROLL}<table class="sort"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _known(value: float) -> float:
    return -1.0 if value != value else value
