"""``cocokit db``: the version of a campaign's database, backups, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from . import FOUND_PROBLEMS
from ._progress import Progress
from ._workspace import database_option, open_database

if TYPE_CHECKING:
    from cocokit.migrations import Status

_HELP = """Look after the campaign's database: versions and backups.

The database is SQLite's file cocokit.db in the workspace, unless --db, COCOKIT_DATABASE or cocokit.toml name another.
"""
_EXAMPLE = "Example: cocokit db backup monday.backup"
_MIGRATE_HELP = """Carry the database to this program's version, or make its tables.

All of it happens, or nothing. A file with a campaign is copied first, to FILE.before_VERSION.
"""
_STATUS_HELP = """Show the version of the database and what is to be done.

The exit code is 3 if cocokit db migrate has something to do.
"""
_BACKUP_HELP = """Save the database to FILE, also while a campaign runs.

FILE is whole or not there at all. PostgreSQL needs its program pg_dump.
"""
_RESTORE_HELP = """Put the backup FILE in the place of the database.

FILE is looked at first: it must be whole, and of a version that this program knows. What was there is kept beside it.
"""

_json_option = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
_file = click.argument("file", type=click.Path())


@click.group(name="db", help=_HELP, epilog=_EXAMPLE)
def command() -> None:
    """Run ``cocokit db``."""


@command.command(help=_MIGRATE_HELP, epilog="Example: cocokit db migrate")
@database_option
@_json_option
def migrate(db: str | None, as_json: bool) -> None:
    """Run ``cocokit db migrate``."""
    from cocokit.migrations import HEAD, status, upgrade

    from ..store.backup import backup, has_campaign

    database = open_database(db, create=True, newest=False)
    before, copy = status(database), None
    with Progress(f"migrating {database}", kernels=False):
        if before.pending and database.path and has_campaign(database):
            copy = f"{database.path}.before_{HEAD}"
            backup(database, copy, force=True)
        after = upgrade(database)
    if as_json:
        _print({"database": str(database), "from": before.current, "to": after.current, "copy": copy})
    elif not before.pending:
        click.echo(f"{database}: version {after.current}, the newest; nothing to do")
    else:
        click.echo(f"{database}: from {before.current or 'nothing'} to version {after.current}")
        click.echo(f"the old one is in {copy}" if copy else "no campaign in it yet")


@command.command(help=_STATUS_HELP, epilog="Example: cocokit db status --json")
@database_option
@_json_option
def status(db: str | None, as_json: bool) -> int:
    """Run ``cocokit db status``; its exit code."""
    from cocokit import migrations

    from ..store.backup import has_campaign

    database = open_database(db, newest=False)
    found, used = migrations.status(database), has_campaign(database)
    if as_json:
        fields = {"current": found.current, "head": found.head, "pending": found.pending, "has_campaign": used}
        _print({"database": str(database), **fields})
    else:
        click.echo(f"{database}: {_in_words(found)}; {'a campaign is in it' if used else 'no campaign in it'}")
    return FOUND_PROBLEMS if found.pending else 0


def _in_words(status: Status) -> str:
    if status.current is None:
        return "no tables yet; run cocokit db migrate"
    if status.pending:
        return f"version {status.current}; to come: {', '.join(status.pending)}; run cocokit db migrate"
    return f"version {status.current}, the newest"


@command.command(help=_BACKUP_HELP, epilog="Example: cocokit db backup monday.backup")
@_file
@database_option
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@_json_option
def backup(file: str, db: str | None, force: bool, as_json: bool) -> None:
    """Run ``cocokit db backup``."""
    from ..store.backup import backup

    database = open_database(db, newest=False)
    with Progress(f"saving {database}", kernels=False):
        size = backup(database, file, force=force)
    if as_json:
        _print({"database": str(database), "file": file, "bytes": size})
    else:
        click.echo(f"{database}: saved to {file}, {size:,} bytes")


@command.command(help=_RESTORE_HELP, epilog="Example: cocokit db restore monday.backup --force")
@_file
@database_option
@click.option("--force", is_flag=True, help="Also replace a database that has a campaign.")
@_json_option
def restore(file: str, db: str | None, force: bool, as_json: bool) -> None:
    """Run ``cocokit db restore``."""
    from cocokit.migrations import require_known

    from ..store.backup import restore

    database = open_database(db, create=True, newest=False)
    with Progress(f"restoring {database}", kernels=False):
        kept = restore(database, file, check=require_known, force=force)
    if as_json:
        _print({"database": str(database), "file": file, "kept": kept})
    else:
        click.echo(f"{database}: restored from {file}" + (f"; the old one is kept: {kept}" if kept else ""))


def _print(value: object) -> None:
    from ._output import print_json

    print_json(value)
