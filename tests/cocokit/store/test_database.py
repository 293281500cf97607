"""A database and its transactions, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from cocokit.errors import CocokitError, ParamsError
from cocokit.store import engines
from cocokit.store.database import Database, Transaction, sqlite_url
from cocokit.store.models import CampaignRow


def add_campaign(tx: Transaction, name: str = "a") -> int:
    row = {"name": name, "state": "draft", "document": "", "salt": "", "created_at": 0}
    key = tx.execute(insert(CampaignRow).values(row).returning(CampaignRow.id)).scalar_one()
    assert isinstance(key, int)
    return key


def campaigns(database: Database) -> int:
    with database.read() as tx:
        return tx.execute(select(func.count()).select_from(CampaignRow)).scalar_one()


def test_a_fresh_database_has_tables_and_no_rows(database: Database) -> None:
    assert database.has_tables()
    assert campaigns(database) == 0


def test_a_blank_database_gets_its_tables(blank: Database) -> None:
    assert not blank.has_tables()
    blank.create_tables()
    assert blank.has_tables()


def test_a_transaction_happens_as_a_whole_or_not_at_all(database: Database) -> None:
    database.run(add_campaign)

    def fails(tx: Transaction) -> None:
        add_campaign(tx, "b")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.run(fails)
    assert campaigns(database) == 1


@pytest.mark.parametrize("url", ["", "cocokit.db", "mysql://x/y", "sqlite+nothing:///x", "postgresql://h:x/y"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ParamsError, match="use sqlite:///file.db or postgresql"):
        Database(url)


def test_a_new_file_that_somebody_begins_to_write_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN IMMEDIATE")
        later = threading.Timer(0.3, other.execute, ["COMMIT"])
        later.start()
        database = Database(sqlite_url(path))
        with database.read() as tx:
            assert tx.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        later.join()
        database.close()


def test_a_new_file_that_somebody_goes_on_writing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 100)
    path = tmp_path / "new.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = Database(sqlite_url(path))
        with pytest.raises(CocokitError, match="another process has been writing"), database.read():
            pytest.fail("it was opened")
        database.close()
