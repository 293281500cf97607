"""What a task looks like, for somebody who has not accepted one: nothing is leased and nobody is written down.

A page of many tiles shows tasks alone: no mask with a known answer is among them, so that a look gives none away.
"""

from __future__ import annotations

import re

from ..domain.stages import Stage
from ..domain.tasks import Assignment
from ..errors import NotFoundError
from ..store.claims import Task, open_task, tasks_from
from ..store.database import Database, Transaction
from .context import Campaign, load_campaign
from .engine import Engine
from .handout import work_of

#: How the id of an assignment begins that nobody holds.
WORD = "preview"
_WORD = re.compile(rf"{WORD}-([0-9]{{1,15}})-({'|'.join(Stage)})-([0-9]{{1,15}})")
#: What is shown first; pages of many tiles come last, for they say the least of what is to be drawn.
_ORDER = (Stage.SEGMENT, Stage.CROWD, Stage.SPOT, Stage.LABEL, Stage.CAPTION, Stage.VERIFY, Stage.FILTER)


def preview(engine: Engine) -> Assignment | None:
    """An open task as its page would show it, or None if there is none.

    Its id tells :func:`preview_by_word` again what is on it, whatever becomes of the task.
    """
    campaign = engine.campaign
    with engine.database.read() as tx:
        for stage in _ORDER:
            task = open_task(tx, campaign.id, stage)
            if task is not None:
                return _shown(tx, campaign, task, engine.clock.now())
    return None


def preview_by_word(database: Database, word: str) -> Assignment | None:
    """A preview by its id; None if it is no id of one."""
    found = _WORD.fullmatch(word)
    if found is None:
        return None
    key, stage, first = int(found[1]), Stage(found[2]), int(found[3])
    with database.read() as tx:
        try:
            campaign = load_campaign(tx, campaign_id=key)
        except NotFoundError:
            return None
        tasks = tasks_from(tx, key, stage, first, 1)
        return _shown(tx, campaign, tasks[0], 0) if tasks and tasks[0].id == first else None


def _shown(tx: Transaction, campaign: Campaign, task: Task, now: int) -> Assignment:
    settings, stage = campaign.settings, task.stage
    tasks = [task]
    if stage is Stage.VERIFY:
        tasks = tasks_from(tx, campaign.id, stage, task.id, settings.page_size)
    work = work_of(tx, campaign, stage, [(one, i) for i, one in enumerate(tasks)])
    return Assignment(f"{WORD}-{campaign.id}-{stage}-{task.id}", 0, stage, work, now + settings.lease_ms(stage))
