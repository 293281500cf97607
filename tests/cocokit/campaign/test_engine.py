"""What the engine hands out and what it makes of answers: training, sentinels, own work, presets, early stopping."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from cocokit.campaign.engine import HELD, Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.campaign.rejection import reject
from cocokit.campaign.sentinels import restock
from cocokit.domain.answers import Times
from cocokit.domain.stages import AnswerState, SentinelKind, Stage
from cocokit.domain.tasks import Assignment, SegmentTask, VerifyTask
from cocokit.errors import RefusedError
from cocokit.pipeline.leases import ManualClock
from cocokit.store.campaigns import count_images, pause_stage
from cocokit.store.database import Database
from cocokit.store.models import (
    AnswerRow,
    CrowdRow,
    PlaceRow,
    SegmentationRow,
    SentinelRow,
    ShowingRow,
    SpotRow,
    TaskRow,
    VoteRow,
)
from cocokit.store.sentinels import stock

from .small import Truth, answer, create, finish, join, step
from .soundness import unsound


def start(database: Database, images: int = 3, workers: int = 14, **settings: Any) -> tuple[Engine, Truth, list[int]]:
    clock = ManualClock(10**12)
    truth = create(database, images=images, clock=clock, **settings)
    engine = Engine(database, clock=clock, chance=Random(0))
    return engine, truth, join(engine, workers)


def until(engine: Engine, truth: Truth, workers: list[int], stage: Stage, training: bool | None = None) -> Assignment:
    """Work until somebody gets a task of a stage; it is left in their hands."""
    chance = Random(2)
    for _ in range(2000):
        worker = chance.choice(workers)
        found = engine.next_task(worker)
        if found is None:
            continue
        if found.stage is stage and training in (None, found.training):
            return found
        engine.submit(worker, found.id, answer(truth, found, chance), f"{chance.getrandbits(64)}")
    raise AssertionError(f"no {stage} task came")


def test_before_real_work_in_a_category_comes_training_that_looks_the_same(database: Database) -> None:
    engine, truth, workers = start(database)
    first = until(engine, truth, workers, Stage.SEGMENT)
    assert first.training
    assert isinstance(first.work, SegmentTask)
    assert first.work.training
    assert first.work.others == ()
    receipt = engine.submit(first.worker_id, first.id, answer(truth, first, Random(0)), "t1")
    assert receipt.passed
    assert receipt.iou == 1.0
    assert receipt.boundary == 1.0
    with database.read() as tx:
        assert tx.execute(select(func.count()).select_from(SegmentationRow)).scalar_one() == 0
    real = engine.next_task(first.worker_id)
    assert real is not None
    assert isinstance(real.work, SegmentTask)
    assert not real.training
    assert real.work.category == first.work.category


def test_who_fails_training_too_often_gets_no_task_of_the_category(database: Database) -> None:
    engine, truth, workers = start(database, training_tries=2)
    held = until(engine, truth, workers, Stage.SEGMENT)
    worker, categories, tries = held.worker_id, [], 0
    while held is not None and held.training:
        assert isinstance(held.work, SegmentTask)
        categories.append(held.work.category.id)
        answered = engine.submit(worker, held.id, {"outcome": "no_object"}, f"n{tries}")
        assert answered.passed is False
        tries += 1
        held = engine.next_task(worker, [Stage.SEGMENT])  # type: ignore[assignment]
    assert held is None
    assert set(Counter(categories).values()) <= {1, 2}


def test_a_page_that_misses_its_sentinels_counts_for_nothing(database: Database) -> None:
    engine, truth, workers = start(database)
    page = until(engine, truth, workers, Stage.VERIFY)
    assert isinstance(page.work, VerifyTask)
    assert {t.mask.polygons for t in page.work.tiles} == {None}
    assert len({t.mask.tool for t in page.work.tiles}) == 1, "a tile may not tell what it is"
    receipt = engine.submit(page.worker_id, page.id, {"bad": []}, "lazy")
    assert receipt.state == AnswerState.UNTRUSTED
    with database.read() as tx:
        assert set(tx.execute(select(VoteRow.state)).scalars()) == {AnswerState.UNTRUSTED}
        assert tx.execute(select(func.sum(TaskRow.answered)).where(TaskRow.stage == Stage.VERIFY)).scalar_one() == 0
        assert tx.execute(select(func.count()).where(ShowingRow.flagged.is_(False))).scalar_one() == 2
    assert check_campaign(engine) == []
    assert unsound(database) == [], "deciding everything again changes nothing"


def test_marking_every_tile_bad_does_not_pass_either(database: Database) -> None:
    engine, truth, workers = start(database)
    page = until(engine, truth, workers, Stage.VERIFY)
    assert isinstance(page.work, VerifyTask)
    everything = {"bad": [t.position for t in page.work.tiles]}
    assert engine.submit(page.worker_id, page.id, everything, "all").state == AnswerState.UNTRUSTED
    assert unsound(database) == []


def test_nobody_judges_their_own_mask_or_sees_a_sentinel_or_a_task_twice(database: Database) -> None:
    engine, truth, workers = start(database, images=4)
    finish(engine, truth, workers, Random(4), 0.2)
    own = select(func.count()).select_from(VoteRow).join(SegmentationRow).where(
        VoteRow.worker_id == SegmentationRow.worker_id
    )  # fmt: skip
    pairs = select(func.count()).select_from(PlaceRow).group_by(PlaceRow.task_id, PlaceRow.worker_id)
    shown = select(func.count()).select_from(ShowingRow).group_by(ShowingRow.sentinel_id, ShowingRow.worker_id)
    with database.read() as tx:
        assert tx.execute(own).scalar_one() == 0
        assert set(tx.execute(pairs).scalars()) == {1}
        assert set(tx.execute(shown).scalars()) == {1}
    assert check_campaign(engine) == []


def test_at_most_one_instance_of_a_pair_is_drawn_at_a_time(database: Database) -> None:
    engine, truth, workers = start(database, workers=20)
    chance = Random(8)
    for _ in range(150):
        step(engine, truth, chance.choice(workers), chance)
        out = select(func.count()).where(TaskRow.stage == Stage.SEGMENT, TaskRow.state == "open")
        with database.read() as tx:
            open_tasks = tx.execute(out.group_by(TaskRow.image_id, TaskRow.category_id)).scalars()
            assert set(open_tasks) <= {1}


def test_a_worker_holds_only_so_many_tasks_and_gets_the_oldest_again(database: Database) -> None:
    engine, truth, workers = start(database)
    chance = Random(0)
    step(engine, truth, workers[0], chance)
    held = [engine.next_task(workers[1]) for _ in range(HELD + 2)]
    ids = [a.id for a in held if a is not None]
    assert len(set(ids)) == HELD
    assert ids[HELD:] == [ids[0]] * 2
    assert [a.id for a in engine.current(workers[1])] == ids[:HELD]
    assert engine.current(workers[1])[0] == held[0]


def test_a_paused_stage_hands_out_nothing(database: Database) -> None:
    engine, truth, workers = start(database)
    step(engine, truth, workers[0], Random(0))
    database.run(lambda tx: pause_stage(tx, engine.campaign.id, Stage.LABEL, True))
    found = engine.next_task(workers[1])
    assert found is not None
    assert found.stage is Stage.CAPTION
    assert engine.next_task(workers[1], [Stage.LABEL]) is None


def test_the_preset_lvis_runs_with_the_same_engine(database: Database) -> None:
    engine, truth, workers = start(database, preset="lvis", max_spots=100, crowd_after=100, votes_first=2,
                                   votes_more=1, votes_needed=2)  # fmt: skip
    done = finish(engine, truth, workers, Random(1))
    assert set(done) == {Stage.LABEL, Stage.SPOT, Stage.SEGMENT, Stage.VERIFY}
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": 3}
        assert tx.execute(select(func.count()).select_from(CrowdRow)).scalar_one() == 0
        masks = tx.execute(select(func.count()).where(SegmentationRow.state == "passed")).scalar_one()
    assert masks == sum(map(len, truth.shapes.values()))
    assert check_campaign(engine) == []


def test_adaptive_redundancy_asks_fewer_and_never_below_its_floor(database: Database) -> None:
    engine, truth, workers = start(database, k_label=8, adaptive=True, adaptive_floor=3, workers=16)
    finish(engine, truth, workers, Random(1))
    query = select(func.count()).where(AnswerRow.stage == Stage.LABEL).group_by(AnswerRow.image_id)
    with database.read() as tx:
        asked = list(tx.execute(query).scalars())
        named = select(SpotRow.image_id, SpotRow.category_id).where(SpotRow.primer).distinct()
        found = len(tx.execute(named).all())
        assert count_images(tx, engine.campaign.id) == {"finished": 3}
    assert all(3 <= n < 8 for n in asked)
    assert found == sum(len({s.category_id for s in shapes}) for shapes in truth.shapes.values())
    assert check_campaign(engine) == []


def test_the_stock_of_sentinels_is_renewed_from_masks_that_passed(database: Database) -> None:
    engine, truth, workers = start(database, images=4, page_size=40, bad_sentinels=14, good_sentinels=14)
    finish(engine, truth, workers, Random(1))
    with database.read() as tx:
        before = stock(tx, engine.campaign.id)
        gold = tx.execute(select(func.max(SentinelRow.id))).scalar_one()
    made = restock(engine)
    with database.read() as tx:
        after = stock(tx, engine.campaign.id)
        new = select(SentinelRow.kind, SentinelRow.source_id, SentinelRow.severity).where(SentinelRow.id > gold)
        rows = tx.execute(new).all()
    assert made == sum(after.values()) - sum(before.values()) == len(rows) > 0
    assert all(row.source_id is not None for row in rows)
    assert all(row.severity > 0 for row in rows if row.kind == SentinelKind.BAD)
    used = [row.source_id for row in rows if row.kind == SentinelKind.GOOD]
    assert len(set(used)) == len(used)
    while restock(engine):
        pass
    with database.read() as tx:
        again = tx.execute(select(SentinelRow.source_id).where(SentinelRow.kind == SentinelKind.GOOD)).scalars().all()
    sources = [key for key in again if key is not None]
    assert len(set(sources)) == len(sources)


def test_some_images_drawn_at_random_get_more_captions(database: Database) -> None:
    engine, truth, workers = start(database, images=4, k_caption=1, k_caption_more=3, caption_more_images=2)
    finish(engine, truth, workers, Random(1))
    query = select(func.count()).where(AnswerRow.stage == Stage.CAPTION).group_by(AnswerRow.image_id)
    with database.read() as tx:
        assert sorted(tx.execute(query).scalars()) == [1, 1, 3, 3]
    assert Engine(database).campaign.more_captions == engine.campaign.more_captions


@pytest.mark.parametrize("word", ["", "x" * 201, "a\x00b", "line\nbreak", "\ud800", None, 7, ["a"], b"a"])
def test_words_that_no_database_holds_are_refused_by_name(database: Database, word: Any) -> None:
    engine, truth, workers = start(database, workers=1)
    found = engine.next_task(workers[0])
    assert found is not None
    payload = answer(truth, found, Random(0))
    for field, act in {
        "client_id": lambda: engine.submit(workers[0], found.id, payload, word),
        "assignment": lambda: engine.submit(workers[0], word, payload, "c"),
        "reason": lambda: engine.release(workers[0], found.id, word),
        "channel": lambda: engine.join(word, "x"),
        "external_id": lambda: engine.join("x", word),
    }.items():
        with pytest.raises(RefusedError) as refusal:
            act()
        assert refusal.value.field == field
    assert engine.submit(workers[0], found.id, payload, "c").state == AnswerState.COUNTED


@pytest.mark.parametrize("value", [-1, 10**15, 1.5, True, "1", None])
def test_times_that_no_clock_gives_are_refused(database: Database, value: Any) -> None:
    engine, truth, workers = start(database, workers=1)
    found = engine.next_task(workers[0])
    assert found is not None
    with pytest.raises(RefusedError, match="active_ms"):
        engine.submit(workers[0], found.id, answer(truth, found, Random(0)), "c", Times(active_ms=value))


def test_a_spot_task_in_hand_survives_the_rejection_of_its_label(database: Database) -> None:
    engine, truth, workers = start(database, images=1, k_label=1)
    until(engine, truth, workers, Stage.SPOT)
    with database.read() as tx:
        query = select(AnswerRow.worker_id).where(AnswerRow.stage == Stage.LABEL)
        labeler = tx.execute(query).scalar_one()
    held = engine.next_task(join(engine, 1, "other")[0], [Stage.SPOT])
    assert held is not None
    payload = answer(truth, held, Random(0))
    reject(engine, [labeler], "spam")
    assert engine.submit(held.worker_id, held.id, payload, "late").state == AnswerState.LATE
    assert check_campaign(engine) == []
