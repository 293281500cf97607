"""``cocokit publish``: a dataset as a folder with splits, card and manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ._divided import Division, division, division_options
from ._edited import opened
from ._progress import Count

if TYPE_CHECKING:
    from ..publishing import Part, Published

_HELP = """Publish a dataset as a folder with its splits, photographs, a card and a manifest.

FILES are train=a.json val=b.json, or one file, which --split divides. Everything is checked first; the folder appears
whole or not at all. The annotations of a split test that --split makes are withheld: they go into a key beside the
folder. The card (README.md) is written from what was counted and from --about, a TOML file with what only people know:
title, description, collected, annotated, license, authors, year, url, contact, limits.
"""
_EXAMPLE = "Example: cocokit publish instances.json -o published"
_SHORT = "Publish a dataset: splits, card, manifest."


@click.command(name="publish", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("files", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder; an earlier one is replaced.")
@division_options
@click.option("--images", metavar="DIR", help="Folder of the photographs, to be copied.")
@click.option("--about", "about_file", metavar="FILE.toml", help="What people say of it.")
@click.option("--provenance", metavar="FILE", help="The provenance.json of a campaign's export, for the card.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(
    files: tuple[str, ...], output: str, images: str | None, about_file: str | None, provenance: str | None,
    as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """Run ``cocokit publish``."""
    from ..errors import DataError
    from ..publishing import publish, read_about

    count = Count(f"publishing {output}", "photographs")
    plan = division(dict(given), images, count)
    about = read_about(about_file) if about_file is not None else None
    extra = {"provenance.json": provenance} if provenance is not None else {}
    settings, keys = (plan.settings(), plan.keys(output)) if plan else ({}, {})
    seed = plan.seed if plan and plan.words is not None else None
    with count:
        parts, paths = _parts(files, plan)
        try:
            made = publish(parts, output, about=about, images=images, extra=extra, seed=seed, settings=settings,
                           keys=keys, progress=plan.copying if plan else count)  # fmt: skip
        except DataError as error:
            if plan is not None and error.path in paths:  # its rows are counted as in the file that was divided
                from ..publishing.releasing import refuse_errors

                refuse_errors(opened(files[0]), files[0])
            raise error.renamed(paths) from error
    say(made, keys, plan.notes if plan else [], "--images DIR", as_json=as_json)


def _parts(files: Sequence[str], plan: Division | None) -> tuple[list[Part], dict[str, str]]:
    """One part for each word: NAME=FILE, or FILE alone, which may be divided; and the files of names in errors."""
    from ..errors import DataError
    from ..publishing import divide

    if len(files) == 1 and "=" not in files[0]:
        part = _part("", files[0])
        if plan is None:
            return [part], {part.name: files[0]}
        try:
            parts = divide(part.dataset, plan.rows(part.dataset), part.kind)
            return parts, {each.name: files[0] for each in parts}
        except DataError as error:
            raise error.renamed({"dataset": files[0]}) from error
    if plan is not None:
        raise click.UsageError("--split and --splits divide one file, and these are divided already")
    words = [word.partition("=") for word in files]
    for name, equals, path in words:
        if not (equals and path and name.isidentifier()):
            raise click.UsageError(f"{name}{equals}{path} is not NAME=FILE such as train=train.json")
    parts = [_part(name, path) for name, _, path in words]
    return parts, {part.name: path for part, (_, _, path) in zip(parts, words, strict=True)}


def _part(name: str, path: str) -> Part:
    from ..publishing import Part
    from ..splitting.writing import kind_of

    dataset = opened(path)
    return Part(kind_of(dataset) if "annotations" in dataset.members else "image_info", name, dataset)


def say(made: Published, keys: dict[str, str], notes: list[str], photos: str, *, as_json: bool) -> None:
    """Print what was published, where keys are, what there is to note, and which option brings the photographs."""
    from ..places import counted

    splits = {name: split.counts() for name, split in made.facts.splits.items()}
    if as_json:
        from ._output import print_json

        print_json({"folder": made.folder, "manifest": made.manifest, "splits": splits, "keys": keys, "notes": notes,
                    "files": made.files})  # fmt: skip
        return
    for name, counts in splits.items():
        parts = [counted(counts["images"], "image")]
        hidden = made.facts.splits[name].withheld
        parts += ["annotations withheld"] if hidden else [counted(counts["instances"], "instance")]
        nouns = {"crowds": "crowd region", "captions": "caption"}
        parts += [counted(counts[plural], noun) for plural, noun in nouns.items() if counts[plural]]
        click.echo(f"{made.folder}{': ' + name if name else ''}: {', '.join(parts)}")
    for name, path in keys.items():
        click.echo(f"{path}: the annotations of {name}; keep it where the evaluation is done")
    if not any(name.startswith("images/") for name in made.files):
        click.echo(f"without the photographs, which {photos} brings")
    for note in notes:
        click.echo(note)
    click.echo(f"sha256 of the manifest: {made.manifest}; check: cocokit verify {made.folder}")
