"""What a campaign knows of its workers and of its own result, as plain records for those who judge and report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from ..domain.answers import Mask, Point
from ..domain.stages import AnswerState, MaskState, SentinelKind, SpotState, Stage, WorkerState
from ..store import evidence as store
from ..store.campaigns import count_images
from ..store.pairs import mask_of
from ..store.sentinels import results_of
from ..store.workers import workers_of
from .engine import Engine

#: Payloads that many good workers send many times: there was nothing to say.
_EMPTY: tuple[object, ...] = (
    {"drops": []}, {"points": []}, {"bad": []}, {"removed": {}}, {"nothing": True}, {"outcome": "no_object"},
    {"outcome": "all_segmented"},
)  # fmt: skip

#: Stages whose payloads are alike by chance.
_SHORT = (Stage.VERIFY, Stage.FILTER)

#: What became of a spot that was on something, and of one that was not.
_HIT = (SpotState.DRAWN, SpotState.COVERED, SpotState.CROWD)
_MISSED = (SpotState.NO_OBJECT, SpotState.GIVEN_UP)

#: Masks that are not held against their workers.
_STANDING = (MaskState.PASSED, MaskState.UNVERIFIED, MaskState.SPARE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the answers say of their workers; rejected workers are not among them.

    Attributes:
        seen: (worker, image) of label answers.
        named: (worker, image, category) of labels.
        times: (worker, stage, ms) of answers; ms for each mask of a page.
        repeats: worker -> how many answers repeat an earlier one of theirs, word for word; empty ones do not.
        answers: worker -> how many answers.
        spots: worker -> (spots on something, spots on nothing), as far as it is known.
        masks: worker -> (masks that stand, passed or not looked at enough, masks that failed): bad ones fail early.
        sentinels: worker -> (bad found, bad shown, good flagged, good shown).
        removed: worker -> images removed in the filter.
    """

    seen: list[tuple[int, int]]
    named: list[tuple[int, int, int]]
    times: list[tuple[int, str, int]]
    repeats: Mapping[int, int]
    answers: Mapping[int, int]
    spots: Mapping[int, tuple[int, int]]
    masks: Mapping[int, tuple[int, int]]
    sentinels: Mapping[int, tuple[int, int, int, int]]
    removed: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class StandingMask:
    """A mask that passed, or a painted region."""

    id: int
    image_id: int
    category_id: int
    worker_id: int
    mask: Mask


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a campaign has come to.

    Attributes:
        images: image -> (its id in exports, state).
        pairs: (image, category) that count as present.
        spots: (image, category, point) that count.
        masks: those that passed.
        crowds: painted regions.
        states: answer -> what it counts for.
    """

    images: dict[int, tuple[int, str]]
    pairs: frozenset[tuple[int, int]]
    spots: list[tuple[int, int, Point]]
    masks: list[StandingMask]
    crowds: list[StandingMask]
    states: dict[int, AnswerState]


def gather(engine: Engine) -> Evidence:
    """What the answers say of their workers now."""
    campaign = engine.campaign.id
    with engine.database.read() as tx:
        here = {worker.id for worker, _, _ in workers_of(tx, campaign) if worker.state is not WorkerState.REJECTED}
        times = [row for row in store.answer_times(tx, campaign) if row[0] in here]
        answers = Counter(worker for worker, _, _ in times)
        repeats: Counter[int] = Counter()
        for worker, stage, payload, count in store.repeated_payloads(tx, campaign, 2):
            if worker in here and stage not in _SHORT and json.loads(payload) not in _EMPTY:
                repeats[worker] += count - 1
        removed: dict[int, tuple[int, ...]] = {}
        for worker, payload in store.filter_payloads(tx, campaign):
            removed[worker] = (*removed.get(worker, ()), *map(int, json.loads(payload)["removed"]))
        return Evidence(
            store.seen_images(tx, campaign), store.named_pairs(tx, campaign), times, repeats, answers,
            {worker: (_sum(fates, _HIT), _sum(fates, _MISSED)) for worker, fates in
             store.spot_fates(tx, campaign).items() if worker in answers},
            {worker: (_sum(fates, _STANDING), fates.get(MaskState.FAILED, 0)) for worker, fates in
             store.mask_fates(tx, campaign).items() if worker in answers},
            {worker: (*kinds.get(SentinelKind.BAD, (0, 0)), *kinds.get(SentinelKind.GOOD, (0, 0))) for worker, kinds in
             results_of(tx, campaign).items() if worker in answers},
            removed,
        )  # fmt: skip


def harvest(engine: Engine) -> Harvest:
    """What the campaign has come to."""
    campaign = engine.campaign.id
    with engine.database.read() as tx:
        return Harvest(
            store.image_states(tx, campaign),
            frozenset((image, category) for _, image, category in store.named_pairs(tx, campaign)),
            [(image, category, (x, y)) for image, category, x, y in store.spot_rows(tx, campaign)],
            [StandingMask(r.id, r.image_id, r.category_id, r.worker_id, mask_of(r))
             for r in store.mask_rows(tx, campaign, MaskState.PASSED)],
            [StandingMask(r.id, r.image_id, r.category_id, r.worker_id, mask_of(r))
             for r in store.crowd_rows(tx, campaign)],
            store.answer_states(tx, campaign),
        )  # fmt: skip


def unfinished(engine: Engine) -> int:
    """How many images are neither finished nor dropped."""
    counts = image_counts(engine)
    return counts.total() - counts["finished"] - counts["dropped"]


def image_counts(engine: Engine) -> Counter[str]:
    """State -> how many images."""
    with engine.database.read() as tx:
        return Counter(count_images(tx, engine.campaign.id))


_State = TypeVar("_State", SpotState, MaskState)


def _sum(fates: Mapping[_State, int], states: tuple[_State, ...]) -> int:
    return sum(fates.get(state, 0) for state in states)
