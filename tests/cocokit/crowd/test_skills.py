"""Skills do what they say: statistics of crowds, of hands that draw, label, click and judge."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from cocokit import geometry, rle
from cocokit.campaign.mask_sets import stored
from cocokit.crowd.drawing import blob, outline
from cocokit.crowd.eyes import Eyes
from cocokit.crowd.hands import Hands
from cocokit.crowd.skills import MIDDLE, MIX, SPAM, Skill, draw_skills
from cocokit.domain.tasks import CategoryRef, ImageRef, LabelTask, SegmentTask, SpotTask, Tile, VerifyTask
from cocokit.errors import ParamsError
from cocokit.pipeline.settings import CampaignSettings

from .small import CUP, DOG, PERSON, TABLE, truth

IMAGE = ImageRef(1, "1.jpg", 320, 240)


def hands(skill: Skill, seed: int = 0, settings: CampaignSettings | None = None) -> Hands:
    return Hands(skill, Eyes(truth(), 0), settings or CampaignSettings(), np.random.default_rng(seed))


def ref(category: int) -> CategoryRef:
    return next(c for c in truth().categories if c.id == category)


# ---------------------------------------------------------------- crowds


def test_a_crowd_has_the_spammers_that_were_asked_for_and_the_mix_of_others() -> None:
    kinds = Counter(skill.kind for skill in draw_skills(2000, 0.2, 3))
    assert sum(kinds[kind] for kind in SPAM) == 400
    assert {kinds[kind] for kind in SPAM} == {80}
    for kind, share in MIX.items():
        assert kinds[kind] / 1600 == pytest.approx(share, abs=0.04)


def test_the_seed_decides_the_crowd() -> None:
    assert draw_skills(50, 0.1, 1) == draw_skills(50, 0.1, 1) != draw_skills(50, 0.1, 2)


@pytest.mark.parametrize(("workers", "spam", "field"), [(0, 0.1, "workers"), (5, 1.5, "spam"), (5, math.nan, "spam")])
def test_a_crowd_that_cannot_be_is_refused(workers: int, spam: float, field: str) -> None:
    with pytest.raises(ParamsError) as raised:
        draw_skills(workers, spam)
    assert raised.value.field == field


def test_people_of_a_kind_differ_around_its_middle() -> None:
    people = [s for s in draw_skills(3000, 0.0, 1) if s.kind == "average"]
    assert np.median([s.miss for s in people]) == pytest.approx(MIDDLE["average"].miss, rel=0.05)
    assert np.median([s.iou for s in people]) == pytest.approx(MIDDLE["average"].iou, abs=0.005)
    assert np.std([s.miss for s in people]) > 0.02


def test_small_and_cluttered_things_are_missed_more_and_tired_eyes_miss_more() -> None:
    one = MIDDLE["average"]
    chances = [one.miss_chance(one.miss, share, 0.2) for share in (0.3, 0.02, 0.001)]
    assert chances == sorted(chances)
    assert chances[0] < 0.15 < 0.4 < chances[2]
    assert one.miss_chance(one.miss, 0.02, 0.9) > one.miss_chance(one.miss, 0.02, 0.1)
    assert one.miss_chance(one.miss, 0.02, 0.2, hours=3) > one.miss_chance(one.miss, 0.02, 0.2)


# ---------------------------------------------------------------- hands


@pytest.mark.parametrize("kind", list(MIX))
def test_labels_are_missed_and_made_up_as_often_as_the_skill_says(kind: str) -> None:
    skill = replace(MIDDLE[kind], extra=0.2)
    hand, scene = hands(skill), truth().scenes[1]
    work = LabelTask(IMAGE, truth().categories)
    said = [{drop["category_id"] for drop in hand.label(work, scene, 0.0)["drops"]} for _ in range(3000)]
    share = scene.instances[TABLE][0].share
    expected = 1 - skill.miss_chance(skill.miss, share, scene.clutter, 0.0, hand.eyes.hard(scene, TABLE))
    assert np.mean([TABLE in one for one in said]) == pytest.approx(expected, abs=0.03)
    assert np.mean([DOG in one for one in said]) == pytest.approx(1 - math.exp(-0.2), abs=0.03)


def test_crosses_are_on_instances_and_no_more_than_the_page_takes() -> None:
    hand, scene = hands(replace(MIDDLE["careful"], extra_spot=0.0)), truth().scenes[1]
    for most in (10, 2):
        work = SpotTask(IMAGE, ref(CUP), (31.0, 120.0), most)
        points = [hand.spot(work, scene, 0.0)["points"] for _ in range(300)]
        assert max(map(len, points)) == min(most, 3)
        assert all(hand.eyes.at(scene, CUP, tuple(point)) is not None for each in points for point in each)


@pytest.mark.parametrize("target", [0.95, 0.9, 0.8])
def test_outlines_come_to_the_iou_that_is_asked_for_and_are_simple(target: float) -> None:
    chance = np.random.default_rng(1)
    found = []
    for scene in truth().scenes.values():
        for one in (one for each in scene.instances.values() for one in each):
            for _ in range(20):
                rings = outline(scene, one, target, chance)
                assert not any(geometry.why_invalid(ring) for ring in rings)
                found.append(float(rle.iou([scene.drawn(rings)], [one.mask], [False])[0, 0]))
    assert np.mean(found) == pytest.approx(target, abs=0.03)
    assert np.quantile(found, 0.05) > target - 0.12


def test_blobs_are_simple_outlines_even_in_a_corner() -> None:
    scene, chance = truth().scenes[1], np.random.default_rng(1)
    for at in ((0.0, 0.0), (319.9, 239.9), (160.0, 100.0)):
        for radius in (0.1, 3.0, 300.0):
            rings = blob(scene, at, radius, chance)
            assert rings
            assert not any(geometry.why_invalid(ring) for ring in rings)
            assert rle.area(scene.drawn(rings))


def test_a_worker_draws_what_the_spot_means_and_sees_what_is_there_already() -> None:
    hand, scene = hands(replace(MIDDLE["careful"], blunder=0.0)), truth().scenes[1]
    cups = scene.instances[CUP]
    first = cups[0]
    spot = tuple(first.core[0].tolist())
    drawn = hand.segment(SegmentTask(IMAGE, ref(CUP), spot), scene)
    assert drawn["outcome"] == "mask"
    mask = stored(scene.drawn([tuple(ring) for ring in drawn["polygons"]]), "")
    assert hand.eyes.look(scene, CUP, mask)[1] is first
    assert hand.segment(SegmentTask(IMAGE, ref(CUP), spot, ((CUP, mask),)), scene) == {"outcome": "no_object"}
    all_of_them = tuple((CUP, stored(one.mask, "")) for one in cups)
    assert hand.segment(SegmentTask(IMAGE, ref(CUP), spot, all_of_them), scene) == {"outcome": "all_segmented"}
    assert hand.segment(SegmentTask(IMAGE, ref(CUP), (300.0, 230.0)), scene) == {"outcome": "no_object"}


@pytest.mark.parametrize("kind", ["careful", "average", "hasty"])
def test_tiles_are_judged_by_how_near_they_are_to_the_truth(kind: str) -> None:
    skill = MIDDLE[kind]
    hand, scene = hands(skill), truth().scenes[1]
    one = scene.instances[TABLE][0]
    half = stored(rle.merge([one.mask, rle.from_bbox((0, 0, 145, 240), 240, 320)], intersect=True), "")
    good = stored(one.mask, "")
    page = VerifyTask((Tile(0, IMAGE, ref(TABLE), good), Tile(1, IMAGE, ref(TABLE), half)))
    flagged = [hand.verify(page, {1: scene})["bad"] for _ in range(2000)]
    assert np.mean([0 in bad for bad in flagged]) == pytest.approx(skill.doubt(1.0), abs=0.015)
    assert np.mean([1 in bad for bad in flagged]) == pytest.approx(skill.doubt(0.5), abs=0.015)


def test_a_mask_of_a_piece_of_a_crowd_is_as_good_as_any() -> None:
    hand, scene = hands(MIDDLE["careful"]), truth().scenes[1]
    piece = next(one for one in scene.seen[PERSON] if one.piece)
    assert hand.eyes.look(scene, PERSON, stored(piece.mask, "")) == (1.0, piece)
