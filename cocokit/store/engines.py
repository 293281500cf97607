"""How each kind of database is opened: what a URL means, and the settings of every connection."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import StaticPool

from ..errors import ParamsError

#: How long a process waits for another that writes.
BUSY_MS = 30_000
#: How long until a file that somebody else is changing is tried again, s.
_AGAIN_S = 0.01
#: A connection to a server that was idle for longer is asked whether it still stands, s.
_TRUSTED_S = 2.0
#: Statements that a server keeps the plans of, for each connection: more than the engine has.
_PREPARED = 400

#: What may stand before the colon, and the driver that is meant. Hosts of servers print postgres://.
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def understand(url: str) -> str:
    """The URL with the driver that is meant.

    >>> understand("postgres://me@host/name")
    'postgresql+psycopg://me@host/name'

    Raises:
        ParamsError: no URL of SQLite or PostgreSQL.
    """
    try:
        parts = make_url(url)
        parts = parts.set(drivername=_DRIVERS[parts.drivername])
    except (ArgumentError, ValueError, KeyError):
        hint = "use sqlite:///file.db or postgresql+psycopg://user@host/name"
        raise ParamsError("database", url, hint) from None
    return parts.render_as_string(hide_password=False)


def make_engine(url: str, durable: bool) -> Engine:
    """SQLAlchemy's engine of an understood URL; nothing is opened yet.

    Raises:
        ParamsError: the driver is not installed.
    """
    try:
        return _sqlite(url, durable) if url.startswith("sqlite") else _server(url, durable)
    except ModuleNotFoundError as error:
        raise ParamsError("database", url, f"{error.name} is missing: pip install 'cocokit[postgres]'") from None


def _sqlite(url: str, durable: bool) -> Engine:
    memory = make_url(url).database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if memory else {}
    if not memory:
        options["connect_args"] = {"timeout": BUSY_MS / 1000}
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in (f"busy_timeout = {BUSY_MS}", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        _log_ahead(connection)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("cocokit_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Let the file have its log beside it (WAL), so that readers and a writer do not wait for each other.

    A new file is changed by whoever opens it first. SQLite refuses the second at once, and not after the time that it
    is told to wait, where the first has begun to write.
    """
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_AGAIN_S)


def _server(url: str, durable: bool) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=40, connect_args={"prepare_threshold": 3})

    @event.listens_for(engine, "connect")
    def remember(connection: Any, _record: Any) -> None:
        connection.prepared_max = _PREPARED

    @event.listens_for(engine, "checkin")
    def leave(_connection: Any, record: Any) -> None:
        record.info["left"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _fairy: Any) -> None:
        # As pool_pre_ping, but not at every request: that is one more way to the server and back each time.
        if time.monotonic() - record.info.get("left", time.monotonic()) > _TRUSTED_S:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError(str(error)) from error

    if not durable:

        @event.listens_for(engine, "connect")
        def hurry(connection: Any, _record: Any) -> None:
            connection.execute("SET synchronous_commit = off")
            connection.commit()

    return engine
