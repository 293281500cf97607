"""A database and its transactions: SQLite in WAL mode by default, PostgreSQL by its URL; the rest of the code is one.

A transaction that writes is immediate on SQLite, so that two processes queue instead of failing half way; on PostgreSQL
rows are locked one by one (``FOR UPDATE SKIP LOCKED`` where any row will do).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from ..errors import CocokitError
from .engines import make_engine, understand
from .faults import lost_race, sentence
from .models import Base

#: What every function of this package works in; the engine passes it on and never looks inside.
Transaction = Connection

T = TypeVar("T")

_TRIES = 5
#: Whoever rebuilds tables on a server holds this lock, so that two never do at once.
_REBUILD_LOCK = 0xC0C0


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
        self.url = understand(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self._engine = make_engine(self.url, durable)

    def __str__(self) -> str:
        return self.path or make_url(self.url).render_as_string(hide_password=True)

    @property
    def path(self) -> str | None:
        """The file of SQLite; None in memory and on a server."""
        name = make_url(self.url).database
        return name if self.is_sqlite and name and name != ":memory:" else None

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that may change rows; all of it happens, or nothing.

        Raises:
            CocokitError: the database is locked, full, gone, ... in one sentence.
        """
        with self._connection() as connection, self._begin(connection, "IMMEDIATE") as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads, with one view of the rows on SQLite; raises as :meth:`write`."""
        with self._connection() as connection, self._begin(connection, "DEFERRED") as tx:
            yield tx

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """A transaction that only reads and sees the rows as they were when it began; raises as :meth:`write`."""
        with self._connection() as connection, self._begin(connection, "DEFERRED") as tx:
            if not self.is_sqlite:
                tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield tx

    @contextmanager
    def rebuild(self) -> Iterator[Transaction]:
        """A writing transaction, one at a time, in which tables may be made anew; raises as :meth:`write`.

        SQLite looks at references between rows at its end instead of at every statement.
        """
        with self._connection() as connection:
            if not self.is_sqlite:
                with self._begin(connection, "") as tx:
                    tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _REBUILD_LOCK})
                    yield tx
                return
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
            try:
                with self._begin(connection, "IMMEDIATE") as tx:
                    yield tx
                    self._check_references(tx)
            finally:
                driver.execute("PRAGMA foreign_keys = ON")

    def run(self, work: Callable[[Transaction], T]) -> T:
        """Run a function in a writing transaction, again if it lost a race against another process."""
        for attempt in range(_TRIES):
            try:
                with self.write() as tx:
                    return work(tx)
            except DBAPIError as error:
                if not lost_race(error):
                    raise
                if attempt == _TRIES - 1:
                    cure = "others change the same rows all the time: try again"
                    raise CocokitError(f"{self}: {_first_line(error)}; {cure}") from error
                time.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    def create_tables(self) -> None:
        """Make the tables of the newest version in an empty database; ``cocokit.migrations`` alone notes its number."""
        for table in Base.metadata.tables.values():
            for key in table.foreign_key_constraints:
                # Once added by ALTER, as on PostgreSQL, a key would be left out of every table made from then on.
                key._create_rule = None
        with self.write() as tx:
            Base.metadata.create_all(tx)

    def has_tables(self) -> bool:
        """Whether a campaign can live here."""
        with self.read() as tx:
            return inspect(tx).has_table("campaign")

    def version(self, tx: Transaction) -> str | None:
        """The number of the version of the tables; None if they never had one."""
        if not inspect(tx).has_table("alembic_version"):
            return None
        found: str | None = tx.exec_driver_sql("SELECT max(version_num) FROM alembic_version").scalar()
        return found

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for migrations and backups."""
        return self._engine

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection; whatever befalls it from here on is one sentence."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            said = sentence(error.orig)
            if said is None:
                raise
            raise CocokitError(f"{self}: {said}") from error

    @contextmanager
    def _begin(self, connection: Connection, kind: str) -> Iterator[Transaction]:
        if self.is_sqlite:
            connection = connection.execution_options(cocokit_begin=kind)
        with connection.begin():
            yield connection

    def _check_references(self, tx: Transaction) -> None:
        broken = tx.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            table, row, other, _ = broken[0]
            reason = f"{table}, row {row} refers to a row of {other} that does not exist"
            raise CocokitError(f"{self}: {reason}; nothing was changed")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def sqlite_url(path: str | os.PathLike[str]) -> str:
    """The URL of a database file, whatever characters its name has."""
    return URL.create("sqlite", database=os.fspath(path)).render_as_string()
