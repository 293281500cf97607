"""``cocokit accounts``: who may see the dashboard."""

from __future__ import annotations

import click

from ._campaigns import json_option
from ._workspace import database_option, open_database

_HELP = """Add, list and remove accounts of the dashboard, and make links with which a password is chosen.

A viewer sees everything. A reviewer also decides masks and pauses workers. An owner also sets up and launches
campaigns, rejects workers, and adds accounts.
"""
_EXAMPLE = "Example: cocokit accounts add maria --role reviewer"
_SHORT = "Accounts of the dashboard: add, list, remove, new links."
_ADD_HELP = """Add an account; its holder chooses a password through the link, which is good once, for three days."""
_LIST_HELP = """List the accounts."""
_REMOVE_HELP = """Take an account away and sign it out everywhere; what it did stays in the audit log."""
_LINK_HELP = """Make a new link for an account whose password is lost; its path follows the address you serve at."""


@click.group(name="accounts", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
def command() -> None:
    """Run ``cocokit accounts``."""


@command.command(help=_ADD_HELP, epilog=_EXAMPLE)
@click.argument("name")
@click.option("--role", default="viewer", show_default=True, help="viewer, reviewer or owner.")
@database_option
@json_option
def add(name: str, role: str, db: str | None, as_json: bool) -> None:
    """Run ``cocokit accounts add``."""
    from ..campaign.accounts import add_account
    from ..pipeline.leases import SteadyClock

    made = add_account(open_database(db), name, role, SteadyClock().now())
    _tell(made.name, made.role, _path(made.name, db), as_json)


@command.command(name="list", help=_LIST_HELP, epilog="Example: cocokit accounts list")
@database_option
@json_option
def list_(db: str | None, as_json: bool) -> None:
    """Run ``cocokit accounts list``."""
    from ..campaign.accounts import list_accounts
    from ._output import print_json, table

    rows = [
        {"name": one.name, "role": one.role, "password": "chosen" if one.password_hash else "not yet"}
        for one in list_accounts(open_database(db))
    ]
    if as_json:
        print_json({"accounts": rows})
    elif rows:
        click.echo("\n".join(table(rows)))
    else:
        click.echo("no accounts yet; cocokit serve makes the first one")


@command.command(help=_REMOVE_HELP, epilog="Example: cocokit accounts remove maria")
@click.argument("name")
@database_option
@json_option
def remove(name: str, db: str | None, as_json: bool) -> None:
    """Run ``cocokit accounts remove``."""
    from ..campaign.accounts import remove_account
    from ..pipeline.leases import SteadyClock
    from ._output import print_json

    remove_account(open_database(db), name, SteadyClock().now())
    if as_json:
        print_json({"account": name, "removed": True})
    else:
        click.echo(f"{name} is removed and signed out")


@command.command(help=_LINK_HELP, epilog="Example: cocokit accounts link maria")
@click.argument("name")
@database_option
@json_option
def link(name: str, db: str | None, as_json: bool) -> None:
    """Run ``cocokit accounts link``."""
    _tell(name, "", _path(name, db), as_json)


def _path(name: str, db: str | None) -> str:
    """The path of an account's link, signed by the workspace's key."""
    from cocokit.annotate_ui.config import find_config
    from cocokit.annotate_ui.passwords import link_of

    secret = find_config(database=db).with_secret().secret
    return link_of(open_database(db), secret or "", name)


def _tell(name: str, role: str, path: str, as_json: bool) -> None:
    from ._output import print_json

    if as_json:
        print_json({"account": name, "role": role, "link": path})
    else:
        click.echo(f"{name}{f', {role}' if role else ''}: the address that you serve at, followed by {path}")
