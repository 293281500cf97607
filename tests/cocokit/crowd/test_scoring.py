"""What one answer is worth by the truth, stage by stage; and when simulated workers come and how long they take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cocokit.campaign.mask_sets import stored
from cocokit.crowd.eyes import Eyes
from cocokit.crowd.hands import Hands
from cocokit.crowd.people import Person
from cocokit.crowd.scoring import score
from cocokit.crowd.skills import MIDDLE
from cocokit.domain.tasks import ImageRef, LabelTask, SegmentTask, SpotTask, Tile, VerifyTask
from cocokit.pipeline.settings import CampaignSettings

from .small import CUP, DOG, PERSON, TABLE, truth

TRUTH = truth()
SCENES = TRUTH.scenes
IMAGE = ImageRef(1, "1.jpg", 320, 240)
HANDS = Hands(MIDDLE["careful"], Eyes(TRUTH, 0), CampaignSettings(), np.random.default_rng(0))
CATEGORIES = {category.id: category for category in TRUTH.categories}


def drops(*categories: int) -> dict[str, object]:
    return {"drops": [{"category_id": category, "x": 1.0, "y": 1.0} for category in categories]}


def test_labels_are_counted_by_whether_they_are_there() -> None:
    found = score(HANDS, LabelTask(IMAGE, TRUTH.categories), drops(CUP, DOG), SCENES)
    assert (found.right, found.wrong, found.found, found.missed) == (1, 1, 1, 2)


def test_two_crosses_on_one_cup_find_one() -> None:
    cups = SCENES[1].instances[CUP]
    (x, y), (x2, y2) = cups[0].core[0].tolist(), cups[1].core[0].tolist()
    sent = {"points": [[x, y], [x, y + 0.5], [x2, y2], [310.0, 5.0]]}
    found = score(HANDS, SpotTask(IMAGE, CATEGORIES[CUP], (x, y), 10), sent, SCENES)
    assert (found.right, found.wrong, found.found, found.missed) == (3, 1, 2, 1)


def test_a_cross_in_a_crowd_is_right_and_finds_no_instance() -> None:
    found = score(HANDS, SpotTask(IMAGE, CATEGORIES[PERSON], (50, 15), 10), {"points": [[60.0, 20.0]]}, SCENES)
    assert (found.right, found.wrong, found.found, found.missed) == (1, 0, 0, 1)


def test_a_mask_is_right_from_half_on_and_its_iou_is_told() -> None:
    one = SCENES[1].instances[TABLE][0]
    x, y = one.core[0].tolist()
    work = SegmentTask(IMAGE, CATEGORIES[TABLE], (x, y))
    whole = score(HANDS, work, {"outcome": "mask", "polygons": [list(one.outlines[0])]}, SCENES)
    assert (whole.right, whole.wrong, whole.iou) == (1, 0, 1.0)
    left = [20, 150, 120, 150, 120, 210, 20, 210]  # 100 of 250 px of its width
    part = score(HANDS, work, {"outcome": "mask", "polygons": [left]}, SCENES)
    assert (part.right, part.wrong) == (0, 1)
    assert part.iou == pytest.approx(0.4)
    assert score(HANDS, work, {"outcome": "no_object"}, SCENES).missed == 1


def test_a_page_is_judged_by_masks_that_are_surely_good_or_bad() -> None:
    cups = [stored(one.mask, "") for one in SCENES[1].instances[CUP]]
    table = stored(SCENES[1].instances[TABLE][0].mask, "")
    tiles = tuple(Tile(i, IMAGE, CATEGORIES[CUP], mask) for i, mask in enumerate([cups[0], cups[1], table, table]))
    found = score(HANDS, VerifyTask(tiles), {"bad": [0, 2]}, SCENES)
    assert (found.right, found.wrong, found.missed) == (1, 1, 1)


def person(**changes: float) -> Person:
    chance = np.random.default_rng(1)
    return Person(0, replace(MIDDLE["average"], **changes), HANDS, chance)


def test_answers_take_the_usual_time_on_average_and_small_pages_less() -> None:
    work, numbers = LabelTask(IMAGE, TRUTH.categories), CampaignSettings()
    for speed in (1.0, 0.5):
        worker = person(speed=speed)
        times = [worker.takes(work, numbers, 30.0).wall_ms for _ in range(3000)]
        assert np.mean(times) == pytest.approx(30_000 * speed, rel=0.05)
    tile = Tile(0, IMAGE, CATEGORIES[CUP], stored(SCENES[1].instances[CUP][0].mask, ""))
    one = person()
    page = [one.takes(VerifyTask((tile,) * 16), numbers, 128.0) for _ in range(3000)]
    assert np.mean([t.wall_ms for t in page]) == pytest.approx(128_000 * 16 / numbers.page_size, rel=0.05)
    assert all(t.active_ms <= t.visible_ms <= t.wall_ms for t in page)


def test_eager_workers_come_more_often() -> None:
    gaps = {}
    for activity in (0.5, 2.0):
        one = person(activity=activity)
        gaps[activity] = float(np.mean([one.next_visit(0) for _ in range(3000)]))
    assert gaps[0.5] == pytest.approx(4 * gaps[2.0], rel=0.1)
