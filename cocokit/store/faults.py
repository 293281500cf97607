"""What can befall a database while it is used, in one sentence with a remedy. Mistakes of our own are not among it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from .engines import BUSY_MS

#: A statement that lost a race: the transaction is run again. SQLSTATEs of deadlock and serialization failure.
RACES = ("40P01", "40001")

#: SQLite's primary result codes.
_SQLITE = {
    5: f"another process has been writing for {BUSY_MS // 1000} s: wait for it or stop it",
    6: "another connection of this process holds it: close it first",
    8: "it cannot be written: make the file and its folder writable",
    10: "the disk refuses to read or write: is it full, or a quota reached? What was committed is safe",
    11: "the file is damaged: run cocokit db restore with a backup",
    13: "the disk is full: make room; what was committed is safe",
    14: "the file cannot be opened: does its folder exist, and may you write to it?",
    26: "the file is no SQLite database: give another one",
}

#: The beginnings of PostgreSQL's SQLSTATEs; a connection that is gone has none.
_SERVER = {
    "": "is the server running, and are address, name and password right?",
    "08": "the connection is lost: is the server running? What was committed is safe",
    "25006": "it takes no changes: give the primary server, not a copy of it",
    "28": "the server does not know this name and password: correct the URL",
    "3D": "there is no database of that name: create it first (createdb)",
    "42501": "this role may not do that: give it the rights, or use another",
    "53": "the server has run out of disk, memory or connections: make room; what was committed is safe",
    "55P03": "somebody else holds a lock: wait for them or stop them",
    "57": "the server was stopped: start it again; what was committed is safe",
    "58": "the server's disk fails: look at its log",
}


def lost_race(error: DBAPIError) -> bool:
    """Whether the same transaction, run again, may succeed."""
    return getattr(error.orig, "sqlstate", None) in RACES


def sentence(error: BaseException | None) -> str | None:
    """What a driver's error means and what to do, or None if it is none of these."""
    remedy = _remedy(error)
    if remedy is None:
        return None
    lines = str(error).strip().splitlines() or ["the connection is lost"]
    return f"{lines[0]}; {remedy}"


def _remedy(error: BaseException | None) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    if isinstance(error, sqlite3.Error):
        return None
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _SERVER[""] if type(error).__name__ == "OperationalError" else None
    return next((_SERVER[state[:n]] for n in (5, 2) if state[:n] in _SERVER), None)
