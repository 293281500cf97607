"""What the commands that make a dataset from others share: reading, writing, and the sentence about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..places import counted
from ._progress import Progress

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..edits import IdMap


def opened(path: str) -> Dataset:
    """A dataset from a file."""
    from ..dataset import Dataset

    with Progress(f"reading {path}"):
        return Dataset.open(path)


def beside(output: str) -> str:
    """Where the map of a file goes: ``out.json`` has ``out.map.json``."""
    return f"{os.path.splitext(output)[0]}.map.json"


def write(dataset: Dataset, ids: IdMap, output: str, map_file: str | None, *, as_json: bool) -> None:
    """Write a dataset and its map, and say so.

    Args:
        dataset: what was made.
        ids: which ids changed.
        output: the file.
        map_file: where the map goes; None if no id changed and nobody asked for it.
        as_json: one line of JSON instead of a sentence.
    """
    with Progress(f"writing {output}") as progress:
        dataset.write(output, progress.at)
    if map_file is not None:
        ids.write(map_file)
    say(dataset, ids, output, map_file, as_json=as_json)


def say(dataset: Dataset, ids: IdMap, output: str, map_file: str | None, *, as_json: bool) -> None:
    """Print what was made."""
    sizes = {"images": len(dataset.images), "annotations": len(dataset.annotations),
             "categories": len(dataset.categories)}  # fmt: skip
    if as_json:
        from ._output import print_json

        print_json({"output": output, "map": map_file, **sizes, "counts": ids.counts})
        return
    parts = [counted(sizes["images"], "image"), counted(sizes["annotations"], "annotation"),
             counted(sizes["categories"], "category")]  # fmt: skip
    click.echo(f"{output}: {', '.join(parts)}")
    for name, count in ids.counts.items():
        if count:
            click.echo(f"{name.replace('_', ' ')}: {count:,}")
    if map_file is not None:
        moved = sum(len(table) for source in ids.sources for table in source.changed.values())
        click.echo(f"{map_file}: {counted(moved, 'id') if moved else 'no id'} changed")
