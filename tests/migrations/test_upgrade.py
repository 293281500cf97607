"""Where a database stands, what is refused, and that a migration happens as a whole and once."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE

import pytest
from sqlalchemy import text

from cocokit import migrations
from cocokit.errors import CocokitError, NotFoundError
from cocokit.store.database import Database
from tests.migrations.rows import contents, fill
from tests.test_packaging import ROOT


def set_version(database: Database, version: str) -> None:
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def test_an_empty_database_has_everything_before_it(blank: Database) -> None:
    assert migrations.status(blank) == migrations.Status(None, migrations.HEAD, migrations.VERSIONS)
    with pytest.raises(CocokitError, match="it has no tables yet; run cocokit db migrate"):
        migrations.require_newest(blank)


def test_a_database_is_carried_to_the_newest_version_and_stays_there(blank: Database) -> None:
    newest = migrations.Status(migrations.HEAD, migrations.HEAD, ())
    assert migrations.upgrade(blank) == newest
    assert migrations.upgrade(blank) == newest
    assert migrations.upgrade(blank, "0001") == newest  # up is never down
    migrations.require_newest(blank)


def test_a_database_is_carried_to_a_version_and_back(blank: Database) -> None:
    assert migrations.upgrade(blank, "0001") == migrations.Status("0001", migrations.HEAD, migrations.VERSIONS[1:])
    with pytest.raises(CocokitError, match="version 0001 is older than this program's .*; run cocokit db migrate"):
        migrations.require_newest(blank)
    assert migrations.downgrade(blank, "0002").current == "0001"  # down is never up
    assert migrations.downgrade(blank, "base").current is None
    assert migrations.downgrade(blank, "base").current is None


@pytest.mark.parametrize("version", ["9999", "0003a", "zz"])
def test_a_newer_database_is_refused_and_left_alone(blank: Database, version: str) -> None:
    migrations.upgrade(blank)
    set_version(blank, version)
    for refuse in (migrations.status, migrations.upgrade, migrations.require_newest,
                   lambda d: migrations.downgrade(d, "0001")):  # fmt: skip
        with pytest.raises(CocokitError, match=f"its version {version} is newer than .*; install the newer cocokit"):
            refuse(blank)


def test_tables_without_a_version_are_refused(database: Database) -> None:
    for refuse in (migrations.status, migrations.upgrade, migrations.require_newest):
        with pytest.raises(CocokitError, match="tables but no version.*; restore a backup, or start with an empty"):
            refuse(database)


def test_a_version_that_does_not_exist_is_refused(blank: Database) -> None:
    for move in (migrations.upgrade, migrations.downgrade):
        migrations.upgrade(blank)
        with pytest.raises(NotFoundError, match="there is no version 'x' of the tables; there are 0001, 0002"):
            move(blank, "x")


def test_a_migration_that_fails_half_way_changes_nothing(blank: Database) -> None:
    migrations.upgrade(blank, "0001")
    fill(blank)
    name = "event_is_not_deleted"  # the last that 0002 makes: it finds the place taken
    with blank.write() as tx:
        if blank.is_sqlite:
            tx.exec_driver_sql(f"CREATE TRIGGER {name} BEFORE DELETE ON event BEGIN SELECT 1; END")
        else:
            tx.exec_driver_sql(f"CREATE TRIGGER {name} BEFORE DELETE ON event FOR EACH ROW "
                               "EXECUTE FUNCTION suppress_redundant_updates_trigger()")  # fmt: skip
    before = contents(blank)
    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(blank)
    assert migrations.status(blank).current == "0001"
    assert contents(blank) == before
    with blank.write() as tx:
        tx.execute(text("UPDATE answer SET payload = 'still free'"))


CARRY = """
import sys, alembic.runtime.environment, cocokit.migrations as m, cocokit.store.database as s
print("ready", flush=True); sys.stdin.readline(); print(m.upgrade(s.Database(sys.argv[1])).current)
"""


def test_two_programs_may_migrate_at_once(blank_url: str) -> None:
    """They wait for each other; one of them does it."""
    words = [sys.executable, "-c", CARRY, blank_url]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen(words, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, env=env) for _ in range(2)]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert [one.communicate() for one in both] == [(f"{migrations.HEAD}\n", "")] * 2


def test_threads_of_one_program_may_migrate_at_once(blank_url: str) -> None:
    def carry(_: int) -> str | None:
        database = Database(blank_url)
        try:
            return migrations.upgrade(database).current
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(carry, range(4))) == {migrations.HEAD}


@pytest.mark.parametrize("blank_url", ["sqlite"], indirect=True)
def test_a_row_that_refers_to_nothing_stops_the_migration(blank: Database) -> None:
    migrations.upgrade(blank, "0001")
    fill(blank, 3)
    with blank.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("UPDATE vote SET worker_id = 77 WHERE id = 2")
        driver.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(CocokitError, match="vote, row 2 refers to a row of worker that does not exist; nothing was"):
        migrations.upgrade(blank)
    assert migrations.status(blank).current == "0001"
