"""``cocokit export``: what is finished of a campaign, as COCO files."""

from __future__ import annotations

import os

import click

from ._campaigns import campaign_options, open_campaign
from ._progress import Progress

_HELP = """Write what is finished of the campaign as COCO files.

The folder gets instances.json, captions.json, provenance.json (where every annotation comes from), images.json (which
images are not finished, and why) and manifest.json. It appears whole or not at all; an earlier export is replaced. The
same campaign gives the same bytes. --unfinished adds images that still lack annotations; train on none of them.
"""
_EXAMPLE = "Example: cocokit export -o out"
_SHORT = "Write what is finished of the campaign as COCO files."


@click.command(name="export", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.option("-o", "--output", metavar="DIR", help="The folder.  [default: exports/NAME in the workspace]")
@click.option("--unfinished", is_flag=True, help="Also what is good already on images that are not finished.")
@campaign_options
def command(name: str | None, db: str | None, output: str | None, unfinished: bool, as_json: bool) -> None:
    """Run ``cocokit export``."""
    from dataclasses import asdict

    from ..campaign.export import export_campaign
    from ..pipeline.leases import SteadyClock
    from ..places import counted
    from ..store.journal import note

    database, campaign = open_campaign(db, name)
    known = campaign.record.name
    folder = output or _default(known)
    with Progress(f"exporting {known}") as progress:
        made = export_campaign(database, known, folder, progress.at, unfinished=unfinished)
    found = asdict(made)
    database.run(lambda tx: note(tx, campaign.id, "exported", SteadyClock().now(), data=found))
    if as_json:
        from ._output import print_json

        print_json({"campaign": known, **found})
        return
    parts = [counted(made.annotations, "instance"), counted(made.crowds, "crowd"), counted(made.captions, "caption")]
    click.echo(f"{folder}: {counted(made.images, 'image' if unfinished else 'finished image')}, {', '.join(parts)}")
    if unfinished:
        click.echo(f"images that are not finished lack annotations; {os.path.join(folder, 'images.json')} names them")
    elif made.unfinished or made.dropped:
        why = os.path.join(folder, "images.json")
        click.echo(f"not in it: {made.unfinished:,} unfinished, {made.dropped:,} dropped; {why} says why")


def _default(name: str) -> str:
    """A folder in the workspace, called after the campaign."""
    import re

    from ._workspace import workspace

    return os.path.relpath(os.path.join(workspace(), "exports", re.sub(r"[^\w.-]+", "_", name).lstrip(".") or "_"))
