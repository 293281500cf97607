"""``cocokit tile``: images and masks cut into tiles."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from . import _parse
from ._edited import beside, opened, say, write
from ._progress import Count, Progress

if TYPE_CHECKING:
    from ..edits.grid import Edge

_HELP = """Cut the images of a dataset into tiles of SIZE px (512, or 640x480).

Masks are cut exactly as their pixels would be; area and bbox are those of what is left, as pycocotools counts them. A
piece with less than --least of its instance is left out and counted; crowds stay crowds. Images that fit into one tile
stay as they are. With --images the photographs are cut too, and OUT is a folder. The map says where each tile and each
piece comes from.
"""
_EXAMPLE = "Example: cocokit tile instances.json 64 --overlap 8 -o tiles.json"


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,9})(?:x(\d{1,9}))?", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a size such as 512 or 640x480")
    return int(found[1]), int(found[2] or found[1])


@click.command(name="tile", help=_HELP, epilog=_EXAMPLE, short_help="Cut images and masks into tiles.")
@click.argument("file", type=click.Path())
@click.argument("size", callback=_parse.option_value(_size))
@click.option("-o", "--output", required=True, metavar="OUT", help="The new file; with --images a folder.")
@click.option("--overlap", type=int, default=0, show_default=True, metavar="PX", help="Of neighbouring tiles.")
@click.option(
    "--edge",
    type=click.Choice(["cut", "shift"]),
    default="cut",
    show_default=True,
    help="The last tile of a row: smaller, or moved back.",
)
@click.option("--least", type=float, default=0.1, show_default=True, help="Least share of an instance that is kept.")
@click.option("--images", metavar="DIR", help="Folder of the photographs, to be cut as well.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")  # fmt: skip
def command(
    file: str, size: tuple[int, int], output: str, overlap: int, edge: Edge, least: float, images: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Run ``cocokit tile``."""
    from ..edits import Grid, cut_photos, tile
    from ..folders import atomic_folder

    grid = Grid(*size, overlap, edge)
    dataset = opened(file)
    with Progress(f"cutting {file}"):
        made, ids = tile(dataset, grid, least, file)
    if images is None:
        write(made, ids, output, beside(output), as_json=as_json)
        return
    with Count("cutting photographs", "tiles") as count, atomic_folder(output, "map.json") as part:
        cut_photos(dataset, made, ids.more["tiles"], images, os.path.join(part, "images"), count)
        made.write(os.path.join(part, "instances.json"))
        ids.write(os.path.join(part, "map.json"))
    say(made, ids, output, os.path.join(output, "map.json"), as_json=as_json)
