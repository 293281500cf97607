"""``cocokit filter``: the images and annotations that have what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._edited import opened, write
from ._progress import Progress

if TYPE_CHECKING:
    from ..edits.filtering import Crowds, Which

_HELP = """Choose annotations and images by what they have.

An annotation stays if it has all that is asked for; what stays keeps its id and its bytes. --images with leaves out
images of which no annotation stays. A range is <A, <=A, >A, >=A, =A or A..B; areas are px^2 as the file has them, and
small, medium and large are those of COCO's evaluation (up to 32^2, up to 96^2, above).
"""
_EXAMPLE = "Example: cocokit filter instances.json --category a --area '>=1024' -o b.json"


@click.command(name="filter", help=_HELP, epilog=_EXAMPLE, short_help="Choose annotations and images of a dataset.")
@click.argument("file", type=click.Path())
@click.option("-o", "--output", required=True, metavar="OUT", help="The new file.")
@click.option("--category", "categories", multiple=True, metavar="NAME", help="Only this category; name or id; often.")
@click.option("--area", "areas", multiple=True, metavar="RANGE", help="Only such areas; small, medium, large; often.")
@click.option("--aspect", "aspects", multiple=True, metavar="RANGE", help="Only boxes whose width / height is such.")
@click.option(
    "--crowds", type=click.Choice(["all", "only", "without"]), default="all", show_default=True, help="Crowd regions."
)
@click.option("--license", "licenses", multiple=True, metavar="NAME", help="Only images of this licence; name or id.")
@click.option(
    "--images",
    type=click.Choice(["all", "with", "without"]),
    default="all",
    show_default=True,
    help="Only images with, or without, annotations that stay.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")  # fmt: skip
def command(
    file: str, output: str, categories: tuple[str, ...], areas: tuple[str, ...], aspects: tuple[str, ...],
    crowds: Crowds, licenses: tuple[str, ...], images: Which, as_json: bool,
) -> None:  # fmt: skip
    """Run ``cocokit filter``."""
    from ..edits import Wanted, filter_dataset, parse_area, parse_range

    wanted = Wanted(categories or None, [parse_area(a, "--area") for a in areas],
                    [parse_range(a, "--aspect") for a in aspects], crowds, licenses or None, images)  # fmt: skip
    dataset = opened(file)
    with Progress(f"filtering {file}"):
        made, ids = filter_dataset(dataset, wanted, file)
    write(made, ids, output, None, as_json=as_json)
