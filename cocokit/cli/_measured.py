"""What an evaluation found, ready to be shown: the same few parts for every measure that ``cocokit eval`` knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click


@dataclass
class Measured:
    """One evaluation's numbers and texts.

    Attributes:
        stats: the numbers by name, in order; gates compare these.
        lines: what is printed.
        brief: what ``--json`` prints beside the names and values of ``stats``.
        rows: makes the table: one row per category, for proposals per area range.
        whole: makes what ``-o`` writes.
        notes: lines below all others.
        warnings: one sentence each.
        arrays: makes the arrays that ``--arrays`` writes; None when the measure has none.
    """

    stats: dict[str, float]
    lines: list[str]
    brief: dict[str, Any]
    rows: Callable[[], list[dict[str, Any]]]
    whole: Callable[[], dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    arrays: Callable[[], dict[str, Any]] | None = None


def stat_lists(stats: Mapping[str, float]) -> dict[str, Any]:
    """Names and values of the stats as the two lists that reports and baselines have.

    >>> stat_lists({"AP": 0.5})
    {'stat_names': ['AP'], 'stats': [0.5]}
    """
    return {"stat_names": list(stats), "stats": list(stats.values())}


def print_as_text(found: Measured, failed: Sequence[str], *, per_category: bool) -> None:
    """Print the lines, the table if it is wanted, the notes; warnings and failed gates go to stderr."""
    lines = list(found.lines)
    if per_category:
        from ._output import table

        lines += ["", *table(found.rows())]
    click.echo("\n".join([*lines, *found.notes]))
    for text in found.warnings:
        click.echo(f"Warning: {text}", err=True)
    for text in failed:
        click.echo(f"Failed: {text}.", err=True)


def print_as_json(found: Measured, failed: Sequence[str]) -> None:
    """Print one line of JSON: the stats, what belongs to them, the warnings and the failed gates."""
    from ._output import print_json

    head: dict[str, Any] = {name: found.brief[name] for name in ("metric", "iou_type", "mode") if name in found.brief}
    head |= stat_lists(found.stats)
    print_json({**head, **found.brief, "warnings": found.warnings, "failed": list(failed)})


def write_files(found: Measured, given: Mapping[str, Any]) -> None:
    """Write the files that the options ask for: ``output``, ``csv_file``, ``arrays``; each whole or not at all."""
    if given["output"]:
        from ..atomic import write_text
        from ._output import to_json

        write_text(given["output"], to_json(found.whole(), lines=True) + "\n")
    if given["csv_file"]:
        from ._output import write_csv

        write_csv(given["csv_file"], found.rows())
    if given["arrays"] and found.arrays is not None:
        import numpy as np

        from ..atomic import atomic_write

        with atomic_write(given["arrays"]) as file:
            np.savez(file, **found.arrays())
