"""``cocokit audit``: what requesters did, and whether anything was changed afterwards."""

from __future__ import annotations

import click

from . import FOUND_PROBLEMS
from ._campaigns import json_option
from ._workspace import database_option, open_database

_HELP = """Show what was done in the dashboard, the newest first, and check that every line fits the one before it.

Exits with 3 if a line was changed or taken out.
"""
_SHORT = "Show what was done in the dashboard, and check the log."


@click.command(name="audit", help=_HELP, epilog="Example: cocokit audit --action worker.", short_help=_SHORT)
@click.option("--action", default="", metavar="WORD", help="What the action begins with.")
@click.option("--account", default="", metavar="NAME", help="Of one account only.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N", help="At most so many.")
@database_option
@json_option
def command(action: str, account: str, limit: int, db: str | None, as_json: bool) -> int:
    """Run ``cocokit audit``; its exit code."""
    import time

    from ..campaign.audit import broken_at, read_audit
    from ._output import print_json, table

    database = open_database(db)
    broken = broken_at(database)
    rows = [
        {"at": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(one.at / 1000)), "who": one.account or "-",
         "action": one.action, "data": one.data}
        for one in read_audit(database, action, account, limit)
    ]  # fmt: skip
    if as_json:
        print_json({"entries": rows, "broken_at": broken})
    else:
        lines = table(rows) if rows else ["no line fits"]
        lines += [f"line {broken} does not fit the one before it" if broken else "the log is whole"]
        click.echo("\n".join(lines))
    return FOUND_PROBLEMS if broken else 0
