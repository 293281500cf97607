"""Backups: a whole database in one file, taken while a campaign runs, and put back only after it was looked at.

A backup of SQLite is a database itself (:mod:`.file_backup`), one of PostgreSQL is made by its own pg_dump
(:mod:`.server_backup`).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator

from sqlalchemy import inspect, text

from ..errors import CocokitError, DataError
from . import file_backup, server_backup
from .database import Database

#: Refuses a version of the tables that the program does not know: its number, and the file's name for the sentence.
Check = Callable[[str, str], object]

#: The first bytes of both kinds of backups.
_KINDS = {b"SQLite format 3\0": "SQLite", b"PGDMP": "PostgreSQL"}


def has_campaign(database: Database) -> bool:
    """Whether there is a campaign in a database that may have no tables at all."""
    with database.read() as tx:
        return inspect(tx).has_table("campaign") and tx.execute(text("SELECT 1 FROM campaign")).first() is not None


def backup(database: Database, path: str, *, force: bool = False) -> int:
    """Write a database as it is at this moment into one file, whole or not at all; its size in bytes.

    Others go on reading and writing meanwhile.

    Args:
        database: what to save.
        path: the file to make.
        force: replace a file that exists.

    Raises:
        DataError: the file exists, or cannot be written.
        CocokitError: the database cannot be read, or pg_dump is missing.
    """
    if os.path.exists(path) and not force:
        raise DataError(path, "", "it exists already", "give another name, or --force")
    if database.path and os.path.exists(path) and os.path.samefile(path, database.path):
        raise DataError(path, "", "it is the database itself", "give another name")
    if database.is_sqlite and not database.path:
        raise CocokitError(f"{database}: a database in memory has no backup; use a file")
    with _beside(path) as partial:
        if database.path:
            file_backup.copy(database.path, partial)
        else:
            server_backup.dump(database, partial)
        _flush(partial)
        size = os.path.getsize(partial)
        os.replace(partial, path)
    return size


def restore(database: Database, path: str, *, check: Check, force: bool = False) -> str | None:
    """Put a backup in the place of a database, after it was found whole and of a version that ``check`` allows.

    What was there stays beside it, whatever it was.

    Args:
        database: the one to replace; a file of SQLite need not exist.
        path: what :func:`backup` wrote.
        check: raises if the version is one that the program cannot use.
        force: replace a database that has a campaign, or that cannot be read.

    Returns:
        Where the old database is kept: a file, or a schema of the server; None if there was none.

    Raises:
        DataError: no backup, a damaged one, or one of the other kind.
        CocokitError: a campaign would be lost, the database is in use, or ``check`` refuses.
    """
    _require_kind(path, "SQLite" if database.is_sqlite else "PostgreSQL")
    kept = f"before_restore_{time.strftime('%Y%m%d_%H%M%S', time.gmtime())}"
    if not database.path:
        check(server_backup.version(path), path)
        _require_free(database, force)
        return server_backup.load(database, path, kept)
    target = database.path
    with _beside(target) as partial:
        check(file_backup.checked_copy(path, partial), path)
        _flush(partial)
        old = None
        if os.path.exists(target):
            readable = _require_free(database, force)
            database.close()
            old = file_backup.set_aside(target, f"{target}.{kept}", readable)
        os.replace(partial, target)
    return old


def _require_free(database: Database, force: bool) -> bool:
    """Refuse to replace a campaign, or what cannot be read, without force; whether it can be read."""
    try:
        found = has_campaign(database)
    except CocokitError:
        if not (force and database.path):
            raise
        return False  # it is set aside as it is
    if found and not force:
        reason = "there is a campaign in it"
        raise CocokitError(f"{database}: {reason}; with --force the backup takes its place, and it is kept beside")
    return True


def _require_kind(path: str, wanted: str) -> None:
    try:
        with open(path, "rb") as file:
            head = file.read(16)
    except OSError as error:
        raise DataError(path, "", f"cannot be read: {error.strerror or error}", "check the path") from error
    kind = next((kind for first, kind in _KINDS.items() if head.startswith(first)), None)
    if kind is None:
        raise DataError(path, "", "it is no backup", "give a file that cocokit db backup wrote")
    if kind != wanted:
        raise DataError(path, "", f"it is a backup of {kind}", f"this database is {wanted}'s: give one of its kind")


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """A name in the same folder for a file that is not whole yet; nothing of it is left behind.

    Raises:
        DataError: the folder is missing, or closed to us, or full.
    """
    folder = os.path.dirname(os.path.abspath(path))
    partial = os.path.join(folder, f"cocokit-{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with open(partial, "xb"):
            pass
        yield partial
    except OSError as error:
        raise DataError(path, "", f"cannot be written: {error.strerror or error}", "choose another folder") from error
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(partial + end)


def _flush(path: str) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
