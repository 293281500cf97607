"""``cocokit takedown``: a photo, its annotations and what was made of it go, and never come back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import click

from ._campaigns import json_option
from ._workspace import open_database

if TYPE_CHECKING:
    from ..collection.takedown import Takedown

_SHORT = "Remove a photo that must not be used, and what was made of it."
_HELP = """Remove a photo by its id at the source, such as flickr:2345678901, for good.

Its files go from the collection and from the workspace's images/ and caches, its rows and annotations from each
--dataset. The ledger keeps the id, the time and the reason, so that it is never fetched again.
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
    from ..collection.listing import write_lists
    from ..collection.takedown import take_down
    from ..config import find_settings_file
    from .collect import collection_folder

    folder = collection or collection_folder()
    done = take_down(key, reason, folder, datasets)
    settings = find_settings_file()
    files, campaigns = _from_workspace(os.path.dirname(settings), key, done.sha256) if settings else (0, [])
    write_lists(folder)
    _tell(done, done.files + files, campaigns, as_json)


def _from_workspace(workspace: str, key: str, sha256: str | None) -> tuple[int, list[str]]:
    """Remove the photo from the workspace's images, and all of its cache; how many photos, and whose campaigns'."""
    images = os.path.realpath(os.path.join(workspace, "images"))
    names, campaigns = _in_campaigns(key)
    if sha256:
        near = os.path.join(images, sha256[:2])
        same = os.listdir(near) if os.path.isdir(near) else []
        names |= {f"{sha256[:2]}/{name}" for name in same if name.partition(".")[0] == sha256}
    paths = [os.path.realpath(os.path.join(images, name)) for name in sorted(names)]
    found = [path for path in paths if path.startswith(images + os.sep) and os.path.isfile(path)]
    for path in found:
        os.unlink(path)
    if found:
        shutil.rmtree(os.path.join(workspace, "cache"), ignore_errors=True)
    return len(found), campaigns


def _in_campaigns(key: str) -> tuple[set[str], list[str]]:
    """The file names that campaigns of the workspace have for a photo, and the campaigns' names."""
    from ..errors import NotFoundError
    from ..store.campaigns import campaign_names, find_campaign
    from ..store.exports import export_images

    try:
        database = open_database()
    except NotFoundError:  # no campaign was ever made here
        return set(), []
    names, campaigns = set[str](), []
    with database.read() as tx:
        for name in campaign_names(tx):
            campaign = find_campaign(tx, name)
            images = export_images(tx, campaign.id) if campaign else []
            mine = {
                one.file_name for one in images if f"{one.origin.get('source')}:{one.origin.get('source_id')}" == key
            }
            names |= mine
            campaigns += [name] if mine else []
    return names, campaigns


def _tell(done: Takedown, files: int, campaigns: list[str], as_json: bool) -> None:
    from ..places import counted

    if as_json:
        from ._output import print_json

        print_json({"key": done.key, "sha256": done.sha256, "files": files, "images": done.images,
                    "annotations": done.annotations, "campaigns": campaigns})  # fmt: skip
        return
    click.echo(f"{done.key} is taken down: {counted(files, 'file')} removed")
    for path, count in done.images.items():
        click.echo(f"{path}: {counted(count, 'image')} and {counted(done.annotations[path], 'annotation')} removed")
    for name in campaigns:
        click.echo(f"campaign {name} had it: its answers stay; give what it exports to --dataset")
