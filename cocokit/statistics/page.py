"""The page of ``cocokit stats``: findings, plots, and a table behind every plot, in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources

from ..pages import document, strong
from ..svg import words
from .describe import Statistics
from .drift import Drift
from .panel import Panel
from .panels import panels_of
from .published import SOURCE
from .tables import category_table, plain_table
from .wording import number, size_line


def page(found: Statistics, others: Sequence[Statistics] = (), drifts: Sequence[Drift] = ()) -> str:
    """The whole page.

    Args:
        found: the dataset.
        others: those that it is held against, and
        drifts: how far it is from each.
    """
    script = resources.files(__package__).joinpath("sorting.js").read_text(encoding="utf-8")
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    body = "\n".join([*_head(found, others), *_body(found, others, drifts), _foot()])
    return document(
        f"{found.name or 'dataset'} – statistics", f"<main>{body}</main>\n<script>\n{script}</script>", style
    )


def _head(found: Statistics, others: Sequence[Statistics]) -> Iterator[str]:
    yield f'<header><h1>{words(found.name or "dataset")}</h1><p class="said">{words(size_line(found))}</p></header>'
    if others:
        keys = "".join(
            f'<span class="key"><i class="o{i % 3}"></i>{words(o.name)}</span>' for i, o in enumerate(others)
        )
        yield f'<p class="keys"><span class="key"><i class="this"></i>{words(found.name)}</span>{keys}</p>'
    if found.instances:
        yield f'<dl class="figures">{"".join(_figures(found))}</dl>'
    if found.notes:
        yield '<section class="panel notes"><h2>Worth knowing</h2><ul>'
        yield from (f"<li>{words(note)}</li>" for note in found.notes)
        yield "</ul></section>"


def _figures(found: Statistics) -> Iterator[str]:
    for name, value in (
        ("images", f"{found.images:,}"),
        ("instances", f"{found.instances:,}"),
        ("categories", f"{found.filled:,}"),
        ("instances per image", number(found.per_image.mean_instances)),
        ("categories per image", number(found.per_image.mean_categories)),
        ("median size, % of image", number(found.boxes.median_size, 2)),
    ):
        yield f"<div><dt>{name}</dt><dd>{value}</dd></div>"


def _body(found: Statistics, others: Sequence[Statistics], drifts: Sequence[Drift]) -> Iterator[str]:
    if not found.instances:
        return
    yield '<div class="panels">'
    yield from map(_panel, panels_of(found, others, drifts))
    yield f'</div><section class="panel" id="categories"><h2>Categories</h2>{category_table(found)}</section>'


def _panel(panel: Panel) -> str:
    said = panel.said.replace(" %", "\u00a0%")  # a number and its sign stay on one line
    table = plain_table(panel.names, panel.rows)
    caption = f'<p class="quiet">{words(panel.caption)}</p>' if panel.caption else ""
    behind = f"<details><summary>Table</summary>{table}</details>" if panel.plot else table
    return (
        f'<section class="panel"><h2>{words(panel.title)}</h2><p class="said">{strong(said)}</p>'
        f"{panel.plot}{caption}{behind}</section>"
    )


def _foot() -> str:
    return (
        f'<footer class="quiet">Published numbers: {words(SOURCE)}. An instance is an annotation that is no '
        "crowd region. The size of an instance is its area as a share of its image's.</footer>"
    )
