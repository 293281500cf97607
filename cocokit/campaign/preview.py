"""What a task looks like, for somebody who has not accepted one: nothing is leased and nobody is written down."""

from __future__ import annotations

from ..domain.stages import Stage
from ..domain.tasks import Assignment
from ..store.claims import open_task
from .engine import Engine
from .handout import work_of

#: The id of an assignment that nobody holds.
WORD = "preview"
#: What is shown first; pages of many tiles are no examples.
_ORDER = (Stage.SEGMENT, Stage.CROWD, Stage.SPOT, Stage.LABEL, Stage.CAPTION)


def preview(engine: Engine) -> Assignment | None:
    """An open task as its page would show it, or None if there is none that makes a good example."""
    now, settings = engine.clock.now(), engine.campaign.settings
    with engine.database.read() as tx:
        for stage in _ORDER:
            task = open_task(tx, engine.campaign.id, stage)
            if task is not None:
                work = work_of(tx, engine.campaign, stage, [(task, 0)])
                return Assignment(WORD, 0, stage, work, now + settings.lease_ms(stage))
    return None
