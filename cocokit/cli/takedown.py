"""``cocokit takedown``: a photo, its annotations and what was made of it go, and never come back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click

from ._campaigns import json_option

if TYPE_CHECKING:
    from ..collection.takedown import Takedown

_SHORT = "Remove a photo that must not be used, and what was made of it."
_HELP = """Remove a photo by its id at the source, such as flickr:2345678901, for good.

Its files go from the collection and from the workspace's images/ and caches, its rows and annotations from each
--dataset. The ledger keeps the id, the time and the reason, so that it is never fetched again.
"""
_EXAMPLE = 'Example: cocokit takedown folder:139.jpg --reason "the owner asked"'


@click.command(name="takedown", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("key", metavar="SOURCE:ID")
@click.option("--reason", required=True, help="Why; it stays in the ledger.")
@click.option(
    "--dataset", "datasets", metavar="FILE", multiple=True, help="A COCO file that may have it; may be given again."
)
@click.option("--collection", metavar="DIR", help="The collection.  [default: candidates/ of the workspace]")
@json_option
def command(key: str, reason: str, datasets: tuple[str, ...], collection: str | None, as_json: bool) -> None:
    """Run ``cocokit takedown``."""
    from ..collection.listing import write_lists
    from ..collection.takedown import take_down
    from ..config import find_settings_file
    from .collect import collection_folder

    folder = collection or collection_folder()
    done = take_down(key, reason, folder, datasets)
    settings = find_settings_file()
    more = _from_workspace(os.path.dirname(settings), done.sha256) if settings and done.sha256 else 0
    write_lists(folder)
    _tell(done, done.files + more, as_json)


def _from_workspace(workspace: str, sha256: str) -> int:
    """Remove the photo from the workspace's images, and all of its cache; how many photos that were."""
    folder = os.path.join(workspace, "images", sha256[:2])
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = [os.path.join(folder, name) for name in names if name.partition(".")[0] == sha256]
    for path in found:
        os.unlink(path)
    if found:
        shutil.rmtree(os.path.join(workspace, "cache"), ignore_errors=True)
    return len(found)


def _tell(done: Takedown, files: int, as_json: bool) -> None:
    from ..places import counted

    if as_json:
        from ._output import print_json

        print_json({"key": done.key, "sha256": done.sha256, "files": files, "images": done.images,
                    "annotations": done.annotations})  # fmt: skip
        return
    click.echo(f"{done.key} is taken down: {counted(files, 'file')} removed")
    for path, count in done.images.items():
        click.echo(f"{path}: {counted(count, 'image')} and {counted(done.annotations[path], 'annotation')} removed")
