"""``cocokit export``: what is finished of a campaign, as COCO files, and as a dataset to publish."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ._campaigns import campaign_options, open_campaign
from ._divided import Division, division, division_options
from ._progress import Count, Progress

if TYPE_CHECKING:
    from ..campaign.context import Campaign
    from ..store.database import Database

_HELP = """Write what is finished of the campaign as COCO files.

The folder gets instances.json, captions.json, provenance.json (where every annotation comes from), images.json (which
images are not finished, and why) and manifest.json. It appears whole or not at all; an earlier export is replaced. The
same campaign gives the same bytes. --unfinished adds images that still lack annotations; train on none of them.

With --split or --splits it is published at once: a file for each split, a card (README.md), and a manifest that cocokit
verify reads; --photos copies the photographs too. The annotations of a split test that --split makes are withheld: they
go into a key beside the folder.
"""
_EXAMPLE = "Example: cocokit export -o out"
_SHORT = "Write what is finished of the campaign as COCO files."


@click.command(name="export", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.option("-o", "--output", metavar="DIR", help="The folder.  [default: exports/NAME in the workspace]")
@click.option("--unfinished", is_flag=True, help="Also what is good already on images that are not finished.")
@division_options
@click.option("--photos", is_flag=True, help="Publish with the photographs.")
@click.option("--about", "about_file", metavar="FILE.toml", help="Publish with what people say of it on the card.")
@campaign_options
def command(
    name: str | None, db: str | None, output: str | None, unfinished: bool, photos: bool, about_file: str | None,
    as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """Run ``cocokit export``."""
    from ._workspace import photo_folder

    near = "near" in (given["groups"] or "").split(",")
    count = Count(f"exporting {name or 'the campaign'}", "images")
    plan = division(dict(given), photo_folder() if near else None, count)
    database, campaign = open_campaign(db, name)
    folder = output or _default(campaign.record.name)
    if plan is None and not photos and about_file is None:
        _export(database, campaign, folder, unfinished, as_json)
    else:
        images = photo_folder() if photos else None
        _publish(database, campaign, folder, plan, about_file, unfinished, images, count, as_json)


def _export(database: Database, campaign: Campaign, folder: str, unfinished: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from ..campaign.export import export_campaign
    from ..places import counted

    known = campaign.record.name
    with Progress(f"exporting {known}") as progress:
        made = export_campaign(database, known, folder, progress.at, unfinished=unfinished)
    _note(database, campaign, asdict(made))
    if as_json:
        from ._output import print_json

        print_json({"campaign": known, **asdict(made)})
        return
    counts = {"instance": made.annotations, "crowd region": made.crowds, "caption": made.captions}
    parts = [counted(number, noun) for noun, number in counts.items()]
    click.echo(f"{folder}: {counted(made.images, 'image' if unfinished else 'finished image')}, {', '.join(parts)}")
    if unfinished:
        click.echo(f"images that are not finished lack annotations; {os.path.join(folder, 'images.json')} names them")
    elif made.unfinished or made.dropped:
        why = os.path.join(folder, "images.json")
        click.echo(f"not in it: {made.unfinished:,} unfinished, {made.dropped:,} dropped; {why} says why")


def _publish(
    database: Database, campaign: Campaign, folder: str, plan: Division | None, about_file: str | None,
    unfinished: bool, images: str | None, count: Count, as_json: bool,
) -> None:  # fmt: skip
    """Export into a folder that goes, and publish that."""
    import tempfile

    from ..campaign.export import export_campaign
    from ..publishing import publish_export, read_about
    from .publish import say

    about, known = read_about(about_file) if about_file is not None else None, campaign.record.name
    settings, keys = (plan.settings(), plan.keys(folder)) if plan else ({}, {})
    seed = plan.seed if plan and plan.words is not None else None
    with tempfile.TemporaryDirectory() as made, count:
        place = os.path.join(made, "export")
        export_campaign(database, known, place, count, unfinished=unfinished)
        found = publish_export(place, folder, plan.rows if plan else None, about=about, images=images, seed=seed,
                               settings=settings, keys=keys, progress=plan.copying if plan else count)  # fmt: skip
    _note(database, campaign, {"folder": folder, "manifest": found.manifest, "images": found.facts.total("images")})
    say(found, keys, plan.notes if plan else [], "--photos", as_json=as_json)


def _note(database: Database, campaign: Campaign, data: dict[str, Any]) -> None:
    """Write into the campaign's diary that it was exported."""
    from ..pipeline.leases import SteadyClock
    from ..store.journal import note

    database.run(lambda tx: note(tx, campaign.id, "exported", SteadyClock().now(), data=data))


def _default(name: str) -> str:
    """A folder in the workspace, called after the campaign."""
    import re

    from ._workspace import workspace

    return os.path.relpath(os.path.join(workspace(), "exports", re.sub(r"[^\w.-]+", "_", name).lstrip(".") or "_"))
