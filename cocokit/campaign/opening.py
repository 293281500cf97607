"""The database of a program that runs for long: opened once, used by all its threads."""

from __future__ import annotations

from ..store.database import Database, sqlite_url

__all__ = ["Database", "open_database"]


def open_database(place: str) -> Database:
    """The database at a URL or in a file.

    Raises:
        ParamsError: no URL that this installation can open.
    """
    return Database(place if "://" in place else sqlite_url(place))
