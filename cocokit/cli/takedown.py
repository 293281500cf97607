"""``cocokit takedown``: a photo, its annotations and what was made of it go, and never come back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click

from ._campaigns import json_option
from ._workspace import open_database

if TYPE_CHECKING:
    from ..campaign.withdrawing import Withdrawal
    from ..collection.takedown import Takedown
    from ..store.database import Database

_SHORT = "Remove a photo that must not be used, and what was made of it."
_HELP = """Remove a photo by its id at the source, such as flickr:2345678901, for good.

Its files go from the collection and from the workspace's images/ and caches, its rows and annotations from each
--dataset. Campaigns of the workspace lose the image, also while they run: nobody gets it any more, and it is not
exported. The ledger keeps the id, the time and the reason, so that it is never fetched again.
"""
_EXAMPLE = 'Example: cocokit takedown folder:1.png --reason "the owner asked"'


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
    from ..campaign.withdrawing import find_photo, withdraw_photo
    from ..collection.listing import write_lists
    from ..collection.takedown import take_down
    from ..config import find_settings_file
    from .collect import collection_folder

    folder = collection or collection_folder()
    database = _database()
    known = database is not None and bool(find_photo(database, key))
    done = take_down(key, reason, folder, datasets, known=known)
    campaigns = withdraw_photo(database, key, done.sha256, reason.strip()) if database else []
    settings = find_settings_file()
    names = {name for one in campaigns for name in one.file_names}
    files = _from_workspace(os.path.dirname(settings), names, done.sha256) if settings else 0
    write_lists(folder)
    _tell(done, done.files + files, campaigns, as_json)


def _database() -> Database | None:
    """The workspace's database; None if no campaign was ever made here."""
    from ..errors import NotFoundError

    try:
        return open_database()
    except NotFoundError:
        return None


def _from_workspace(workspace: str, names: set[str], sha256: str | None) -> int:
    """Remove a photo from the workspace's images, and all of its cache; how many files that were.

    The cache goes first: a call that is killed in between finds the photo again, and ends what it began.
    """
    images = os.path.realpath(os.path.join(workspace, "images"))
    if sha256:
        near = os.path.join(images, sha256[:2])
        same = os.listdir(near) if os.path.isdir(near) else []
        names = names | {f"{sha256[:2]}/{name}" for name in same if name.partition(".")[0] == sha256}
    paths = [os.path.realpath(os.path.join(images, name)) for name in sorted(names)]
    found = [path for path in paths if path.startswith(images + os.sep) and os.path.isfile(path)]
    for path in found:
        shutil.rmtree(os.path.join(workspace, "cache"), ignore_errors=True)
        os.unlink(path)
    if found:  # a page that was just open may have made copies meanwhile; from now on there is nothing to make them of
        shutil.rmtree(os.path.join(workspace, "cache"), ignore_errors=True)
    return len(found)


def _tell(done: Takedown, files: int, campaigns: list[Withdrawal], as_json: bool) -> None:
    from ..places import counted

    if as_json:
        from ._output import print_json

        lost = {one.campaign: {"images": list(one.images), "leases": one.leases} for one in campaigns}
        print_json({"key": done.key, "sha256": done.sha256, "files": files, "images": done.images,
                    "annotations": done.annotations, "campaigns": lost})  # fmt: skip
        return
    click.echo(f"{done.key} is taken down: {counted(files, 'file')} removed")
    for path, count in done.images.items():
        click.echo(f"{path}: {counted(count, 'image')} and {counted(done.annotations[path], 'annotation')} removed")
    for one in campaigns:
        ended = f", {counted(one.leases, 'open assignment')} ended" if one.leases else ""
        had = "withdrawn" if one.fresh else "was withdrawn before"
        ids = ", ".join(map(str, one.images))
        click.echo(f"campaign {one.campaign}: image {ids} {had}{ended}; give what it has exported to --dataset")
