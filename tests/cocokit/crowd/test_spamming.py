"""Spam kinds do what they are named for, and send what a page could send."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cocokit.campaign.mask_sets import stored
from cocokit.campaign.payloads import read_answer
from cocokit.crowd.eyes import Eyes
from cocokit.crowd.hands import Hands
from cocokit.crowd.skills import MIDDLE, SPAM
from cocokit.crowd.spamming import SPAMMERS
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import (
    Assignment,
    CaptionTask,
    CrowdTask,
    FilterTask,
    ImageRef,
    LabelTask,
    SegmentTask,
    SpotTask,
    Tile,
    VerifyTask,
    Work,
)
from cocokit.pipeline.settings import TOOLS, CampaignSettings

from .small import CUP, PERSON, TABLE, truth

IMAGES = [ImageRef(i, f"{i}.jpg", 320, 240) for i in range(1, 5)]


def hands(kind: str, settings: CampaignSettings | None = None, seed: int = 0) -> Hands:
    made = SPAMMERS.get(kind, Hands)
    return made(MIDDLE[kind], Eyes(truth(), 0), settings or CampaignSettings(), np.random.default_rng(seed))


def work_of_every_kind(image: ImageRef) -> list[Work]:
    scene = truth().scenes[image.id]
    categories = truth().categories
    person, cup = (next(c for c in categories if c.id == key) for key in (PERSON, CUP))
    masks = [stored(one.mask, "") for one in scene.instances[CUP]]
    return [
        FilterTask("cup", "single", tuple(IMAGES)), LabelTask(image, categories),
        SpotTask(image, cup, (40.0, 120.0), 10),
        SpotTask(image, person, (5.0, 5.0), 10_000), SegmentTask(image, cup, (40.0, 120.0)),
        SegmentTask(image, cup, (319.0, 239.0), tuple((CUP, mask) for mask in masks)),
        VerifyTask(tuple(Tile(i, image, cup, mask) for i, mask in enumerate(masks))),
        CrowdTask(image, person, ()), CrowdTask(image, cup, tuple(masks)), CaptionTask(image),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", list(MIDDLE))
@pytest.mark.parametrize("tool", TOOLS)
def test_every_payload_of_everybody_is_one_that_a_page_could_send(kind: str, tool: str) -> None:
    settings = replace(CampaignSettings(), tools=(tool,), caption_min_words=15)
    scenes = {image.id: truth().scenes[image.id] for image in IMAGES}
    for seed in range(15):
        hand = hands(kind, settings, seed)
        for image in IMAGES[:2]:
            for work in work_of_every_kind(image):
                payload = hand.answer(work, scenes, hours=seed)
                assignment = Assignment("a", 1, Stage.LABEL, work, 0)
                read_answer(assignment, payload, settings)  # raises RefusedError


def test_mark_all_marks_all() -> None:
    hand, scene = hands("mark-all"), truth().scenes[1]
    label = hand.label(LabelTask(IMAGES[0], truth().categories), scene, 0.0)
    assert {drop["category_id"] for drop in label["drops"]} == {c.id for c in truth().categories}
    table = stored(scene.instances[TABLE][0].mask, "")
    tiles = tuple(Tile(i, IMAGES[0], truth().categories[0], table) for i in range(5))
    assert hand.verify(VerifyTask(tiles), {1: scene}) == {"bad": [0, 1, 2, 3, 4]}
    assert len(hand.filter(FilterTask("", "single", tuple(IMAGES)))["removed"]) == 4


def test_always_good_finds_nothing_wrong_and_nothing_at_all() -> None:
    hand, scene = hands("always-good"), truth().scenes[1]
    assert hand.label(LabelTask(IMAGES[0], truth().categories), scene, 0.0) == {"drops": []}
    table = stored(scene.instances[TABLE][0].mask, "")
    tiles = tuple(Tile(i, IMAGES[0], truth().categories[0], table) for i in range(5))
    assert hand.verify(VerifyTask(tiles), {1: scene}) == {"bad": []}


def test_copy_paste_sends_the_same_for_every_image() -> None:
    hand = hands("copy-paste")
    scenes = {image.id: truth().scenes[image.id] for image in IMAGES}
    for at in range(len(work_of_every_kind(IMAGES[0]))):
        sent = [hand.answer(work_of_every_kind(image)[at], scenes) for image in IMAGES]
        assert all(one == sent[0] for one in sent)


def test_random_answers_differ_and_bot_fast_is_random_in_no_time() -> None:
    scene, work = truth().scenes[1], LabelTask(IMAGES[0], truth().categories)
    sent = [str(hands("random", seed=seed).label(work, scene, 0.0)) for seed in range(30)]
    assert len(set(sent)) == 30
    assert SPAMMERS["bot-fast"] is SPAMMERS["random"]
    assert MIDDLE["bot-fast"].speed < 0.05 < MIDDLE["random"].speed


def test_every_kind_of_spam_has_its_hands() -> None:
    assert set(SPAMMERS) == set(SPAM)
