"""Many workers at once, in threads of several processes: no place twice, no task twice to one worker, nothing lost."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from sqlalchemy import func, select

from cocokit.campaign import engine as engine_module
from cocokit.campaign.engine import Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import SegmentTask
from cocokit.store.campaigns import count_images
from cocokit.store.database import Database, Transaction
from cocokit.store.models import AnswerRow, PlaceRow, TaskRow
from cocokit.store.workers import Qualification

from .racing import grab, race, toil
from .small import create, finish, join
from .soundness import unsound
from .test_engine import start, until

PLACES = 3


def test_every_place_is_given_once_and_none_is_left(database: Database) -> None:
    """More workers than places: all of them are given, no task to more than it wants, none twice to one worker."""
    truth = create(database, images=12, preset="lvis", k_label=PLACES)
    engine = Engine(database)
    workers = join(engine, 20)
    seen = race(database.url, grab, [workers[i::3] for i in range(3)], truth)
    assert seen.errors == []
    assert len({word for _, word in seen.leases}) == len(seen.leases) == 12 * PLACES
    by_task = select(PlaceRow.task_id, func.count(), func.count(PlaceRow.worker_id.distinct()))
    with database.read() as tx:
        rows = tx.execute(by_task.group_by(PlaceRow.task_id)).all()
        assert [tuple(row)[1:] for row in rows] == [(PLACES, PLACES)] * 12
        assert set(tx.execute(select(TaskRow.free)).scalars()) == {0}
    assert all(engine.next_task(worker) is None for worker in workers if not engine.current(worker))
    assert unsound(database) == []


def test_a_campaign_of_many_hands_loses_nothing(database: Database) -> None:
    """Each worker has two pages open, in two processes; some answers are sent twice at the same moment."""
    truth = create(database, images=6)
    engine = Engine(database)
    workers = join(engine, 12)
    seen = race(database.url, toil, [workers[:8], workers[4:], workers[8:] + workers[:4]], truth)
    assert seen.errors == []
    finish(engine, truth, workers, Random(0))  # whoever went home too early
    assert unsound(database) == []
    assert check_campaign(engine) == []

    first = [receipt for receipt in seen.receipts if not receipt[2]]
    assert len(first) < len(seen.receipts)
    assert len({client for client, _, _ in first}) == len(first)
    with database.read() as tx:
        rows = {row.client_id: row.id for row in tx.execute(select(AnswerRow.id, AnswerRow.client_id))}
        twice = select(func.count()).select_from(PlaceRow).group_by(PlaceRow.task_id, PlaceRow.worker_id)
        assert set(tx.execute(twice).scalars()) == {1}
        assert set(count_images(tx, engine.campaign.id)) <= {"finished", "dropped"}
    assert all(rows[client] == key for client, key, _ in seen.receipts)
    assert max(Counter(worker for worker, _ in seen.leases).values()) > 1


def test_two_training_answers_of_one_worker_are_two_tries(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read how far the worker is; neither may write before the other's try is in it."""
    engine, truth, workers = start(database, training_tries=9)
    first = until(engine, truth, workers, Stage.SEGMENT, training=True)
    second = engine.next_task(first.worker_id, [Stage.SEGMENT])
    assert second is not None
    assert isinstance(first.work, SegmentTask)
    assert isinstance(second.work, SegmentTask)
    assert (second.training, second.work.category) == (True, first.work.category)
    worker, held = first.worker_id, [first, second]
    meeting = threading.Barrier(2, timeout=1)
    read = engine_module.qualifications

    def slowly(tx: Transaction, worker_id: int) -> dict[int, Qualification]:
        found = read(tx, worker_id)
        with contextlib.suppress(threading.BrokenBarrierError):  # the other one is kept out, as it should be
            meeting.wait()
        return found

    monkeypatch.setattr(engine_module, "qualifications", slowly)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda lease: engine.submit(worker, lease.id, {"outcome": "no_object"}, lease.id), held))
    with database.read() as tx:
        assert read(tx, worker)[first.work.category.id].tries == 2
