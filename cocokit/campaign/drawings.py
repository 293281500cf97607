"""Masks beside experts' masks: what workers drew in training, and on images that experts have drawn too."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..domain.answers import Mask, SegmentAnswer
from ..domain.stages import Stage
from ..domain.tasks import Assignment, ImageRef, SegmentTask
from ..store.quality import DrawnMask, gold_masks, masks_beside_gold, training_answers, votes_of
from .engine import Engine
from .payloads import read_answer


@dataclass(frozen=True, slots=True)
class TrainingMask:
    """A mask of a training task, and how it was scored then."""

    worker_id: int
    gold_id: int
    mask: Mask
    iou: float
    boundary: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """What there is to compare.

    Attributes:
        gold: (id, mask) of the experts.
        beside: workers' masks of the campaign in the same images and categories.
        training: workers' masks of training tasks.
        votes: (worker, mask, good) of every vote that counts.
    """

    gold: list[tuple[int, DrawnMask]]
    beside: list[DrawnMask]
    training: list[TrainingMask]
    votes: list[tuple[int, int, bool]]


def drawn_masks(engine: Engine) -> Drawn:
    """All masks of a campaign that gold says something about."""
    with engine.database.read() as tx:
        gold = gold_masks(tx, engine.campaign.id)
        beside = masks_beside_gold(tx, engine.campaign.id)
        answers = training_answers(tx, engine.campaign.id)
        votes = votes_of(tx, engine.campaign.id)
    known = dict(gold)
    training = []
    for worker, sentinel, payload, receipt in answers:
        score = json.loads(receipt)
        mask = _mask(engine, known[sentinel], payload)
        training.append(TrainingMask(worker, sentinel, mask, score["iou"], score["boundary"]))
    return Drawn(gold, beside, training, votes)


def _mask(engine: Engine, gold: DrawnMask, payload: str) -> Mask:
    """The mask in a payload that was accepted once."""
    image = ImageRef(gold.image_id, "", gold.mask.width, gold.mask.height)
    task = SegmentTask(image, engine.campaign.categories[gold.category_id], (0.0, 0.0), training=True)
    assignment = Assignment("", 0, Stage.SEGMENT, task, 0, training=True)
    answer = read_answer(assignment, json.loads(payload), engine.campaign.settings)
    assert isinstance(answer, SegmentAnswer)
    assert answer.mask is not None
    return answer.mask
