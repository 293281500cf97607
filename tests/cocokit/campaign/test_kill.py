"""kill -9 at random points of a running campaign: what was acknowledged is there, and nothing is half done."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from cocokit.campaign.engine import Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.pipeline.leases import ManualClock
from cocokit.store.campaigns import count_images
from cocokit.store.database import Database

from .killing import Life, lives
from .small import create, finish, join
from .soundness import snapshot, unsound

WORKERS, IMAGES = 12, 8
#: How long a process lives after it began a few answers at most, s: an answer takes about a hundredth.
LONGEST = 0.03
_HOUR = 3_600_000


def wait_for_backends(database: Database) -> None:
    """PostgreSQL rolls back, or finishes a commit, a moment after its client died."""
    if database.is_sqlite:
        return
    others = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                  "AND backend_type = 'client backend' AND pid <> pg_backend_pid()")  # fmt: skip
    end = time.monotonic() + 30
    while True:
        with database.read() as tx:
            if tx.execute(others).scalar_one() == 0:
                return
        assert time.monotonic() < end, "a dead client's backend is still there"
        time.sleep(0.001)


def check_acknowledged(database: Database, life: Life) -> None:
    answers = {row["id"]: row for row in snapshot(database)["answer"]}
    for said in life.acknowledged:
        row = answers[said["answer"]]
        assert (row["client_id"], row["worker_id"], row["state"]) == (said["client"], said["worker"], said["state"])


def send_again(database: Database, life: Life) -> list[dict[str, Any]]:
    """A page that never heard back sends its answer again: it is one answer. What was sent."""
    known = {said["client"] for said in life.acknowledged}
    unsure = [said for said in life.tried if said["client"] not in known]
    before = {row["client_id"] for row in snapshot(database)["answer"]}
    survivor = Engine(database)
    for said in unsure:
        receipt = survivor.submit(said["worker"], said["assignment"], said["payload"], said["client"])
        assert receipt.repeated == (said["client"] in before)
    return unsure


#: (seed, kills), on each of the two databases: 20 kills in the quick tests, 220 in all.
ROUNDS = [(0, 10), *(pytest.param(seed, 50, marks=pytest.mark.slow) for seed in (1, 2))]


@pytest.mark.parametrize("seed, kills", ROUNDS)
def test_killed_processes_lose_nothing_that_was_acknowledged(database: Database, seed: int, kills: int) -> None:
    chance = Random(seed)
    truth = create(database, images=IMAGES, seed=seed)
    tried, kept, inside = [], [], 0
    with lives(database.url, IMAGES, seed, WORKERS) as parent:
        for kill in range(kills):
            life = parent.live(kill, chance.randrange(5), chance.random() * LONGEST)
            wait_for_backends(database)
            check_acknowledged(database, life)
            assert unsound(database) == []
            assert check_campaign(Engine(database)) == []
            tried += life.tried
            kept += life.acknowledged
            if chance.random() < 0.5:
                kept += send_again(database, life)
                assert unsound(database) == []
            inside += len(life.tried) > len(life.acknowledged)
    assert inside > kills / 5  # so many kills came between an answer and its receipt

    clock = ManualClock(int(time.time() * 1000) + _HOUR)  # the leases of the dead have ended
    survivors = Engine(database, clock=clock, chance=chance)
    while survivors.keep_up():
        pass  # some at a time
    finish(survivors, truth, join(survivors, WORKERS), chance)
    assert unsound(database) == []
    assert check_campaign(survivors) == []
    answers = Counter(row["client_id"] for row in snapshot(database)["answer"])
    assert all(answers[said["client"]] == 1 for said in kept)
    assert all(answers[said["client"]] <= 1 for said in tried)
    with database.read() as tx:
        assert set(count_images(tx, survivors.campaign.id)) <= {"finished", "dropped"}
        if database.is_sqlite:
            assert tx.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
