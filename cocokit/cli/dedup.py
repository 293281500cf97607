"""``cocokit dedup``: near duplicates among photos."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from . import DONE, FOUND_PROBLEMS, _parse
from ._progress import Count, Progress

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..near.finding import Found

_HELP = """Find near duplicates among photos.

SOURCE is a folder of photos, or a COCO dataset whose photos lie in --images. Copies that were resized, saved again,
made brighter or darker, or cut by up to a twentieth are found; the groups can be looked at on a page, and given to
split.
"""
_EXAMPLE = "Example: cocokit dedup photos --sheet near.html --csv groups.csv"
_SHOWN = 10


@click.command(name="dedup", help=_HELP, epilog=_EXAMPLE, short_help="Find near duplicates among photos.")
@click.argument("source", type=click.Path())
@click.option("--images", metavar="DIR", help="The folder of the dataset's photos.")
@click.option("--radius", type=int, default=7, show_default=True, help="Bits of 64 in which hashes may differ, 0 to 7.")
@click.option("--threshold", type=float, default=0.9, show_default=True, help="Score from which a pair is one photo.")
@click.option("--crops/--no-crops", default=True, help="Also find photos that were cut (default).")
@click.option(
    "--sheet",
    callback=_parse.option_value(_parse.name_ending(".html")),
    metavar="FILE.html",
    help="Write a page with the photos of each group.",
)
@click.option("--csv", "csv_file", metavar="FILE", help="Write the groups: a row per photo that is in one.")
@click.option("--fail", is_flag=True, help="Exit with 3 when there are near duplicates.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(source: str, images: str | None, fail: bool, as_json: bool, **given: Any) -> int:
    """Run ``cocokit dedup``; its exit code."""
    from ..near.finding import find_near

    paths, names, dataset = _photos(source, images)
    with Progress(f"comparing the photos of {source}") as line:
        numbers = given["radius"], given["threshold"], given["crops"]
        found = find_near(paths, *numbers, progress=lambda _, done, total: line.at(done, total))
    if given["sheet"]:
        from ..near.sheet import contact_sheet

        with Count(given["sheet"], "groups") as line:
            contact_sheet(found, paths, given["sheet"], names, line)
    if given["csv_file"]:
        _write_csv(given["csv_file"], found, names, dataset)
    if as_json:
        _print_json(found, names)
    else:
        click.echo("\n".join(_lines(found, names)))
    return FOUND_PROBLEMS if fail and len(found.pairs) else DONE


def _photos(source: str, images: str | None) -> tuple[list[str], list[str], Dataset | None]:
    """The files, what each is called, and the dataset if there is one."""
    from ..near.files import photos_in, photos_of

    if os.path.isdir(source):
        paths = photos_in(source)
        return paths, [os.path.relpath(path, source) for path in paths], None
    from ..config import load_settings
    from ..dataset import Dataset

    dataset = Dataset.open(source)
    folder = load_settings({"images": images}).images
    if folder is None:
        raise click.UsageError("the photos of a dataset are wanted: give --images DIR")
    return photos_of(dataset, folder), [name or "" for name in dataset.images.file_name or []], dataset


def _numbered(found: Found) -> list[tuple[int, int]]:
    """(number of the group from 1, row) of each photo that is in one."""
    return [(number, row) for number, rows in enumerate(found.groups(), 1) for row in rows.tolist()]


def _write_csv(path: str, found: Found, names: Sequence[str], dataset: Dataset | None) -> None:
    from cocokit.eval import tables

    head = ["group", "file_name"] + (["image_id"] if dataset is not None else [])
    rows = [[number, names[row]] + ([int(dataset.images.id[row])] if dataset is not None else [])
            for number, row in _numbered(found)]  # fmt: skip
    tables.write_csv(path, head, iter(rows))


def _print_json(found: Found, names: Sequence[str]) -> None:
    from ._output import print_json

    pairs = zip(found.pairs.tolist(), found.scores.tolist(), strict=True)
    print_json(
        {
            "photos": len(names),
            "groups": [[names[row] for row in rows.tolist()] for rows in found.groups()],
            "pairs": [[names[a], names[b], round(score, 4)] for (a, b), score in pairs],
            "rejected": found.rejected,
            "failed": [{"path": path, "reason": reason} for path, reason in found.failed],
        }
    )


def _lines(found: Found, names: Sequence[str]) -> list[str]:
    from ..near.sheet import summarised
    from ..places import counted

    found_groups = found.groups()
    lines = [summarised(found_groups, len(names))]
    for number, rows in enumerate(found_groups[:_SHOWN], 1):
        some = ", ".join(names[row] for row in rows[:4].tolist())
        lines.append(f"  group {number}: {some}{f', and {len(rows) - 4:,} more' if len(rows) > 4 else ''}")
    if len(found_groups) > _SHOWN:
        lines.append(f"  and {len(found_groups) - _SHOWN:,} more groups; --csv FILE or --json has them all")
    if found.failed:
        lines.append(f"{counted(len(found.failed), 'file')} could not be compared:")
        lines += [f"  {path}: {reason}" for path, reason in found.failed[:_SHOWN]]
        lines += [f"  and {len(found.failed) - _SHOWN:,} more"] if len(found.failed) > _SHOWN else []
    return lines
