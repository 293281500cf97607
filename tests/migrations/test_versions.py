"""Each version with awkward rows: they are carried up and down unchanged, and what it promises holds for them."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cocokit import migrations
from cocokit.store.database import Database
from cocokit.store.models import KEPT, Base
from tests.migrations.rows import WORDS, contents, fill


def refused(database: Database, statement: str) -> str:
    """Run a statement that must fail; what the database says."""
    with pytest.raises(IntegrityError) as caught, database.write() as tx:
        tx.execute(text(statement))
    return str(caught.value.orig)


def test_0001_makes_tables_that_hold_what_they_must_and_goes_down_to_nothing(blank: Database) -> None:
    migrations.upgrade(blank, "0001")
    fill(blank)
    held = contents(blank)
    assert {len(rows) for rows in held.values()} == {len(WORDS)}
    assert {row[-1] for row in held["place"]} == set(WORDS)
    refused(blank, "UPDATE task SET free = -1")
    refused(blank, "UPDATE vote SET worker_id = 999")
    migrations.downgrade(blank, "base")
    assert not blank.has_tables()
    assert migrations.status(blank).current is None
    migrations.upgrade(blank, "0001")
    assert not any(contents(blank).values())


def test_0002_carries_rows_up_and_down(blank: Database) -> None:
    migrations.upgrade(blank, "0001")
    fill(blank)
    before = contents(blank)
    assert migrations.upgrade(blank, "0002").current == "0002"
    assert contents(blank) == before
    assert migrations.downgrade(blank, "0001").current == "0001"
    assert contents(blank) == before
    with blank.write() as tx:
        assert tx.execute(text("UPDATE answer SET payload = 'x'")).rowcount == len(WORDS)
        assert tx.execute(text("DELETE FROM event")).rowcount == len(WORDS)


@pytest.mark.parametrize("table", KEPT)
def test_0002_refuses_to_change_or_delete_what_must_stay(blank: Database, table: str) -> None:
    migrations.upgrade(blank)
    fill(blank)
    before = contents(blank)
    kept = KEPT[table] or tuple(c.name for c in Base.metadata.tables[table].columns)
    for column in kept:
        assert f"{table} is append-only: " in refused(blank, f"UPDATE {table} SET {column} = {column}")
    assert "a row is never deleted" in refused(blank, f"DELETE FROM {table} WHERE id = 2")
    if not blank.is_sqlite:
        assert "a row is never deleted" in refused(blank, f"TRUNCATE {table} CASCADE")
    assert contents(blank) == before


def test_0002_lets_an_answers_fate_change(blank: Database) -> None:
    migrations.upgrade(blank)
    fill(blank)
    with blank.write() as tx:
        changed = tx.execute(text("UPDATE answer SET state = 'void', outcome = 'failed', receipt = '{}'"))
        assert changed.rowcount == len(WORDS)
    unguarded = {c.name for c in Base.metadata.tables["answer"].columns} - set(KEPT["answer"])
    assert unguarded == {"state", "outcome", "receipt"}


def test_0003_carries_rows_up_and_down_and_takes_its_own_tables_away(blank: Database) -> None:
    migrations.upgrade(blank, "0002")
    fill(blank)
    before = contents(blank)
    assert migrations.upgrade(blank, "0003").current == "0003"
    after = contents(blank)
    new = {"account", "login", "draft", "trace", "channel", "audit"}
    assert {name: rows for name, rows in after.items() if name not in new} == before
    assert {name for name, rows in after.items() if not rows} == new
    migrations.downgrade(blank, "0002")
    assert contents(blank) == before
    migrations.upgrade(blank, "0003")
    with blank.write() as tx:
        tx.execute(text("INSERT INTO audit VALUES (1, 0, NULL, 'login', '{}', '', 'a1')"))
    assert "audit is append-only" in refused(blank, "UPDATE audit SET hash = 'b2'")


def test_0004_takes_nothing_but_its_own_tables_away(blank: Database) -> None:
    migrations.upgrade(blank, "0003")
    fill(blank)
    before = contents(blank)
    migrations.upgrade(blank, "0004")
    after = contents(blank)
    assert {name for name, rows in after.items() if not rows} == {"instruction", "icon"}
    migrations.downgrade(blank, "0003")
    assert contents(blank) == before


def test_every_version_goes_up_and_down_with_rows(blank: Database) -> None:
    migrations.upgrade(blank, migrations.VERSIONS[0])
    fill(blank)
    before = contents(blank)
    migrations.upgrade(blank)
    migrations.downgrade(blank, migrations.VERSIONS[0])
    assert contents(blank) == before
