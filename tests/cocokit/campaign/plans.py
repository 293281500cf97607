"""What a database does for each statement that the engine really runs, and how many rows it looks at.

    with watch(database) as seen:
        engine.next_task(worker)
    for statement in seen.values(): ...

For what really happened, SQLite counts the steps of its machine and PostgreSQL the rows that each transaction reads.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event

from cocokit.store.database import Database

#: Verbs that read. What INSERT reads are single rows by their keys; SQLite's plans of it name scans that it would make
#: only while a reference of the same transaction is open, which never are.
_VERBS = ("SELECT", "UPDATE", "DELETE", "WITH")


@dataclass
class Statement:
    """A statement as it was sent, with the parameters of its last call."""

    sql: str
    parameters: Any
    calls: int = 0


@contextmanager
def watch(database: Database) -> Iterator[dict[str, Statement]]:
    """Every statement that runs meanwhile, by its text."""
    seen: dict[str, Statement] = {}

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        if sql.startswith(_VERBS):
            known = seen.setdefault(sql, Statement(sql, None))
            known.parameters = parameters[0] if many else parameters
            known.calls += 1

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def scans(tx: Connection, statement: Statement) -> list[str]:
    """The tables that are read from one end to the other because no index helps.

    On PostgreSQL a table that is small is read whole even so; it is asked what it would do if it could help it.
    """
    if tx.dialect.name == "sqlite":
        rows = tx.exec_driver_sql("EXPLAIN QUERY PLAN " + statement.sql, statement.parameters)
        found = [str(row[3]) for row in rows]
        return [line for line in found if line.startswith("SCAN") and not _is_made(line)]
    tx.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [node["Relation Name"] for node in _nodes(tx, statement) if node["Node Type"] == "Seq Scan"]


def _is_made(line: str) -> bool:
    """Whether what is read whole is a result or a parameter of this very statement."""
    return line.startswith(("SCAN CONSTANT", "SCAN (", "SCAN anon_", "SCAN json_each "))


def _nodes(tx: Connection, statement: Statement) -> Iterator[dict[str, Any]]:
    found = tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.parameters).scalar_one()
    waiting = [(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        yield node


@contextmanager
def count_rows(database: Database) -> Iterator[Counter[str]]:
    """Table -> the rows of it that PostgreSQL fetches meanwhile, one by one or by an index."""
    fetched: Counter[str] = Counter()
    query = "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"

    def read(connection: Connection) -> Counter[str]:
        return Counter({name: int(count) for name, count in connection.exec_driver_sql(query)})

    before: dict[Any, Counter[str]] = {}

    def begin(connection: Connection) -> None:
        before[connection] = read(connection)

    def end(connection: Connection) -> None:
        fetched.update(read(connection) - before.pop(connection))

    hooks = {"begin": begin, "commit": end, "rollback": end}
    for name, hook in hooks.items():
        event.listen(database.engine, name, hook)
    try:
        yield fetched
    finally:
        for name, hook in hooks.items():
            event.remove(database.engine, name, hook)


@contextmanager
def count_steps(database: Database, grain: int = 1000) -> Iterator[list[int]]:
    """The steps that SQLite's machine takes meanwhile, in thousands, as the only number of a list."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    with database.read() as tx:
        driver: Any = tx.connection.driver_connection
    driver.set_progress_handler(count, grain)
    try:
        yield steps
    finally:
        driver.set_progress_handler(None, grain)
