"""What a campaign knows of its workers: counted again here, answer by answer."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from random import Random

import pytest
from sqlalchemy import select

from cocokit.campaign.engine import Engine
from cocokit.campaign.evidence import Evidence, gather, harvest, image_counts, unfinished
from cocokit.campaign.rejection import reject
from cocokit.domain.answers import Times
from cocokit.domain.stages import AnswerState
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database
from cocokit.store.models import AnswerRow, SegmentationRow, SpotRow, VoteRow

from .small import Truth, answer, create, join


@pytest.fixture
def worked(database: Database) -> tuple[Engine, Truth]:
    """A campaign at which everybody worked, three seconds for a mask of a page and one for anything else."""
    clock = ManualClock(10**12)
    truth = create(database, clock=clock)
    engine, chance = Engine(database, clock=clock, chance=Random(0)), Random(1)
    workers, left = join(engine, 12), set(range(12))
    while left:
        for i in sorted(left):
            clock.at += 1000
            told = engine.next_task(workers[i])
            if told is None:
                left.discard(i)
                continue
            ms = 3000 * len(told.work.tiles) if hasattr(told.work, "tiles") else 1000
            sent = answer(truth, told, chance, 0.15)
            engine.submit(workers[i], told.id, sent, f"{told.id}", Times(ms, ms, ms))
    return engine, truth


def test_the_campaign_ends_with_nothing_unfinished(worked: tuple[Engine, Truth]) -> None:
    engine, truth = worked
    assert unfinished(engine) == 0
    assert image_counts(engine).total() == len(truth.shapes)


def test_labels_are_those_of_the_answers_that_count(worked: tuple[Engine, Truth]) -> None:
    engine, _ = worked
    found = gather(engine)
    with engine.database.read() as tx:
        rows = tx.execute(select(AnswerRow.__table__).where(AnswerRow.stage == "label")).all()
    counted = [row for row in rows if row.state == AnswerState.COUNTED]
    assert sorted(found.seen) == sorted((row.worker_id, row.image_id) for row in counted)
    assert sorted(found.named) == sorted(
        (row.worker_id, row.image_id, drop["category_id"])
        for row in counted for drop in json.loads(row.payload)["drops"]
    )  # fmt: skip


def test_the_time_of_a_page_is_that_of_one_of_its_masks(worked: tuple[Engine, Truth]) -> None:
    times = gather(worked[0]).times
    assert {ms for _, stage, ms in times if stage == "verify"} == {3000}
    assert {ms for _, stage, ms in times if stage != "verify"} == {1000}


def test_spots_and_masks_are_held_against_workers_only_once_it_is_known(worked: tuple[Engine, Truth]) -> None:
    engine, _ = worked
    found = gather(engine)
    with engine.database.read() as tx:
        spots = tx.execute(select(SpotRow.worker_id, SpotRow.state).where(~SpotRow.primer)).all()
        masks = tx.execute(select(SegmentationRow.worker_id, SegmentationRow.state)).all()
    for worker, (hits, misses) in found.spots.items():
        states = Counter(state for w, state in spots if w == worker)
        assert hits == states["drawn"] + states["covered"] + states["crowd"]
        assert misses == states["no_object"] + states["given_up"]
    for worker, (standing, failed) in found.masks.items():
        states = Counter(state for w, state in masks if w == worker)
        assert (standing, failed) == (states.total() - states["failed"] - states["void"], states["failed"])
    assert sum(failed for _, failed in found.masks.values()) == sum(state == "failed" for _, state in masks)


def test_what_repeats_is_counted_once_less_and_empty_answers_are_not(worked: tuple[Engine, Truth]) -> None:
    engine, _ = worked
    with engine.database.read() as tx:
        rows = tx.execute(select(AnswerRow.__table__).where(~AnswerRow.training)).all()
    sent: defaultdict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in rows:
        payload = json.loads(row.payload)
        full = any(payload.get(key) for key in ("drops", "points", "polygons", "rle"))
        if full and row.stage not in ("verify", "filter"):
            sent[row.worker_id][row.stage, row.payload] += 1
        if row.stage == "caption":
            sent[row.worker_id][row.stage, row.payload] += 1
    expected = {worker: sum(n - 1 for n in counts.values() if n > 1) for worker, counts in sent.items()}
    assert dict(gather(engine).repeats) == {worker: n for worker, n in expected.items() if n}


def everything_about(found: Evidence, worker: int) -> list[object]:
    rows = [row for table in (found.seen, found.named, found.times) for row in table if row[0] == worker]
    maps = (found.repeats, found.answers, found.spots, found.masks, found.sentinels, found.removed)
    return [*rows, *(each[worker] for each in maps if worker in each)]


def test_a_rejected_worker_is_not_in_it(worked: tuple[Engine, Truth]) -> None:
    engine, _ = worked
    busiest = max(gather(engine).answers.items(), key=lambda item: item[1])[0]
    assert everything_about(gather(engine), busiest)
    reject(engine, [busiest], "a test")
    assert everything_about(gather(engine), busiest) == []


def test_the_harvest_is_what_stands(worked: tuple[Engine, Truth]) -> None:
    engine, _ = worked
    last = harvest(engine)
    with engine.database.read() as tx:
        passed = set(tx.execute(select(SegmentationRow.id).where(SegmentationRow.state == "passed")).scalars())
        votes = tx.execute(select(VoteRow)).all()
    assert {mask.id for mask in last.masks} == passed
    assert votes
    assert last.pairs == {(image, category) for _, image, category in gather(engine).named}
    assert set(last.states.values()) <= set(AnswerState)
