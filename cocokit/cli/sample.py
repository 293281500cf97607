"""``cocokit sample``: some images of a dataset, by chance."""

from __future__ import annotations

import click

from ._edited import opened, write
from ._progress import Progress

_HELP = """Choose COUNT images by chance, with their annotations.

The seed and the images' ids decide, not the order of the file; a sample of 10 is a part of that of 20. --stratified
keeps every category's share of images, so that rare ones are not lost. What stays keeps its id and its bytes.
"""
_EXAMPLE = "Example: cocokit sample instances.json 2 --seed 7 -o two.json"


@click.command(name="sample", help=_HELP, epilog=_EXAMPLE, short_help="Choose some images of a dataset by chance.")
@click.argument("file", type=click.Path())
@click.argument("count", type=click.IntRange(min=0))
@click.option("-o", "--output", required=True, metavar="OUT", help="The new file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other images.")
@click.option("--stratified", is_flag=True, help="Every category keeps its share of images.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(file: str, count: int, output: str, seed: int, stratified: bool, as_json: bool) -> None:
    """Run ``cocokit sample``."""
    from ..edits import sample

    dataset = opened(file)
    with Progress(f"sampling {file}"):
        made, ids = sample(dataset, count, seed, stratified, file)
    write(made, ids, output, None, as_json=as_json)
