"""Rejecting workers: what it says, what it does, and that it equals never having had them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from sqlalchemy import and_, case, exists, func, insert, or_, select, update

from cocokit.campaign.engine import Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.campaign.rejection import preview, refuse_pay, reject
from cocokit.campaign.routing import route_page, route_whole_images
from cocokit.domain.stages import AnswerState, MaskState, Stage, WorkerState
from cocokit.errors import CocokitError, NotFoundError, RefusedError
from cocokit.pipeline.leases import ManualClock
from cocokit.store.audits import all_images
from cocokit.store.campaigns import count_images, pages_of
from cocokit.store.database import Database, Transaction
from cocokit.store.models import (
    AnswerRow,
    Base,
    ImageRow,
    LedgerRow,
    LineageRow,
    PlaceRow,
    SegmentationRow,
    SpotRow,
    TaskRow,
    VoteRow,
    WorkerRow,
)

from .small import Truth, answer, create, finish, join


def campaign(database: Database, noise: float = 0.1, tasks: int = 100_000, images: int = 4,
             **numbers: Any) -> tuple[Engine, Truth, list[int]]:  # fmt: skip
    clock = ManualClock(10**12)
    truth = create(database, images=images, clock=clock, **numbers)
    engine = Engine(database, clock=clock, chance=Random(0))
    workers = join(engine, 14)
    finish(engine, truth, workers, Random(1), noise, most=tasks)
    return engine, truth, workers


def dump(tx: Transaction, without: int | None = None) -> dict[str, list[Any]]:
    """What is derived: states of images, spots, masks and tasks, but for the facts of one worker."""

    def rows(table: Any, *columns: Any) -> list[Any]:
        query = select(table.id, *columns).order_by(table.id)
        if without is not None and hasattr(table, "worker_id"):
            query = query.where(table.worker_id != without)
        return [tuple(row) for row in tx.execute(query)]

    return {
        "images": rows(ImageRow, ImageRow.state),
        "spots": rows(SpotRow, SpotRow.state, SpotRow.segmentation_id),
        "masks": rows(SegmentationRow, SegmentationRow.state, SegmentationRow.good, SegmentationRow.bad),
        "votes": rows(VoteRow, VoteRow.state),
        "tasks": rows(TaskRow, TaskRow.places, TaskRow.taken, TaskRow.answered, TaskRow.free),
    }


def only_theirs(tx: Transaction, worker: int) -> set[int]:
    """Tasks that would never have been there: about a worker's spots and masks, or a pair that nobody else saw."""
    spots, masks = (select(t.id).where(t.worker_id == worker) for t in (SpotRow, SegmentationRow))
    others = exists().where(
        SpotRow.image_id == TaskRow.image_id, SpotRow.category_id == TaskRow.category_id, SpotRow.worker_id != worker
    )
    theirs = or_(
        and_(TaskRow.stage == Stage.SEGMENT, TaskRow.subject.in_(spots)),
        and_(TaskRow.stage == Stage.VERIFY, TaskRow.subject.in_(masks)),
        and_(TaskRow.stage.in_([Stage.SPOT, Stage.CROWD]), ~others),
    )
    return set(tx.execute(select(TaskRow.id).where(theirs)).scalars())


def copy_without(tx: Transaction, engine: Engine, worker: int) -> dict[str, list[Any]]:
    """The campaign in another database into which nothing of one worker ever came, decided by the same rules."""
    other = Database("sqlite://")
    other.create_tables()
    gone = only_theirs(tx, worker)
    theirs = set(tx.execute(select(AnswerRow.id).where(AnswerRow.worker_id == worker)).scalars())
    masks = set(tx.execute(select(SegmentationRow.id).where(SegmentationRow.worker_id == worker)).scalars())
    with other.write() as new:
        new.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in Base.metadata.tables.values():
            kept = []
            for row in tx.execute(select(table)).mappings():
                if row.get("worker_id") == worker and table.name != "worker":
                    continue
                if table.name == "lineage" and {row["child_id"], row["parent_id"]} & theirs:
                    continue
                if table.name == "vote" and row["segmentation_id"] in masks:
                    continue
                if row.get("task_id" if table.name == "place" else "id") in gone and table.name in ("task", "place"):
                    continue
                kept.append({k: None if k in ("segmentation_id", "source_id") and v in masks else v
                             for k, v in row.items()})  # fmt: skip
            if kept:
                new.execute(insert(table), kept)
        for state in ("answered", "leased"):
            here = select(func.count()).where(PlaceRow.task_id == TaskRow.id, PlaceRow.state == state)
            new.execute(update(TaskRow).values({state if state == "answered" else "taken": here.scalar_subquery()}))
        new.execute(update(TaskRow).values(taken=TaskRow.taken + TaskRow.answered))
        spare = TaskRow.places - TaskRow.taken
        new.execute(update(TaskRow).values(free=case((spare > 0, spare), else_=0)))
        now = engine.clock.now()
        for page in pages_of(new, engine.campaign.id):
            route_page(new, engine.campaign, page, now)
        route_whole_images(new, engine.campaign, all_images(new, engine.campaign.id), now)
        return dump(new, worker)


@pytest.mark.parametrize(
    "tasks, seed",
    [(60, 0), (90, 2), (100_000, 1),
     *(pytest.param(n, s, marks=pytest.mark.slow) for n in (75, 110) for s in range(3, 6))],
)
def test_rejecting_a_worker_equals_never_having_had_them(database: Database, tasks: int, seed: int) -> None:
    engine, _, workers = campaign(database, 0.15, tasks, seed=seed)
    worker = workers[seed]
    with database.read() as tx:
        never = copy_without(tx, engine, worker)
    reject(engine, [worker], "poor masks")
    with database.read() as tx:
        after = dump(tx, worker)
    masks = {row[0] for row in never["masks"]}
    assert {k: v for k, v in after.items() if k not in ("tasks", "votes")} == {
        k: v for k, v in never.items() if k not in ("tasks", "votes")
    }
    # Votes of others on the worker's masks, and the tasks about their facts, are not there in the other campaign.
    assert set(never["votes"]) <= set(after["votes"])
    assert masks == {row[0] for row in after["masks"]}
    known = {row[0] for row in never["tasks"]}
    assert [row for row in after["tasks"] if row[0] in known] == never["tasks"]
    assert check_campaign(engine) == []


def test_the_preview_says_what_then_happens_and_changes_nothing(database: Database) -> None:
    engine, _, workers = campaign(database)
    with database.read() as tx:
        before = dump(tx)
    said = preview(engine, workers[:2])
    with database.read() as tx:
        assert dump(tx) == before
    assert reject(engine, workers[:2], "spam", dry_run=True) == said
    assert reject(engine, workers[:2], "spam") == said
    assert 0 < said.images <= 4
    assert said.reopened == said.before["finished images"] - said.after["finished images"] > 0
    assert sum(said.answers.values()) > 0


def test_what_rests_on_a_worker_is_counted_through_every_step(database: Database) -> None:
    engine, truth, workers = campaign(database, 0.0, tasks=0)
    with database.read() as tx:
        label = select(AnswerRow.worker_id).where(AnswerRow.stage == Stage.LABEL)
    chance = Random(1)
    while True:
        finish(engine, truth, workers, chance, most=1)
        with database.read() as tx:
            if (worker := tx.execute(label).scalars().first()) is not None:
                break
    assert preview(engine, [worker]).resting == 0
    finish(engine, truth, workers, chance)
    with database.read() as tx:
        rows = tx.execute(select(LineageRow.child_id, LineageRow.parent_id)).all()
        answers = {row.id: row.worker_id for row in tx.execute(select(AnswerRow.id, AnswerRow.worker_id))}
    below = {key for key, author in answers.items() if author == worker}
    while more := {row.child_id for row in rows if row.parent_id in below} - below:
        below |= more
    assert preview(engine, [worker]).resting == sum(answers[key] != worker for key in below) > 0


def test_others_finish_what_a_rejected_worker_leaves(database: Database) -> None:
    engine, truth, workers = campaign(database, 0.0)
    reject(engine, workers[:3], "spam")
    assert check_campaign(engine) == []
    finish(engine, truth, join(engine, 14, "new"), Random(5))
    assert check_campaign(engine) == []
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": 4}
        mine = SegmentationRow.worker_id.in_(workers[:3])
        assert set(tx.execute(select(SegmentationRow.state).where(mine)).scalars()) <= {MaskState.VOID}


def test_a_rejected_worker_gets_no_task_and_hands_nothing_in(database: Database) -> None:
    engine, truth, workers = campaign(database, tasks=30)
    held = engine.next_task(workers[0])
    assert held is not None
    reject(engine, [workers[0]], "spam")
    with pytest.raises(RefusedError, match="worker"):
        engine.next_task(workers[0])
    with pytest.raises(RefusedError, match="worker"):
        engine.submit(workers[0], held.id, answer(truth, held, Random(0)), "late")
    assert check_campaign(engine) == []


def test_work_and_pay_are_separate(database: Database) -> None:
    engine, _, workers = campaign(database, tasks=60)
    with database.read() as tx:
        mine = LedgerRow.worker_id == workers[0]
        earned = tx.execute(select(func.sum(LedgerRow.cents)).where(mine)).scalar_one()
    with pytest.raises(CocokitError, match="not rejected"):
        refuse_pay(engine, workers[0], "no")
    assert reject(engine, [workers[0]], "spam").cents == pytest.approx(earned)
    with pytest.raises(CocokitError, match="evidence"):
        refuse_pay(engine, workers[0], " ")
    assert refuse_pay(engine, workers[0], "marked every tile") == pytest.approx(earned)
    with pytest.raises(CocokitError, match="nothing left"):
        refuse_pay(engine, workers[0], "again")
    with database.read() as tx:
        assert tx.execute(select(func.sum(LedgerRow.cents)).where(mine)).scalar_one() == pytest.approx(0)


def test_nothing_a_rejected_worker_handed_in_is_lost(database: Database) -> None:
    engine, _, workers = campaign(database, tasks=80)
    query = select(AnswerRow.id, AnswerRow.payload, AnswerRow.received_at).order_by(AnswerRow.id)
    with database.read() as tx:
        before = tx.execute(query).all()
    reject(engine, [workers[0]], "spam")
    with database.read() as tx:
        assert tx.execute(query).all() == before
        states = select(AnswerRow.state).where(AnswerRow.worker_id == workers[0], ~AnswerRow.training).distinct()
        assert AnswerState.COUNTED not in set(tx.execute(states).scalars())
        row = tx.execute(select(WorkerRow.state, WorkerRow.reason).where(WorkerRow.id == workers[0])).one()
    assert tuple(row) == (WorkerState.REJECTED, "spam")


def test_a_filter_page_is_judged_again(database: Database) -> None:
    engine, truth, workers = campaign(database, tasks=25)
    with database.read() as tx:
        query = select(AnswerRow.worker_id).where(AnswerRow.stage == "filter").limit(1)
        worker = tx.execute(query).scalar_one()
    reject(engine, [worker], "kept everything")
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"candidate": 4}
    assert check_campaign(engine) == []
    finish(engine, truth, [w for w in workers if w != worker], Random(3))
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": 4}
    assert check_campaign(engine) == []


def test_who_cannot_be_rejected_is_named(database: Database) -> None:
    engine, _, workers = campaign(database, tasks=5)
    with pytest.raises(NotFoundError, match="no worker 999"):
        preview(engine, [999])
    reject(engine, [workers[0]], "spam")
    with pytest.raises(CocokitError, match="rejected before"):
        reject(engine, [workers[0]], "spam")
