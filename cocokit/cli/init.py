"""``cocokit init``: a workspace, the folder that one dataset's project lives in."""

from __future__ import annotations

import json
import os

import click

from ._campaigns import json_option

_HELP = """Make a workspace in DIR, which is made if it is not there.

A workspace has cocokit.toml (settings), cocokit.db (the campaigns), images/, exports/ and runs/. Commands find it from
the working folder upwards. With --db the campaigns live in another database, such as PostgreSQL.
"""
_EXAMPLE = "Example: cocokit init pets"
_FOLDERS = ("images", "exports", "runs")


@click.command(name="init", help=_HELP, epilog=_EXAMPLE, short_help="Make a workspace for a campaign.")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path())
@click.option("--db", metavar="URL", help="Where the campaigns live.  [default: the file cocokit.db in DIR]")
@json_option
def command(folder: str, db: str | None, as_json: bool) -> None:
    """Run ``cocokit init``."""
    from cocokit.migrations import upgrade

    from ..atomic import write_text
    from ..config import NAME
    from ..store.database import Database, sqlite_url
    from ._workspace import DATABASE

    _refuse_existing(folder, (NAME, DATABASE))
    for name in ("", *_FOLDERS):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    database = Database(db if db and "://" in db else sqlite_url(db or os.path.join(folder, DATABASE)))
    try:
        upgrade(database)
    finally:
        database.close()
    write_text(os.path.join(folder, NAME), _settings(db))  # last: with it the folder is a workspace
    if as_json:
        from ._output import print_json

        print_json({"workspace": os.path.abspath(folder), "database": str(database)})
        return
    click.echo(f"{folder}: a workspace, with its campaigns in {database}")
    go = "" if os.path.samefile(folder, ".") else f"cd {folder}; "
    click.echo(f"next: {go}cocokit campaign create NAME --images FOLDER")


def _refuse_existing(folder: str, names: tuple[str, ...]) -> None:
    from ..errors import DataError

    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise DataError(folder, "", "is a file", "give a folder")
    for name in names:
        if os.path.lexists(os.path.join(folder, name)):
            raise DataError(folder, "", f"has a {name}: it is a workspace already", "give another folder")


def _settings(db: str | None) -> str:
    place = db and (db if "://" in db else os.path.abspath(db))
    lines = [
        "# Settings of this workspace. A variable COCOKIT_NAME or a flag goes before what is written here.",
        'images = "images"',
        f"database = {json.dumps(place)}" if place else '# database = "postgresql://user@host/name"  # not cocokit.db',
        '# gt = "truth.json"  # what cocokit eval compares with',
    ]
    return "\n".join(lines) + "\n"
