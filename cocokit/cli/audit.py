"""``cocokit audit``: what requesters did, and whether anything was changed afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from . import FOUND_PROBLEMS
from ._campaigns import json_option
from ._workspace import database_option, open_database

if TYPE_CHECKING:
    from ..campaign.audit import AuditEntry

_DAY = click.DateTime(["%Y-%m-%d"])
_HELP = """Show what was done in the dashboard, the newest first, and check that every line fits the one before it.

Exits with 3 if a line was changed or taken out.
"""
_SHORT = "Show what was done in the dashboard, and check the log."


@click.command(name="audit", help=_HELP, epilog="Example: cocokit audit --action worker.", short_help=_SHORT)
@click.option("--action", default="", metavar="WORD", help="What the action begins with.")
@click.option("--account", default="", metavar="NAME", help="Of one account only.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N", help="At most so many.")
@click.option("--since", type=_DAY, metavar="DAY", help="From this day on, UTC, such as 2026-01-31.")
@click.option("--until", type=_DAY, metavar="DAY", help="Up to the end of this day.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write every line that fits.")
@database_option
@json_option
def command(
    action: str, account: str, limit: int, since: datetime | None, until: datetime | None, csv_file: str | None,
    db: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Run ``cocokit audit``; its exit code."""
    from ..campaign.audit import broken_at, read_audit
    from ._output import print_json, table, write_csv

    database = open_database(db)
    days = _ms(since), None if until is None else _ms(until + timedelta(days=1))
    if csv_file is not None:
        write_csv(csv_file, [_whole(one) for one in read_audit(database, action, account, None, *days)])
    broken = broken_at(database)
    found = read_audit(database, action, account, limit, *days)
    if as_json:
        print_json({"entries": [_whole(one) for one in found], "broken_at": broken})
    else:
        lines = table([_row(one) for one in found]) if found else ["no line fits"]
        lines += [f"line {broken} does not fit the one before it" if broken else "the log is whole"]
        click.echo("\n".join(lines))
    return FOUND_PROBLEMS if broken else 0


def _row(one: AuditEntry) -> dict[str, str]:
    at = datetime.fromtimestamp(one.at / 1000, UTC)
    return {"at": f"{at:%Y-%m-%d %H:%M:%S}", "who": one.account or "-", "action": one.action, "data": one.data}


def _whole(one: AuditEntry) -> dict[str, Any]:
    """With all that the hash of a line is made of."""
    return {"id": one.id, **_row(one), "ms": one.at, "account_id": one.account_id, "previous_hash": one.previous_hash,
            "hash": one.hash}  # fmt: skip


def _ms(day: datetime | None) -> int | None:
    return None if day is None else round(day.replace(tzinfo=UTC).timestamp() * 1000)
