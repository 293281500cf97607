"""``cocokit remap``: categories renamed, joined, dropped and renumbered."""

from __future__ import annotations

import click

from ._edited import beside, opened, write
from ._progress import Progress

_HELP = """Rename, join, drop and renumber the categories of a dataset.

MAPPING is a JSON file with any of these: {"rename": {"car": "auto"}, "join": {"pet": ["cat", "dog"]}, "drop": ["kite"],
"ids": {"pet": 5}}; "ids": "coco" gives COCO's own ids to the names that COCO has. A category is named by its name or
its id in FILE, and under "ids" as it is called afterwards. Other rows keep their bytes; OUT.map.json has every id that
changed.
"""
_EXAMPLE = "Example: cocokit remap instances.json mapping.json -o renamed.json"


@click.command(name="remap", help=_HELP, epilog=_EXAMPLE, short_help="Rename, join, drop, renumber categories.")
@click.argument("file", type=click.Path())
@click.argument("mapping", type=click.Path())
@click.option("-o", "--output", required=True, metavar="OUT", help="The new file.")
@click.option("--map", "map_file", metavar="MAP", help="The map file.  [default: OUT.map.json]")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(file: str, mapping: str, output: str, map_file: str | None, as_json: bool) -> None:
    """Run ``cocokit remap``."""
    from ..edits import read_mapping, remap

    wanted = read_mapping(mapping)
    dataset = opened(file)
    with Progress(f"remapping {file}"):
        made, ids = remap(dataset, wanted, file)
    write(made, ids, output, map_file or beside(output), as_json=as_json)
