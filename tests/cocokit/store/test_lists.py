"""Many values in one parameter mean what they mean one by one, on SQLite and on PostgreSQL."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import Boolean, Double, Text, insert, select
from sqlalchemy.exc import IntegrityError

from cocokit.store.database import Database, Transaction
from cocokit.store.lists import among, among_pairs, insert_rows, pairs_given, rows_of
from cocokit.store.models import CategoryRow
from cocokit.store.models.base import Big

from .test_database import add_campaign

LARGEST = 2**63 - 1
WORDS = ["", "it's", 'a "b" \\ {c}, [d]', "new\nline\ttab", "ä€😀", "%(x)s ?", "null", "'; DROP TABLE vote; --"]


def fill(tx: Transaction, pairs: list[tuple[int, int]]) -> None:
    """Categories with (position, id) pairs."""
    key = add_campaign(tx)
    rows = [{"campaign_id": key, "id": two, "name": "a", "supercategory": "b", "position": one} for one, two in pairs]
    tx.execute(insert(CategoryRow), rows)


def test_a_column_is_among_some_numbers(database: Database) -> None:
    chance = Random(0)
    with database.write() as tx:
        fill(tx, [(0, i) for i in [*range(1, 300), LARGEST]])
        query = select(CategoryRow.id).where(among(CategoryRow.id, "ids"))
        for count in (0, 1, 2, 100, 250):
            asked = [chance.randrange(-5, 400) for _ in range(count)] + [LARGEST] * (count > 2)
            found = sorted(tx.execute(query, {"ids": asked}).scalars())
            assert found == sorted({i for i in asked if 1 <= i < 300 or i == LARGEST})


def test_two_columns_are_among_some_pairs(database: Database) -> None:
    """A pair of the first of one and the second of another is none of them."""
    chance = Random(0)
    there = [(chance.randrange(20), i) for i in range(1, 200)]
    query = select(CategoryRow.position, CategoryRow.id).where(among_pairs(CategoryRow.position, CategoryRow.id))
    with database.write() as tx:
        fill(tx, there)
        for count in (0, 1, 2, 50, 2000):
            asked = [(chance.randrange(20), chance.randrange(1, 200)) for _ in range(count)]
            found = [tuple(row) for row in tx.execute(query, pairs_given(asked))]
            assert sorted(found) == sorted(set(asked) & set(there))


def test_rows_come_back_as_they_were_sent(database: Database) -> None:
    sent = [(i - 4, word, bool(i % 2), i / 3) for i, word in enumerate(WORDS)]
    sent += [(LARGEST, None, True, 1e-300), (-LARGEST, "", None, 0.1 + 0.2)]  # type: ignore[list-item]
    query = rows_of("rows", key=Big, word=Text, flag=Boolean, size=Double)
    with database.read() as tx:
        assert [tuple(row) for row in tx.execute(query, {"rows": sent})] == sent
        assert tx.execute(query, {"rows": []}).all() == []


def test_rows_are_inserted_in_their_order(database: Database) -> None:
    row = CategoryRow
    statement = insert_rows("rows", row.campaign_id, row.id, row.name, row.supercategory, row.position)
    with database.write() as tx:
        key = add_campaign(tx)
        rows = [(key, i, word, word[::-1], -i) for i, word in enumerate(WORDS)]
        tx.execute(statement, {"rows": rows})
        found = tx.execute(select(*statement.table.c).order_by(row.id))
        assert [tuple(one) for one in found] == rows


def test_a_row_without_a_value_that_must_be_there_is_refused(database: Database) -> None:
    statement = insert_rows("rows", CategoryRow.campaign_id, CategoryRow.id, CategoryRow.name)
    with pytest.raises(IntegrityError), database.write() as tx:
        tx.execute(statement, {"rows": [(add_campaign(tx), 1, None)]})
