"""Workers measured by a campaign: honest ones are without fault, one who errs shows in every number."""

from __future__ import annotations

from random import Random

import pytest

from cocokit.campaign.engine import Engine
from cocokit.campaign.rejection import reject
from cocokit.crowd.worker_quality import WorkerQuality, measure
from cocokit.domain.stages import Stage
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database
from tests.cocokit.campaign import small

SHARES = ("precision", "recall", "bad_found", "passed", "ap", "ar", "iou", "boundary", "training_iou")


def campaign(database: Database, **settings: int) -> tuple[Engine, small.Truth]:
    truth = small.create(database, images=6, crowd_after=10, **settings)
    return Engine(database, clock=ManualClock(0), chance=Random(0)), truth


def by_worker(engine: Engine) -> dict[int, WorkerQuality]:
    return {one.worker: one for one in measure(engine).workers}


def test_nobody_is_measured_before_anybody_worked(database: Database) -> None:
    engine, _ = campaign(database)
    small.join(engine, 2)
    found = measure(engine)
    assert (found.workers, found.named) == ([], [])
    assert (found.label_alpha, found.vote_alpha, found.mask_iou) == (None, None, None)


def test_honest_workers_are_without_fault(database: Database) -> None:
    engine, truth = campaign(database)
    done = small.finish(engine, truth, small.join(engine, 5), Random(0))
    found = measure(engine)
    assert done[Stage.VERIFY]
    assert found.workers
    for one in found.workers:
        known = {name: value for name in SHARES if (value := getattr(one, name)) is not None}
        assert known == pytest.approx(dict.fromkeys(known, 1.0))
        assert one.good_flagged in (0, None)
    assert (found.label_alpha, found.named) == (pytest.approx(1), [])


def test_one_who_errs_shows_in_every_number_and_is_gone_when_rejected(database: Database) -> None:
    engine, truth = campaign(database, bad_sentinels=2, good_sentinels=2)
    *honest, bad = small.join(engine, 5)
    chance = Random(1)
    for _ in range(40):
        small.step(engine, truth, bad, chance, 0.7)
        for worker in honest:
            small.step(engine, truth, worker, chance)
    workers = by_worker(engine)
    mine, others = workers.pop(bad), [one for one in workers.values() if one.worker in honest]
    compared = [name for name in SHARES if getattr(mine, name) is not None]
    assert {"recall", "bad_found", "iou"} <= set(compared)
    for name in compared:
        usual = [value for one in others if (value := getattr(one, name)) is not None]
        assert getattr(mine, name) <= min(usual), name
    assert sum(getattr(mine, name) < 0.95 for name in compared) >= len(compared) - 2
    reject(engine, [bad], "errs")
    assert bad not in by_worker(engine)


def test_the_gold_that_a_mask_is_for_is_the_one_under_its_spot(database: Database) -> None:
    """Nobody is blamed for instances that others were asked for."""
    engine, truth = campaign(database)
    small.finish(engine, truth, small.join(engine, 8), Random(3))
    for one in measure(engine).workers:
        assert one.ar in (None, pytest.approx(1))
