"""``cocokit bulk``: photographs hashed and brought into a campaign by several machines, from a queue in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from . import DONE, FOUND_PROBLEMS
from ._progress import Progress
from ._workspace import database_option, database_place, open_database, photo_folder

if TYPE_CHECKING:
    from ..bulk.queue import Progress as Standing
    from ..bulk.queue import Queue

_HELP = """Hash photographs, and bring them into a campaign, with several machines.

Photographs are paths and URLs (s3://..., https://...); batches of them wait in the campaign's PostgreSQL. Start
"cocokit bulk work" on as many machines as you like: each takes batches until there are none, also those of one that
died. Machines that bring photographs into a campaign share its workspace.
"""
_SHORT = "Hash and ingest photographs with several machines."


@click.group(name="bulk", help=_HELP, epilog="Example: cocokit bulk status", short_help=_SHORT)
def command() -> None:
    """Run ``cocokit bulk``."""


@command.command(help="Queue photographs, and those in folders.", epilog="Example: cocokit bulk add photos")
@click.argument("places", nargs=-1, required=True)
@click.option("--batch", type=int, default=256, show_default=True, help="Photographs in a job.")
@click.option("--campaign", metavar="NAME", help="A draft to bring them into; without it they are only hashed.")
@database_option
def add(places: tuple[str, ...], batch: int, campaign: str | None, db: str | None) -> None:
    """Run ``cocokit bulk add``."""
    from ..bulk.photographs import list_addresses
    from ..places import counted

    with Progress("queueing photographs", kernels=False):
        addresses = list(list_addresses(places))
        if campaign is not None:
            open_database(db)  # it must be of the newest version
        jobs = _queue(db).add(addresses, batch, campaign)
    click.echo(f"{counted(len(addresses), 'photograph')} in {counted(jobs, 'job')}; cocokit bulk work does them")


@command.command(help="Do jobs until there are none left.", epilog="Example: cocokit bulk work")
@database_option
def work(db: str | None) -> int:
    """Run ``cocokit bulk work``; its exit code."""
    with Progress("doing photographs", kernels=False) as line:

        def report(found: Standing) -> None:
            line.at(found.done, found.done + found.doing + found.waiting)

        found = _queue(db).work(report)
    click.echo(_sentence(found))
    return FOUND_PROBLEMS if found.failed else DONE


@command.command(help="How far the queue is.", epilog="Example: cocokit bulk status")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@database_option
def status(db: str | None, as_json: bool) -> None:
    """Run ``cocokit bulk status``."""
    from dataclasses import asdict

    from ._output import print_json

    found = _queue(db).progress()
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(_sentence(found))


@command.command(help="Write what was found as a table.", epilog="Example: cocokit bulk hashes -o all.csv")
@click.option("-o", "--output", metavar="FILE.csv", required=True, help="The file to write.")
@click.option("--faults", is_flag=True, help="Only what cannot be used, with the reason.")
@database_option
def hashes(output: str, faults: bool, db: str | None) -> None:
    """Run ``cocokit bulk hashes``."""
    import csv
    import io

    from ..atomic import write_text
    from ..places import counted

    found, text = [one for one in _queue(db).photographs() if one.fault or not faults], io.StringIO()
    rows: Callable[[Any], Any] = csv.writer(text, lineterminator="\n").writerow
    rows(("address", "sha256", "hash", "fault"))
    for one in found:
        rows((one.address, one.sha256, one.hash, one.fault))
    write_text(output, text.getvalue())
    click.echo(f"{output}: {counted(len(found), 'photograph')}")


def _queue(db: str | None) -> Queue:
    from ..bulk.ingesting import Workplace
    from ..bulk.queue import Queue
    from ..campaign.opening import open_database as connect
    from ..config import load_settings
    from ..errors import NotFoundError

    place = database_place(db)
    queue = Queue(place)
    try:
        images = photo_folder()
    except NotFoundError:  # no workspace here: this machine can only hash
        return queue
    database = connect(place)
    click.get_current_context().call_on_close(database.close)
    queue.place = Workplace(database, images, load_settings().max_pixels)
    return queue


def _sentence(found: Standing) -> str:
    from ..places import counted

    faults = f", {found.faults:,} of them with a fault" if found.faults else ""
    failed = f", {found.failed:,} failed" if found.failed else ""
    return (
        f"jobs: {found.done:,} done, {found.doing:,} being done, {found.waiting:,} waiting{failed}; "
        f"{counted(found.photographs, 'photograph')} known{faults}"
    )
