"""``cocokit import``: a dataset of any format, or its images, into the workspace."""

from __future__ import annotations

import os
import re

import click

from ._progress import Count

_HELP = """Bring a dataset into the workspace, from any format that convert knows.

SRC is a file, a folder or a zip. It becomes datasets/NAME: dataset.json (COCO), the photos, and provenance.json, which
says where it comes from, with checksums and what the format could not tell. --as images brings only the photos, upright
and without notes about places, into images/, and datasets/NAME/dataset.json lists them: a campaign can begin with it.
SRC may then be a folder of photos too.
"""
_EXAMPLE = "Example: cocokit import instances.json --name pets"
_SHORT = "Bring a dataset of any format, or its images, into the workspace."


@click.command(name="import", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("src", type=click.Path())
@click.option("--name", metavar="NAME", help="What it is called here.  [default: the name of SRC]")
@click.option("--as", "kind", type=click.Choice(["dataset", "images"]), default="dataset", show_default=True,
              help="A finished dataset, or images to annotate.")  # fmt: skip
@click.option("--from", "source", metavar="FORMAT", help="The format of SRC, where it cannot be found.")
@click.option("--images", metavar="DIR", help="The folder with the photos, where SRC does not say it.")
@click.option("--photos/--no-photos", default=True, help="Copy the photos of a dataset (default), or leave them.")
@click.option("--strict", is_flag=True, help="Stop at the first photo that is missing or broken.")
@click.option("--replace", is_flag=True, help="Replace an earlier import of this name.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(
    src: str, name: str | None, kind: str, source: str | None, images: str | None, photos: bool, strict: bool,
    replace: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run ``cocokit import``."""
    from ..formats.importing import import_dataset
    from ._imported import import_images
    from ._workspace import workspace

    home = os.path.relpath(workspace())
    folder = os.path.normpath(os.path.join(home, "datasets", _name_of(name, src)))
    _refuse(src, folder, replace)
    with Count(f"importing {src}", "photos") as progress:
        if kind == "images":
            made = import_images(src, folder, home, source, images, strict, progress)
        else:
            made = import_dataset(
                src, folder, format_name=source, images=images, photos=photos, strict=strict, progress=progress
            )
    if as_json:
        from dataclasses import asdict

        from ._output import print_json

        print_json({"folder": folder, "as": kind, **asdict(made)})
        return
    from ..places import counted

    for sentence in made.left_out:
        click.echo(f"left out: {sentence}", err=True)
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    parts = [counted(made.images, "image")]
    parts += [] if kind == "images" else [counted(made.annotations, "annotation"), counted(made.photos, "photo")]
    parts += [counted(made.categories, "category")]
    click.echo(f"{folder}: {', '.join(parts)} from {src} ({made.format})")
    file = os.path.join(folder, "dataset.json")
    click.echo(f"next: cocokit {f'campaign create NAME --coco {file}' if kind == 'images' else f'check {file}'}")


def _name_of(name: str | None, src: str) -> str:
    """A name for a folder: as it was given, or what SRC is called, made plain."""
    from ..errors import ParamsError

    if name is not None:
        if not re.fullmatch(r"[\w-][\w .-]*", name):
            raise ParamsError("--name", name, "use letters, digits, -, _ and dots, no dot at the beginning")
        return name
    stem = os.path.basename(os.path.abspath(src))
    stem = stem if os.path.isdir(src) else os.path.splitext(stem)[0]
    return re.sub(r"[^\w.-]+", "_", stem).lstrip(".") or "dataset"


def _refuse(src: str, folder: str, replace: bool) -> None:
    """What cannot be, before anything is read."""
    from ..errors import CocokitError, DataError

    if not os.path.exists(src):
        raise DataError(src, "", "no such file or folder", "check the path")
    if os.path.lexists(folder) and not replace:
        raise CocokitError(f"there is a {folder} already; choose another --name, or --replace it")
