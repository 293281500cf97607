"""Nothing on the hot path reads a table from end to end, however many images a campaign has."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, text

from cocokit.campaign.engine import Engine
from cocokit.domain.stages import Stage
from cocokit.errors import RefusedError
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database

from . import bulk, small
from .plans import count_rows, count_steps, scans, watch
from .test_engine import start
from .test_refusals import mask

#: Tables that stay small: they have a row for each category, stage, campaign.
SMALL = {"campaign", "stage", "category"}
#: Rows of one table that one call may look at.
MOST_ROWS = 1_000
#: Thousands of steps of SQLite's machine that one call may take; to look at 12,000 rows takes more.
MOST_STEPS = 25


def work(engine: Engine, truth: small.Truth, workers: list[int], chance: Random) -> None:
    """Some tasks of each kind, and everything else that a page does."""
    for i in range(40):
        small.finish(engine, truth, workers, chance, 0.1, most=8)
        found = engine.next_task(workers[i % len(workers)])
        if found is None:
            break
        engine.current(found.worker_id)
        engine.extend(found.worker_id, found.id)
        if i % 3:
            engine.release(found.worker_id, found.id, "too hard")
        elif isinstance(engine.clock, ManualClock):
            engine.clock.advance(10**8)
        engine.keep_up()
    small.finish(engine, truth, workers, chance)


def test_every_statement_of_a_campaign_has_an_index(database: Database) -> None:
    """All seven stages, from the first task to the last."""
    engine, truth, workers = start(database, images=4, crowd_after=2)
    with watch(database) as seen:
        work(engine, truth, workers, Random(0))
    assert len(seen) > 40
    stages = {stage for stage in Stage if any(str(stage) in repr(s.parameters) for s in seen.values())}
    assert stages == set(Stage)
    for statement in seen.values():
        with database.read() as tx:
            found = [line for line in scans(tx, statement) if line.split()[-1] not in SMALL]
        assert found == [], statement.sql


def test_a_scan_is_noticed(database: Database) -> None:
    engine, _, _ = start(database, images=1)
    with watch(database) as seen, engine.database.read() as tx:
        tx.execute(text("SELECT id FROM image WHERE width = 7")).all()
        tx.execute(text("SELECT id FROM image WHERE id = 7")).all()
    with database.read() as tx:
        assert [len(scans(tx, statement)) for statement in seen.values()] == [1, 0]


def calls(engine: Engine, workers: list[int], chance: Random) -> Iterator[str]:
    """What pages do in a large campaign; each call is made when the next name is asked for."""
    for i in range(60):
        worker = workers[i % len(workers)]
        yield "next_task"
        found = engine.next_task(worker)
        assert found is not None
        yield "extend"
        engine.extend(worker, found.id)
        yield "current"
        engine.current(worker)
        if i % 7 == 3:
            yield "release"
            engine.release(worker, found.id, "too hard")
            continue
        if i % 7 == 5:
            yield "refused"
            with pytest.raises(RefusedError):
                engine.submit(worker, found.id, mask([1.0, 2.0]), "x")
        if i % 7 == 6:
            assert isinstance(engine.clock, ManualClock)
            engine.clock.advance(10**8)
            yield "keep_up"
            engine.keep_up()
        yield f"submit {found.stage}"
        engine.submit(worker, found.id, bulk.answer(found, chance), f"{i}")


@pytest.mark.parametrize("images", [12_000, pytest.param(328_000, marks=pytest.mark.slow)])
def test_no_call_looks_at_more_than_a_window(database: Database, images: int) -> None:
    """Half of the images are done, so that every table of the hot path is long."""
    bulk.create(database, images, images // 2, k_label=3, page_size=4, bad_sentinels=0, good_sentinels=0,
                sentinels_needed=0, false_alarms=0, votes_first=1, votes_more=0, votes_needed=1)  # fmt: skip
    engine = Engine(database, clock=ManualClock(10**12), chance=Random(0))
    workers = [engine.join("plans", f"{i}") for i in range(8)]
    made, looked = set(), 0
    todo = calls(engine, workers, Random(1))
    name: str | None = next(todo)
    while name is not None:
        made.add(name)
        if database.is_sqlite:
            with count_steps(database) as steps:
                following = next(todo, None)
            looked = max(looked, steps[0])
            assert steps[0] <= MOST_STEPS, name
        else:
            with count_rows(database) as rows:
                following = next(todo, None)
            looked = max(looked, *rows.values())
            assert max(rows.values()) <= MOST_ROWS, f"{name}: {rows}"
        name = following
    assert {f"submit {stage}" for stage in engine.campaign.graph.stages} <= made
    assert looked > 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_plan_made_without_values_looks_no_further(database: Database) -> None:
    """A server that plans once for all values, of a table that is nothing but labels: other stages must not read it."""
    bulk.create(database, 12_000, k_label=1, page_size=4, bad_sentinels=0, good_sentinels=0, sentinels_needed=0,
                false_alarms=0, votes_first=1, votes_more=0, votes_needed=1)  # fmt: skip
    event.listen(database.engine, "checkout", _plan_without_values)
    engine = Engine(database, clock=ManualClock(10**12), chance=Random(0))
    workers, made = [engine.join("plans", f"{i}") for i in range(8)], set[str]()
    todo = calls(engine, workers, Random(1))
    name: str | None = next(todo)
    while name is not None:
        made.add(name)
        with count_rows(database) as rows:
            following = next(todo, None)
        assert max(rows.values()) <= MOST_ROWS, f"{name}: {rows}"
        name = following
    assert {f"submit {stage}" for stage in engine.campaign.graph.stages} <= made


def _plan_without_values(connection: Any, *_: object) -> None:
    connection.prepare_threshold = 0  # psycopg: prepared at once, so that the server decides about the plan
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    connection.commit()


def test_a_long_way_is_noticed(database: Database) -> None:
    bulk.create(database, 12_000)
    long = text("SELECT count(*) FROM image WHERE width = 7")
    if database.is_sqlite:
        with count_steps(database) as steps, database.read() as tx:
            tx.execute(long).all()
        assert steps[0] > 30
    else:
        with count_rows(database) as rows, database.read() as tx:
            tx.execute(long).all()
        assert rows["image"] == 12_000
