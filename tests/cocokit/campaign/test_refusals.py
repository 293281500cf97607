"""What the front door refuses: the field and the reason are named, and not one row of any table is different."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cocokit.campaign.creating import set_state
from cocokit.campaign.engine import Engine
from cocokit.domain.stages import AnswerState, CampaignState, Stage
from cocokit.domain.tasks import Assignment, VerifyTask
from cocokit.errors import RefusedError
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database

from .small import HEIGHT, WIDTH, Truth, answer
from .soundness import snapshot
from .test_engine import start, until

RING = [2, 2, 22, 2, 22, 22, 2, 22]


def mask(*rings: list[float], **more: Any) -> object:
    return {"outcome": "mask", "polygons": list(rings), "tool": "polygon"} | more


def drop(category: object = 1, x: object = 3, y: object = 4) -> object:
    return {"drops": [{"category_id": category, "x": x, "y": y}]}


#: Stage -> what is wrong, the payload, the field that is named, a part of the reason.
BAD: dict[Stage, list[tuple[str, object, str, str]]] = {
    Stage.FILTER: [("an image of another page", {"removed": {"999": "iconic"}}, 'removed["999"]', "no image")],
    Stage.LABEL: [
        ("a category that is none", drop(category=2), "drops[0].category_id", "no category"),
        ("outside the image", drop(x=WIDTH + 1), "drops[0].x", "outside"),
        ("no number", drop(y=math.nan), "drops[0].y", "NaN"),
    ],
    Stage.SPOT: [
        ("outside the image", {"points": [[3, HEIGHT + 1]]}, "points[0][1]", "outside"),
        ("no number", {"points": [[math.nan, 4]]}, "points[0][0]", "NaN"),
        ("too many", {"points": [[i, 1] for i in range(11)]}, "points", "11 points"),
    ],
    Stage.SEGMENT: [
        ("two points", mask([3, 4, 5, 6]), "polygons[0]", "2 points"),
        ("outside the image", mask([2, 2, WIDTH + 1, 2, 22, 22]), "polygons[0][2]", "outside"),
        ("crosses itself", mask([2, 2, 22, 22, 22, 2, 2, 20]), "polygons[0]", "crosses itself"),
        ("10,000 points", mask([3.5] * 20_000), "polygons[0]", "20,000 numbers"),
        ("no number", mask([2, 2, 22, 2, 22, math.nan]), "polygons[0][5]", "NaN"),
        ("endless", mask([2, 2, 22, 2, 22, math.inf]), "polygons[0][5]", "outside"),
        ("a category of its own", mask(RING, category_id=44), "category_id", "not known"),
        ("another stage's answer", drop(), "drops", "not known"),
    ],
    Stage.VERIFY: [
        ("a tile that is none", {"bad": [64]}, "bad[0]", "no tile"),
        ("a tile twice", {"bad": [0, 0]}, "bad[1]", "second time"),
    ],
    Stage.CROWD: [("another size", {"rle": {"size": [1, 1], "counts": "1"}}, "rle.size", "[1, 1]")],
    Stage.CAPTION: [("no word", {"text": " "}, "text", "no word")],
}


def refused(engine: Engine, call: Callable[[], object], field: str, reason: str) -> None:
    """The call is refused in these words, and changes nothing."""
    before = snapshot(engine.database)
    with pytest.raises(RefusedError) as caught:
        call()
    assert caught.value.field == field
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)
    assert snapshot(engine.database) == before


@pytest.mark.parametrize("stage", BAD)
def test_a_bad_payload_changes_nothing(database: Database, stage: Stage) -> None:
    engine, truth, workers = start(database, images=8, crowd_after=1)
    held = until(engine, truth, workers, stage, training=False)
    for i, (_, payload, field, reason) in enumerate(BAD[stage]):
        refused(engine, lambda p=payload, i=i: engine.submit(held.worker_id, held.id, p, f"{i}"), field, reason)  # type: ignore[misc]
    receipt = engine.submit(held.worker_id, held.id, answer(truth, held, Random(0)), "0")  # the same page, corrected
    assert receipt.state in (AnswerState.COUNTED, AnswerState.UNTRUSTED)
    assert receipt.state == AnswerState.COUNTED or isinstance(held.work, VerifyTask)


def in_hand(database: Database) -> tuple[Engine, Truth, list[int], Assignment, object]:
    """A segment task in somebody's hands, and a good answer to it."""
    engine, truth, workers = start(database)
    held = until(engine, truth, workers, Stage.SEGMENT, training=False)
    return engine, truth, workers, held, answer(truth, held, Random(0))


def test_somebody_elses_lease_is_refused(database: Database) -> None:
    engine, _, workers, held, payload = in_hand(database)
    other = next(worker for worker in workers if worker != held.worker_id)
    said = ("assignment", "is not one of yours")
    refused(engine, lambda: engine.submit(other, held.id, payload, "a"), *said)
    refused(engine, lambda: engine.extend(other, held.id), *said)
    refused(engine, lambda: engine.release(other, held.id, "too hard"), *said)
    refused(engine, lambda: engine.submit(held.worker_id, "0" * 32, payload, "a"), *said)
    assert engine.submit(held.worker_id, held.id, payload, "a").state == AnswerState.COUNTED


def test_a_lease_that_is_over_is_not_prolonged(database: Database) -> None:
    """It ended, and the place may be somebody else's: only an answer that is there already may still come in."""
    engine, _, _, held, payload = in_hand(database)
    clock = engine.clock
    assert isinstance(clock, ManualClock)
    clock.advance(10**8)
    assert engine.keep_up()
    refused(engine, lambda: engine.extend(held.worker_id, held.id), "assignment", "is expired")
    bad = mask([3, 4, 5, 6])
    refused(engine, lambda: engine.submit(held.worker_id, held.id, bad, "a"), "polygons[0]", "2 points")
    assert engine.submit(held.worker_id, held.id, payload, "a").state in (AnswerState.COUNTED, AnswerState.LATE)
    refused(engine, lambda: engine.extend(held.worker_id, held.id), "assignment", "is answered")


def test_a_second_answer_is_refused(database: Database) -> None:
    engine, truth, _, held, payload = in_hand(database)
    worker = held.worker_id
    first = engine.submit(worker, held.id, payload, "a")
    refused(engine, lambda: engine.submit(worker, held.id, payload, "b"), "assignment", "has an answer already")
    before = snapshot(database)
    again = engine.submit(worker, held.id, {"outcome": "no_object"}, "a")  # whatever it says: that client id was taken
    assert (again.answer_id, again.repeated) == (first.answer_id, True)
    assert snapshot(database) == before
    found = engine.next_task(worker)
    assert found is not None
    sent = answer(truth, found, Random(0))
    refused(engine, lambda: engine.submit(worker, found.id, sent, "a"), "client_id", "was used for another assignment")


def test_a_closed_campaign_takes_nothing(database: Database) -> None:
    engine, _, _, held, payload = in_hand(database)
    set_state(database, engine.campaign, CampaignState.CLOSED)
    refused(engine, lambda: engine.submit(held.worker_id, held.id, payload, "a"), "campaign", "is closed")
