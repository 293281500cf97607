"""Which task a worker gets next: the latest stage first, so that what was begun is finished; then who waits longest."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ..domain.stages import SentinelKind, Stage
from ..store.claims import Task, claim, free_lanes, free_stages
from ..store.database import Transaction
from ..store.sentinels import Sentinel, fresh_sentinels
from .context import Campaign

#: The latest stage first. A page of masks waits until it is full, unless there is nothing else to do.
ORDER = (Stage.VERIFY, Stage.CROWD, Stage.SEGMENT, Stage.SPOT, Stage.LABEL, Stage.CAPTION, Stage.FILTER)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a worker gets: places at positions, and sentinels at others; or a training mask and no place."""

    stage: Stage
    places: tuple[tuple[Task, int], ...] = ()
    sentinels: tuple[tuple[int, Sentinel], ...] = ()
    training: Sentinel | None = None


def choose(
    tx: Transaction, campaign: Campaign, worker_id: int, stages: Collection[Stage], chance: random.Random,
    *, trains: bool = True,
) -> Choice | None:  # fmt: skip
    """The best task that a worker may do now; its rows are locked. None if there is none.

    Without ``trains`` it is no training task.
    """
    tiles = _tiles(campaign)
    free = free_stages(tx, campaign.id, tiles)
    for stage in _turns({stage: count for stage, count in free.items() if stage in stages}, tiles):
        if stage is Stage.VERIFY:
            choice = _page(tx, campaign, worker_id, chance)
        elif stage in campaign.gated:
            choice = _gated(tx, campaign, worker_id, stage, trains)
        else:
            choice = _single(claim(tx, campaign.id, worker_id, stage, 0))
        if choice is not None:
            return choice
    return None


def _tiles(campaign: Campaign) -> int:
    """How many masks a full page shows beside its sentinels."""
    settings = campaign.settings
    return settings.page_size - settings.bad_sentinels - settings.good_sentinels


def _turns(free: Mapping[Stage, int], tiles: int) -> Iterator[Stage]:
    """Stages in the order in which they are tried."""
    partial = free.get(Stage.VERIFY, tiles) < tiles
    for stage in ORDER:
        if stage in free and not (partial and stage is Stage.VERIFY):
            yield stage
    if partial:
        yield Stage.VERIFY


def _single(tasks: list[Task]) -> Choice | None:
    return Choice(tasks[0].stage, ((tasks[0], 0),)) if tasks else None


def _gated(tx: Transaction, campaign: Campaign, worker_id: int, stage: Stage, trains: bool) -> Choice | None:
    """A task in a category that the worker has passed, or else a training task in one that waits."""
    lanes = free_lanes(tx, campaign.id, worker_id, stage)
    for lane in lanes:
        if not campaign.settings.training or not lane.gold or lane.state == "passed":
            if tasks := claim(tx, campaign.id, worker_id, stage, lane.category_id):
                return _single(tasks)
    for lane in lanes if trains else ():
        if campaign.settings.training and lane.gold and lane.state in (None, "trying"):
            kind, category = SentinelKind.TRAINING, lane.category_id
            if found := fresh_sentinels(tx, campaign.id, worker_id, kind, 1, category_id=category):
                return Choice(stage, training=found[0])
    return None


def _page(tx: Transaction, campaign: Campaign, worker_id: int, chance: random.Random) -> Choice | None:
    """A page of masks with sentinels among them, at positions that nobody can guess."""
    settings = campaign.settings
    tasks = claim(tx, campaign.id, worker_id, Stage.VERIFY, 0, _tiles(campaign))
    if not tasks:
        return None
    known = [
        *fresh_sentinels(tx, campaign.id, worker_id, SentinelKind.BAD, settings.bad_sentinels),
        *fresh_sentinels(tx, campaign.id, worker_id, SentinelKind.GOOD, settings.good_sentinels),
    ]
    positions = list(range(len(tasks) + len(known)))
    chance.shuffle(positions)
    places = tuple(zip(tasks, positions, strict=False))
    return Choice(Stage.VERIFY, places, tuple(zip(positions[len(tasks):], known, strict=True)))
