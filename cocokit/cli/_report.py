"""How ``cocokit eval`` shows a report: lines on the terminal, one line of JSON, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cocokit.eval import Report


def print_as_text(report: Report, failed: Sequence[str], *, per_category: bool) -> None:
    """Print pycocotools' lines, the table if it is wanted, the quirks; warnings and failed gates go to stderr."""
    lines = list(report.lines())
    if per_category:
        from ._output import table

        lines += ["", *table(report.per_category())]
    click.echo("\n".join([*lines, *_quirk_lines(report)]))
    for text in report.warnings:
        click.echo(f"Warning: {text}", err=True)
    for text in failed:
        click.echo(f"Failed: {text}.", err=True)


def _quirk_lines(report: Report) -> list[str]:
    """One line per quirk of pycocotools that this input meets: id, how many, what."""
    if not report.quirks:
        return []
    counts = [f"{hit.count:,} {hit.unit}" for hit in report.quirks]
    wide = max(map(len, counts))
    kept = "corrected" if report.mode == "fixed" else "kept"
    head = f"Quirks of pycocotools that this input meets ({report.mode}: defects are {kept}; see PARITY.md):"
    return ["", head, *(f"  {q.id:<4}{c:<{wide}}  {q.what}" for q, c in zip(report.quirks, counts, strict=True))]


def print_as_json(report: Report, failed: Sequence[str]) -> None:
    """Print the report without its arrays and tables as one line of JSON, failed gates included."""
    from ._output import print_json

    print_json({**summary(report), "failed": list(failed)})


def summary(report: Report) -> dict[str, Any]:
    """What ``--json`` prints: names and numbers of the stats, counts, quirks and warnings."""
    hits = [hit.to_dict() for hit in report.quirks]
    return {
        "iou_type": report.iou_type,
        "mode": report.mode,
        "stat_names": report.stat_names,
        "stats": report.stats,
        "counts": report.counts,
        "quirks": hits,
        "warnings": report.warnings,
    }


def write_files(report: Report, given: Mapping[str, Any]) -> None:
    """Write the files that the options ask for: ``output``, ``csv_file``, ``arrays``."""
    if given["output"]:
        from ._output import to_json, write_text

        write_text(given["output"], to_json(report.to_dict(), indent=1) + "\n")
    if given["csv_file"]:
        from ._output import write_csv

        write_csv(given["csv_file"], report.per_category())
    if given["arrays"]:
        import numpy as np

        from ..atomic import atomic_write

        with atomic_write(given["arrays"]) as file:
            np.savez(file, precision=report.precision, recall=report.recall, scores=report.scores)
