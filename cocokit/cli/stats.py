"""``cocokit stats``: what is in a dataset, beside other datasets and what is published of COCO and VOC."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ._progress import Progress

if TYPE_CHECKING:
    from ..statistics import Drift, Statistics

_HELP = """Describe a dataset: categories, images, sizes, outlines.

FILE is a COCO dataset. The numbers are those by which COCO was described: instances per category, categories and
instances per image, sizes as percent of the image, beside what is published of COCO and PASCAL VOC; and which
categories come together, where instances lie, how outlines are drawn. With --against, how far two datasets (or two
splits of one) are apart, as Jensen-Shannon divergence.
"""
_EXAMPLE = "Example: cocokit stats instances.json --html stats.html"


@click.command(name="stats", help=_HELP, epilog=_EXAMPLE, short_help="Describe a dataset in numbers and pictures.")
@click.argument("file", type=click.Path())
@click.option("--against", multiple=True, metavar="OTHER", help="Another dataset to compare with; may be repeated.")
@click.option("--html", metavar="OUT", help="Write a page with plots and tables: one file that needs no other.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(file: str, against: tuple[str, ...], html: str | None, as_json: bool) -> None:
    """Run ``cocokit stats``."""
    from ..statistics import drift_between

    found, *others = (_described(path) for path in (file, *against))
    drifts = [drift_between(found, other) for other in others]
    if html is not None:
        from ..atomic import write_text
        from ..statistics.page import page

        write_text(html, page(found, others, drifts))
    if as_json:
        from ._output import print_json

        print_json(_json(found, others, drifts, html))
    else:
        from ..statistics.text import text_lines

        click.echo("\n".join(text_lines(found, others, drifts, plain=not _blocks())))
        if html is not None:
            click.echo(f"\n{html}: the same with plots and all tables")


def _described(path: str) -> Statistics:
    from ..dataset import Dataset
    from ..statistics import describe

    with Progress(f"reading {path}"):
        return describe(Dataset.open(path), os.path.basename(path))


def _json(found: Statistics, others: list[Statistics], drifts: list[Drift], html: str | None) -> dict[str, Any]:
    made = found.to_dict()
    made["against"] = [
        other.to_dict() | {"drift": drift.to_dict()} for other, drift in zip(others, drifts, strict=True)
    ]
    return made | ({"html": html} if html is not None else {})


def _blocks() -> bool:
    """Whether the terminal has block characters."""
    try:
        "█▏".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
