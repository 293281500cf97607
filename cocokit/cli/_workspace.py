"""Where the campaign lives: the workspace (the folder of ``cocokit.toml``) and its database."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import NotFoundError

if TYPE_CHECKING:
    from ..store.database import Database

#: The database of a workspace, beside its settings.
DATABASE = "cocokit.db"

F = TypeVar("F", bound=Callable[..., Any])


def database_option(command: F) -> F:
    """The option ``--db`` of every command that opens a database."""
    text = "The database: a URL or a file.  [default: COCOKIT_DATABASE, or that of the workspace]"
    return click.option("--db", metavar="URL", help=text)(command)


def workspace() -> str:
    """The folder of the nearest ``cocokit.toml``, upwards from the working folder.

    Raises:
        NotFoundError: there is none.
    """
    from ..config import NAME, find_settings_file

    path = find_settings_file()
    if path is None:
        raise NotFoundError(f"no workspace: there is no {NAME} here or in a folder above; run cocokit init DIR")
    return os.path.dirname(path)


def open_database(flag: str | None = None, *, create: bool = False, newest: bool = True) -> Database:
    """The database of ``--db``, ``COCOKIT_DATABASE``, ``cocokit.toml`` or the workspace, in this order.

    It is closed when the command ends.

    Args:
        flag: what ``--db`` was given, or None.
        create: whether a file that does not exist is one to make.
        newest: whether it must be of the newest version, so that a campaign can run in it.

    Raises:
        NotFoundError: there is no workspace, or no such file.
        ParamsError: no URL of a database.
        CocokitError: it cannot be opened, or is of another version.
    """
    from cocokit.migrations import require_newest

    from ..store.database import Database, sqlite_url

    place = database_place(flag)
    database = Database(place if "://" in place else sqlite_url(place))
    if context := click.get_current_context(silent=True):
        context.call_on_close(database.close)
    if database.path and not create and not os.path.exists(database.path):
        raise NotFoundError(f"{database.path}: there is no such database; cocokit db migrate makes it")
    if newest:
        require_newest(database)
    return database


def database_place(flag: str | None) -> str:
    """Where the database is: the URL or file of ``--db``, the settings or the workspace. Raises NotFoundError."""
    from ..config import NAME, find_settings_file, load_settings

    place = load_settings({"database": flag}).database
    if place is not None:
        return place
    path = find_settings_file()
    if path is None:
        reason = f"no database: there is no {NAME} here or in a folder above"
        raise NotFoundError(f"{reason}; run cocokit init DIR, or name one with --db URL")
    return os.path.join(os.path.dirname(path), DATABASE)


def photo_folder() -> str:
    """Where the workspace's photographs are: ``images`` of its settings, or the folder of that name."""
    from ..config import load_settings

    return load_settings().images or os.path.join(workspace(), "images")
