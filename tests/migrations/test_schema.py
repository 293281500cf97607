"""The versions, one after another, give the tables that the models describe; so does ``create_tables``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.schema import AddConstraint

from cocokit import migrations
from cocokit.store.database import Database, sqlite_url
from cocokit.store.models import Base
from tests.test_packaging import ROOT

Shape = dict[str, Any]


@pytest.fixture
def migrated(blank: Database) -> Database:
    """A database that the migrations made."""
    migrations.upgrade(blank)
    return blank


def triggers(database: Database) -> set[tuple[str, ...]]:
    """Every trigger, as the database shows it."""
    on_sqlite = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    on_server = "SELECT tgname, pg_get_triggerdef(oid), '' FROM pg_trigger WHERE NOT tgisinternal"
    with database.read() as tx:
        return {tuple(row) for row in tx.exec_driver_sql(on_sqlite if database.is_sqlite else on_server)}


def words(entries: list[Any], *names: str) -> list[tuple[str, ...]]:
    """Some of what is said of each entry, as text, in one order."""

    def word(value: Any) -> str:
        return str({key: str(item) for key, item in value.items()} if isinstance(value, dict) else value)

    return sorted(tuple(word(entry.get(name)) for name in names) for entry in entries)


def shape(database: Database) -> Iterator[tuple[str, Shape]]:
    """Each table with its columns, keys, constraints and indexes, names and conditions and all."""
    with database.read() as tx:
        look = inspect(tx)
        for table in sorted(set(look.get_table_names()) - {"alembic_version"}):
            yield table, {
                "columns": words(look.get_columns(table), "name", "type", "nullable", "default"),
                "primary": look.get_pk_constraint(table),
                "foreign": words(look.get_foreign_keys(table), "name", "constrained_columns", "referred_table"),
                "unique": words(look.get_unique_constraints(table), "name", "column_names"),
                "check": words(look.get_check_constraints(table), "name", "sqltext"),
                "indexes": words(look.get_indexes(table), "name", "column_names", "unique", "dialect_options"),
            }


def test_alembic_sees_no_difference_from_the_models(migrated: Database) -> None:
    with migrated.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), Base.metadata) == []


def test_both_ways_to_make_the_tables_give_the_same(database: Database, tmp_path: Path) -> None:
    made, expected = dict(shape(database)), triggers(database)
    with database.rebuild() as tx:
        Base.metadata.drop_all(tx)
    migrations.upgrade(database)
    assert dict(shape(database)) == made
    assert triggers(database) == expected
    assert len(made) == len(Base.metadata.tables)
    assert len(expected) == (8 if database.is_sqlite else 12)


def test_tables_for_one_database_do_not_change_those_of_the_next(tmp_path: Path) -> None:
    """PostgreSQL adds a key to a table that exists, SQLite cannot."""
    for key in Base.metadata.tables["sentinel"].foreign_key_constraints:
        AddConstraint(key)
    database = Database(sqlite_url(tmp_path / "a.db"))
    database.create_tables()
    keys = dict(shape(database))["sentinel"]["foreign"]
    database.close()
    assert "fk_sentinel_source_id" in {key[0] for key in keys}


def test_the_conditions_of_partial_indexes_are_there(migrated: Database) -> None:
    found = {name: dict(shape(migrated))[table]["indexes"] for table, name in
             (("task", "ix_task_free"), ("assignment", "ix_assignment_expiry"))}  # fmt: skip
    assert "free > 0" in next(str(i) for i in found["ix_task_free"] if i[0] == "ix_task_free")
    assert "leased" in next(str(i) for i in found["ix_assignment_expiry"] if i[0] == "ix_assignment_expiry")


def test_the_list_of_versions_is_that_of_the_files() -> None:
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert [s.revision for s in script.walk_revisions()][::-1] == list(migrations.VERSIONS)
    files = sorted(path.stem for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    assert [name.partition("_")[0] for name in files] == list(migrations.VERSIONS)


@pytest.mark.parametrize("path", sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py")), ids=lambda p: p.stem)
def test_a_version_stands_on_its_own(path: Path) -> None:
    assert "cocokit." not in path.read_text(encoding="utf-8")
