"""The check of a campaign is quiet about a clean one, and names every kind of damage."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from cocokit.campaign.engine import Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.domain.stages import AnswerState, Stage
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database, Transaction
from cocokit.store.models import (
    AnswerRow,
    AssignmentRow,
    ImageRow,
    LedgerRow,
    PlaceRow,
    SegmentationRow,
    ShowingRow,
    SpotRow,
    TaskRow,
    VoteRow,
)

from .small import create, finish, join


def running(database: Database, tasks: int = 80) -> Engine:
    clock = ManualClock(10**12)
    truth = create(database, images=3, clock=clock)
    engine = Engine(database, clock=clock, chance=Random(0))
    workers = join(engine, 12)
    finish(engine, truth, workers, Random(1), 0.1, most=tasks)
    engine.next_task(workers[0])
    return engine


@pytest.mark.parametrize("tasks", [0, 1, 25, 140, 100_000])
def test_a_campaign_is_clean_at_every_moment(database: Database, tasks: int) -> None:
    seen: list[tuple[int, int]] = []
    engine = running(database, tasks)
    assert check_campaign(engine, lambda done, of: seen.append((done, of))) == []
    assert seen == [(3, 3)]


def first(tx: Transaction, table: Any, *where: Any) -> int:
    return int(tx.execute(select(table.id).where(*where).order_by(table.id).limit(1)).scalar_one())


def change(table: Any, where: Callable[[], Any], **values: Any) -> Callable[[Transaction], None]:
    def damage(tx: Transaction) -> None:
        tx.execute(update(table).where(table.id == first(tx, table, where())).values(**values))

    return damage


def second_pay(tx: Transaction) -> None:
    row = tx.execute(select(LedgerRow.__table__).limit(1)).one()._asdict()
    tx.execute(insert(LedgerRow).values(**{k: v for k, v in row.items() if k != "id"}))


def lost_mask(tx: Transaction) -> None:
    key = first(tx, SegmentationRow)
    row = tx.execute(select(AnswerRow.__table__).where(AnswerRow.outcome == "mask").limit(1)).one()._asdict()
    columns = {k: v for k, v in row.items() if k not in ("id", "client_id")}
    other = tx.execute(insert(AnswerRow).values(**columns, client_id="lost").returning(AnswerRow.id)).scalar_one()
    tx.execute(update(SegmentationRow).where(SegmentationRow.id == key).values(answer_id=other))


DAMAGE: dict[str, tuple[Callable[[Transaction], None], str]] = {
    "free": (change(TaskRow, lambda: TaskRow.free > 0, free=7), "free is not places - taken"),
    "taken": (change(TaskRow, lambda: TaskRow.taken > 0, taken=9), "taken is not leased"),
    "answered": (change(TaskRow, lambda: TaskRow.answered > 0, answered=0), "answered is not its answered places"),
    "places": (change(TaskRow, lambda: TaskRow.stage == Stage.LABEL, places=5), "places, and wants 3"),
    "ended": (change(TaskRow, lambda: TaskRow.free > 0, state="done"), "ended, and wants answers"),
    "opened": (change(TaskRow, lambda: TaskRow.state == "done", state="open"), "open, and wants nothing"),
    "place": (change(PlaceRow, lambda: PlaceRow.state == "answered", state="leased"), "holds no place"),
    "lease": (change(AssignmentRow, lambda: AssignmentRow.state == "answered", state="leased"), "without being answ"),
    "expired": (change(AssignmentRow, lambda: AssignmentRow.state == "leased", state="expired"), "holds a place"),
    "answer": (change(AnswerRow, lambda: AnswerRow.stage == Stage.LABEL, state="late"), "does not count"),
    "spot": (change(SpotRow, lambda: SpotRow.state == "covered", state="open"), "and its answers say"),
    "author": (change(SpotRow, lambda: SpotRow.id > 0, worker_id=12), "not of its answer's worker"),
    "mask": (change(SegmentationRow, lambda: SegmentationRow.state == "passed", state="failed"), "its votes say"),
    "count": (change(SegmentationRow, lambda: SegmentationRow.good > 0, good=0), "miscounted"),
    "vote": (change(VoteRow, lambda: VoteRow.state == "counted", state="void"), "miscounted"),
    "sentinel": (change(ShowingRow, lambda: ShowingRow.flagged.is_not(None), flagged=None), "without its result"),
    "image": (change(ImageRow, lambda: ImageRow.state == "open", state="finished"), "finished with open tasks"),
    "pay": (second_pay, "not in the ledger once"),
    "lost": (lost_mask, "a mask without its segmentation"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named(database: Database, kind: str) -> None:
    engine = running(database)
    damage, words = DAMAGE[kind]
    database.run(damage)
    found = [str(fault) for fault in check_campaign(engine)]
    assert any(words in fault for fault in found), found


def test_votes_of_an_answer_that_does_not_count_are_named(database: Database) -> None:
    engine = running(database)

    def damage(tx: Transaction) -> None:
        voted = select(VoteRow.answer_id).where(VoteRow.state == AnswerState.COUNTED).limit(1)
        tx.execute(update(AnswerRow).where(AnswerRow.id == tx.execute(voted).scalar_one()).values(state="void"))

    database.run(damage)
    assert any("counts, and its answer does not" in str(fault) for fault in check_campaign(engine))
