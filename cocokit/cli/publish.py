"""``cocokit publish``: a dataset as a folder with splits, card and manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ._edited import opened
from ._progress import Count

if TYPE_CHECKING:
    from ..publishing import Part, Published

_HELP = """Publish a dataset as a folder with its splits, photographs, a card and a manifest.

FILES are train=a.json val=b.json, or one file. Everything is checked first; the folder appears whole or not at all. The
card (README.md) is written from what was counted and from --about, a TOML file with what only people know: title,
description, collected, annotated, license, authors, year, url, contact, limits.
"""
_EXAMPLE = "Example: cocokit publish instances.json -o published"
_SHORT = "Publish a dataset: splits, card, manifest."


@click.command(name="publish", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder; an earlier one is replaced.")
@click.option("--splits", "splits_file", metavar="FILE", help='Of one file: {"train": [ids of images], ...}.')
@click.option("--images", metavar="DIR", help="Folder of the photographs, to be copied.")
@click.option("--about", "about_file", metavar="FILE.toml", help="What people say of it.")
@click.option("--provenance", metavar="FILE", help="The provenance.json of a campaign's export, for the card.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(
    files: tuple[str, ...], output: str, splits_file: str | None, images: str | None, about_file: str | None,
    provenance: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Run ``cocokit publish``."""
    from ..publishing import publish, read_about

    about = read_about(about_file) if about_file is not None else None
    extra = {"provenance.json": provenance} if provenance is not None else {}
    parts = _parts(files, splits_file)
    with Count(f"publishing {output}", "photographs") as count:
        made = publish(parts, output, about=about, images=images, extra=extra, progress=count)
    say(made, as_json=as_json)


def _parts(files: Sequence[str], splits_file: str | None) -> list[Part]:
    """One part for each word: NAME=FILE, or FILE alone, which may be divided."""
    from ..publishing import divide, read_splits

    if len(files) == 1 and "=" not in files[0]:
        part = _part("", files[0])
        if splits_file is None:
            return [part]
        return divide(part.dataset, read_splits(splits_file, part.dataset), part.kind)
    if splits_file is not None:
        raise click.UsageError("--splits divides one file, and these are divided already")
    words = [word.partition("=") for word in files]
    for name, equals, path in words:
        if not (equals and path and name.isidentifier()):
            raise click.UsageError(f"{name}{equals}{path} is not NAME=FILE such as train=train.json")
    return [_part(name, path) for name, _, path in words]


def _part(name: str, path: str) -> Part:
    from ..publishing import Part

    dataset = opened(path)
    if "annotations" not in dataset.members:
        kind = "image_info"
    else:
        kind = "captions" if dataset.annotations.captions is not None else "instances"
    return Part(kind, name, dataset)


def say(made: Published, *, as_json: bool) -> None:
    """Print what was published."""
    from ..places import counted

    splits = {name: split.counts() for name, split in made.facts.splits.items()}
    if as_json:
        from ._output import print_json

        print_json({"folder": made.folder, "manifest": made.manifest, "splits": splits, "files": made.files})
        return
    for name, counts in splits.items():
        parts = [counted(counts["images"], "image"), counted(counts["instances"], "instance")]
        parts += [counted(counts[f"{noun}s"], noun) for noun in ("crowd", "caption") if counts[f"{noun}s"]]
        click.echo(f"{made.folder}{': ' + name if name else ''}: {', '.join(parts)}")
    click.echo(f"sha256 of the manifest: {made.manifest}; check: cocokit verify {made.folder}")
