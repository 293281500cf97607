"""``cocokit convert``: a dataset from one format to another, and what is lost on the way."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from . import FOUND_PROBLEMS
from ._progress import Count

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..formats import Format, Loss

_HELP = """Convert a dataset from one format to another.

SRC is a file, a folder or a zip; its format is found from its names and first bytes. DST is a file for coco (--to may
be left out where it ends in .json), and a new folder for most others. What the new format cannot hold is counted
first, and so is what of SRC cannot be read (lines, cuboids, ...): nothing is written then, and the exit code is 3,
unless --allow-lossy says that it may be lost.
"""
_EXAMPLE = "Example: cocokit convert instances.json labels --to yolo --allow-lossy"


def _list(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print every format with what it cannot hold, and end."""
    if wanted:
        from ..formats import FORMATS

        for each in FORMATS.values():
            lost = ", ".join(loss.what for loss in each.losses)
            click.echo(f"{each.name}: {each.title}; {'does not hold ' + lost if lost else 'holds everything'}")
        context.exit()


@click.command(name="convert", help=_HELP, epilog=_EXAMPLE, short_help="Convert a dataset to another format.")
@click.argument("src", type=click.Path())
@click.argument("dst", type=click.Path())
@click.option("--from", "source", metavar="FORMAT", help="The format of SRC, where it cannot be found.")
@click.option("--to", "target", metavar="FORMAT", help="The format of DST.")
@click.option("--images", metavar="DIR", help="The folder with the photos.")
@click.option("--allow-lossy", is_flag=True, help="Write what the format can hold, though it is not all.")
@click.option("--formats", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the formats.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(
    src: str, dst: str, source: str | None, target: str | None, images: str | None, allow_lossy: bool, as_json: bool
) -> int:
    """Run ``cocokit convert``; its exit code."""
    from ..formats import find_format, format_named, lost
    from ..formats.archives import unpacked

    to, notes = _target(dst, target), tuple[str, ...]()
    with unpacked(src) as path:
        found = format_named(source) if source else find_format(path)
        with Count(f"reading {src}", "files") as progress:
            read = found.read(path, images, progress)
        with _named(src):
            losses = lost(read.dataset, to)
        refused = bool(losses or read.lost) and not allow_lossy
        if not refused:
            with Count(f"writing {dst}", "files") as progress, _named(src):
                notes = to.write(read.dataset, dst, images, progress).notes
    head = {"src": src, "from": found.name, "dst": dst, "to": to.name}
    _tell(head, read.dataset, losses, read.lost, [*read.notes, *notes], refused, as_json)
    return FOUND_PROBLEMS if refused else 0


@contextlib.contextmanager
def _named(src: str) -> Iterator[None]:
    """What is wrong with the dataset in memory is wrong in SRC."""
    from ..errors import DataError

    try:
        yield
    except DataError as error:
        raise error.renamed({"dataset": src}) from error


def _target(dst: str, name: str | None) -> Format:
    """The format to write: as it was named, or COCO for a file that ends in .json."""
    from ..errors import ParamsError
    from ..formats import FORMATS, format_named

    if name is None and not dst.lower().endswith(".json"):
        raise ParamsError("--to", "", f"say what to write: {', '.join(FORMATS)}")
    return format_named(name or "coco")


def _tell(
    head: dict[str, str], dataset: Dataset, losses: Sequence[tuple[Loss, int]], unread: Sequence[str],
    notes: Sequence[str], refused: bool, as_json: bool,
) -> None:  # fmt: skip
    from ..places import counted
    from ._output import print_json, table

    sizes = {"image": len(dataset.images), "annotation": len(dataset.annotations), "category": len(dataset.categories)}
    rows = [{"lost": loss.what, "count": count, "what happens": loss.sentence} for loss, count in losses]
    if as_json:
        named = [{"what": loss.what, "count": count, "sentence": loss.sentence} for loss, count in losses]
        counts = {"images": sizes["image"], "annotations": sizes["annotation"], "categories": sizes["category"]}
        print_json({**head, **counts, "unread": [*unread], "lost": named, "notes": [*notes], "written": not refused})
        return
    click.echo(f"{head['src']} ({head['from']}): {', '.join(counted(size, noun) for noun, size in sizes.items())}")
    for sentence in unread:
        click.echo(f"  lost in reading: {sentence}")
    for note in notes:
        click.echo(f"  {note}")
    if rows:
        click.echo("\n".join(table([{**row, "count": f"{row['count']:,}"} for row in rows])))
    lost = bool(rows or unread)
    what = f"{head['to']} cannot hold all of it" if rows else "not all of it can be read"
    end = f"{what}: nothing was written; --allow-lossy writes the rest" if refused else (
        f"{head['dst']} ({head['to']}) written, {'without the above' if lost else 'nothing lost'}")  # fmt: skip
    click.echo(end)
