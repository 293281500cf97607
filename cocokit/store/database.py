"""A database and its transactions: SQLite in WAL mode by default, PostgreSQL by its URL; the rest of the code is one.

A transaction that writes is immediate on SQLite, so that two processes queue instead of failing half way; on PostgreSQL
rows are locked one by one (``FOR UPDATE SKIP LOCKED`` where any row will do).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from ..errors import CocokitError, ParamsError
from .models import Base

#: What every function of this package works in; the engine passes it on and never looks inside.
Transaction = Connection

T = TypeVar("T")

#: A statement that lost a race: the transaction is run again. SQLSTATEs of deadlock and serialization failure.
_RACES = ("40P01", "40001")
_TRIES = 5
_BUSY_MS = 30_000


class Database:
    """One database.

    Args:
        url: ``sqlite:///file.db``, ``sqlite://`` (in memory) or ``postgresql+psycopg://...``.
        durable: wait for the disk at every commit. Without it a crash of the machine (not of the process) may lose the
            last answers; simulations do without.

    Raises:
        ParamsError: no URL that this installation can open.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        self.url, self.is_sqlite = _understood(url)
        try:
            self._engine = _sqlite(self.url, durable) if self.is_sqlite else _server(self.url, durable)
        except ModuleNotFoundError as error:
            raise ParamsError("database", url, f"{error.name} is missing: pip install 'cocokit[postgres]'") from None

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that may change rows; all of it happens, or nothing."""
        with self._begin("IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads, with one view of the rows on SQLite."""
        with self._begin("DEFERRED") as connection:
            yield connection

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Run a function in a writing transaction, again if it lost a race against another process."""
        for attempt in range(_TRIES):
            try:
                with self.write() as tx:
                    return work(tx)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _RACES or attempt == _TRIES - 1:
                    raise
                time.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    def create_tables(self) -> None:
        """Make the tables of the newest version in an empty database (``cocokit db migrate`` carries an old one up)."""
        Base.metadata.create_all(self._engine)

    def has_tables(self) -> bool:
        """Whether a campaign can live here."""
        return inspect(self._engine).has_table("campaign")

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for migrations and backups."""
        return self._engine

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _begin(self, kind: str) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except OperationalError as error:
            cure = "is the server running, and the name right?"
            raise CocokitError(f"{self._shown()}: {_sentence(error)}; {cure}") from None
        with connection:
            if self.is_sqlite:
                connection = connection.execution_options(cocokit_begin=kind)
            with connection.begin():
                yield connection

    def _shown(self) -> str:
        return make_url(self.url).render_as_string(hide_password=True)


#: What may stand before the colon, and the driver that is meant. Servers of others print postgres://.
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def _understood(url: str) -> tuple[str, bool]:
    """The URL with its driver, and whether it is SQLite's."""
    hint = "use sqlite:///file.db or postgresql+psycopg://user@host/name"
    try:
        parts = make_url(url)
        parts = parts.set(drivername=_DRIVERS[parts.drivername])
    except (ArgumentError, ValueError, KeyError):
        raise ParamsError("database", url, hint) from None
    return parts.render_as_string(hide_password=False), parts.drivername == "sqlite"


def _sqlite(url: str, durable: bool) -> Engine:
    memory = make_url(url).database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if memory else {}
    if not memory:
        options["connect_args"] = {"timeout": _BUSY_MS / 1000}
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in (
            "foreign_keys = ON", "journal_mode = WAL", f"busy_timeout = {_BUSY_MS}",
            f"synchronous = {'FULL' if durable else 'OFF'}",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("cocokit_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _server(url: str, durable: bool) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=40, pool_pre_ping=True)
    if not durable:

        @event.listens_for(engine, "connect")
        def hurry(connection: Any, _record: Any) -> None:
            connection.execute("SET synchronous_commit = off")
            connection.commit()

    return engine


def _sentence(error: OperationalError) -> str:
    return str(error.orig).strip().splitlines()[0]


def sqlite_url(path: str | os.PathLike[str]) -> str:
    """The URL of a database file."""
    return f"sqlite:///{os.fspath(path)}"
