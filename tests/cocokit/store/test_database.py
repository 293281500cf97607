"""A database and its transactions, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from cocokit.errors import ParamsError
from cocokit.store.database import Database, Transaction
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
