"""Copies of a SQLite database by its online backup, which others need not stop writing for."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ..errors import CocokitError, DataError
from .engines import BUSY_MS
from .faults import sentence


def copy(source: str, target: str) -> None:
    """Copy a database as it is at this moment into one plain file.

    Raises:
        CocokitError: the disk is full, the database is damaged, ...
    """
    with _spoken(source), _open(source, "ro") as old, _open(target, "rw") as new:
        old.backup(new)  # in one step: one view of the rows, and in WAL mode nobody waits for it
        new.execute("PRAGMA journal_mode = DELETE")


def checked_copy(source: str, target: str) -> str:
    """Copy a backup and look at every page and reference of the copy; the version of its tables.

    Raises:
        DataError: it is damaged, or no campaign's.
    """
    try:
        with _spoken(source):
            copy(source, target)
            with _open(target, "rw") as found:
                _look_at(found, source)
                return str(found.execute("SELECT max(version_num) FROM alembic_version").fetchone()[0])
    except sqlite3.OperationalError as error:  # no such table
        raise DataError(source, "", f"it is no campaign's database ({error})", "give another backup") from None


def _look_at(found: sqlite3.Connection, name: str) -> None:
    faults = [row[0] for row in found.execute("PRAGMA integrity_check(1)")]
    if faults != ["ok"]:
        raise DataError(name, "", f"it is damaged ({faults[0]})", "give another backup")
    lost = found.execute("PRAGMA foreign_key_check").fetchone()
    if lost:
        reason = f"{lost[0]}, row {lost[1]} refers to a row of {lost[2]} that does not exist"
        raise DataError(name, "", reason, "give another backup")


def set_aside(path: str, kept: str, readable: bool) -> str:
    """Keep a database under another name, as one file; the caller puts a new one in its place.

    Args:
        path: the database.
        kept: the other name.
        readable: whether it is a sound database; what is not is moved as it lies.

    Raises:
        CocokitError: another process has it open.
    """
    if not readable:
        for end in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                os.replace(path + end, kept + end)
        return kept
    with _spoken(path), _open(path, "rw", timeout=1.0) as alone:
        try:
            alone.execute("PRAGMA journal_mode = DELETE")  # takes the log into the file; only for the last one inside
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise CocokitError(f"{path}: another process has it open; stop it first") from error
    os.link(path, kept)  # so that the name is never without a database
    return kept


@contextlib.contextmanager
def _open(path: str, mode: str, timeout: float = BUSY_MS / 1000) -> Iterator[sqlite3.Connection]:
    uri = f"{Path(path).absolute().as_uri()}?mode={mode}"
    with contextlib.closing(sqlite3.connect(uri, timeout, uri=True, isolation_level=None)) as connection:
        yield connection


@contextlib.contextmanager
def _spoken(path: str) -> Iterator[None]:
    """Errors of SQLite as a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        said = sentence(error)
        if said is None:
            raise
        raise CocokitError(f"{path}: {said}") from error
