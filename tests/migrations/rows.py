"""Awkward rows for any version of the tables: they are made from what the database says about itself."""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, insert, inspect, select, update

from cocokit.domain import stages
from cocokit.store.database import Database, Transaction

#: Whoever refers to others comes after them, as far as that goes.
ORDER = tuple(
    name
    for version in ("0001_tables", "0003_web", "0004_guidance")
    for name in reversed(import_module(f"cocokit.migrations.versions.{version}").TABLES)
)

#: Every word that a state column may hold, of whatever table.
WORDS = sorted(
    {str(word) for kind in vars(stages).values() if isinstance(kind, type) and issubclass(kind, Enum) for word in kind}
    | {"leased", "answered", "expired", "released", "void", "candidate", "open", "finished", "trying"}
)
TEXTS = [
    "",
    "'; DROP TABLE answer; --", "na\u00efve \U0001f9a6 \u202e\u0301 \ufeff", "long " * 4000, '{"a": 1e400}', "\n\t ",
]  # fmt: skip
BIGS = [0, -1, 2**63 - 1, -(2**63), 2**53 + 1]
INTS = [0, -1, 2**31 - 1, -(2**31)]
REALS = [0.0, 1e308, 5e-324, 0.1, -1.5]
BYTES = [b"", b"\x00\xff" * 1000, b"PPYo0"]

Rows = dict[str, list[tuple[Any, ...]]]


def reflected(tx: Transaction) -> dict[str, Table]:
    """The tables as the database itself describes them, in the order in which they can be filled."""
    found = MetaData()
    found.reflect(tx)
    return {name: found.tables[name] for name in ORDER if name in found.tables}


def fill(database: Database, count: int = len(WORDS)) -> None:
    """Put awkward rows into every table: NULL wherever it may be, and everything at the end of its range."""
    with database.write() as tx:
        tables = reflected(tx)
        for place, table in enumerate(tables.values()):
            early = [c for c in table.columns for key in c.foreign_keys if ORDER.index(key.column.table.name) > place]
            rows = [_row(table, n, database.is_sqlite) for n in range(count)]
            tx.execute(insert(table), [{**row, **dict.fromkeys(c.name for c in early)} for row in rows])
        assert tables["sentinel"].c.source_id.nullable
        tx.execute(update(tables["sentinel"]).values(source_id=tables["sentinel"].c.id))


def contents(database: Database) -> Rows:
    """All rows of all tables, by name and key."""
    with database.read() as tx:
        tables = reflected(tx)
        assert tables.keys() == set(inspect(tx).get_table_names()) - {"alembic_version"}
        found = {name: tx.execute(select(t).order_by(*t.primary_key.columns)).all() for name, t in tables.items()}
        return {name: [tuple(row) for row in rows] for name, rows in found.items()}


def _row(table: Table, n: int, is_sqlite: bool) -> dict[str, Any]:
    return {c.name: _value(c, n, is_sqlite) for c in table.columns}


def _value(column: Column[Any], n: int, is_sqlite: bool) -> Any:
    if column.nullable and n % 2:
        return None
    if column.primary_key or column.foreign_keys or column.name == "coco_id":
        return n + 1 if n % 3 else 2**62 + n
    if column.name in ("free", "taken"):
        return n
    if column.name == "state":
        return WORDS[n % len(WORDS)]
    if column.name in ("name", "word", "text", "client_id", "external_id", "token_hash"):
        return f"{TEXTS[n % len(TEXTS)]}#{n}"
    return _any_value(column, n, is_sqlite)


def _any_value(column: Column[Any], n: int, is_sqlite: bool) -> Any:
    if isinstance(column.type, LargeBinary):
        return BYTES[n % len(BYTES)]
    if isinstance(column.type, Integer):  # SQLite knows one size of whole numbers
        wide = is_sqlite or isinstance(column.type, BigInteger)
        return (BIGS if wide else INTS)[n % len(BIGS if wide else INTS)]
    values: dict[type, list[Any]] = {str: TEXTS, float: REALS, bool: [True, False]}
    choice = values[column.type.python_type]
    return choice[n % len(choice)]
