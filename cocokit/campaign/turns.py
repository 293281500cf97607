"""Tasks of every kind in turn, for whoever wants to see all of a campaign; and what is left for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ..domain.stages import Stage
from ..domain.tasks import Assignment
from ..store.openings import had_by, latest_besides, openings_for, waits_of
from .choosing import ORDER
from .engine import Beside, Engine

#: The order in which somebody meets the stages: as an image goes through them, captions for a rest in between.
TOUR = (Stage.FILTER, Stage.LABEL, Stage.SPOT, Stage.SEGMENT, Stage.VERIFY, Stage.CAPTION, Stage.CROWD)
assert set(TOUR) == set(ORDER)


def next_by_turns(
    engine: Engine, worker_id: int, hold: Collection[str] | None = None, beside: Beside | None = None
) -> Assignment | None:
    """As :meth:`Engine.next_task`, but of the stage of which the worker has had the fewest tasks.

    Args:
        engine: of the campaign.
        worker_id: whose turn it is.
        hold, beside: as for :meth:`Engine.next_task`.

    Raises:
        RefusedError: the worker is paused or rejected.
    """
    with engine.database.read() as tx:
        had, free = had_by(tx, worker_id), openings_for(tx, engine.campaign.id, worker_id)
    turns = sorted((stage for stage in TOUR if free[stage]), key=lambda stage: had[stage])
    for stage in turns:
        given = engine.next_task(worker_id, [stage], hold, beside)
        if given is not None:
            return given
    return engine.next_task(worker_id, None, hold, beside)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody.

    Attributes:
        left: stage -> tasks that they may take.
        own: tasks about their own work, which others must do.
    """

    left: Counter[Stage]
    own: int = 0


def waiting_for_others(engine: Engine, channel: str) -> Waiting:
    """What waits for whom another channel brings: for the last of them who came, if any did.

    Args:
        engine: of the campaign.
        channel: of those who do not count.
    """
    campaign = engine.campaign.id
    with engine.database.read() as tx:
        visitor = latest_besides(tx, campaign, channel)
        own = 0 if visitor is None else waits_of(tx, campaign, visitor)
        return Waiting(openings_for(tx, campaign, visitor), own)
