"""``cocokit merge``: one dataset of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._edited import beside, opened, write
from ._progress import Progress

if TYPE_CHECKING:
    from ..edits.merging import Names
    from ..edits.uniting import By

_HELP = """Make one dataset of several.

Categories of one name are one category; they must agree in what both files say. An id that an earlier file has already
becomes a new one, and the map file (OUT.map.json) names every id that changed, by file. All other rows are copied as
the bytes that they were.
"""
_EXAMPLE = "Example: cocokit merge instances.json more.json -o all.json"


@click.command(name="merge", help=_HELP, epilog=_EXAMPLE, short_help="Make one dataset of several.")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("-o", "--output", required=True, metavar="OUT", help="The new file.")
@click.option(
    "--by",
    type=click.Choice(["name", "id"]),
    default="name",
    show_default=True,
    help="What makes two categories the same.",
)
@click.option(
    "--same-names",
    "names",
    type=click.Choice(["refuse", "join", "prefix"]),
    default="refuse",
    show_default=True,
    help="Images of two files with one file name: one image, or FILE/ before the name.",
)
@click.option("--map", "map_file", metavar="MAP", help="The map file.  [default: OUT.map.json]")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")  # fmt: skip
def command(files: tuple[str, ...], output: str, by: By, names: Names, map_file: str | None, as_json: bool) -> None:
    """Run ``cocokit merge``."""
    from ..edits import merge

    datasets: list[Any] = [opened(path) for path in files]
    with Progress("merging"):
        made, ids = merge(datasets, files, by, names)
    write(made, ids, output, map_file or beside(output), as_json=as_json)
