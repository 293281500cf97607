"""What is there for one worker: how many tasks of each stage have a place for them, and how many they have had."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import exists, func, or_, select

from ..domain.stages import Stage
from .claims import HAS_PLACE
from .database import Transaction
from .models import AssignmentRow, IdentityRow, PlaceRow, TaskRow


def openings_for(tx: Transaction, campaign_id: int, worker_id: int | None) -> Counter[Stage]:
    """Stage -> tasks with a free place that a worker may take; None is somebody who has not come yet."""
    query = select(TaskRow.stage, func.count()).where(TaskRow.campaign_id == campaign_id, HAS_PLACE)
    if worker_id is not None:
        had = exists().where(PlaceRow.task_id == TaskRow.id, PlaceRow.worker_id == worker_id)
        query = query.where(~had, or_(TaskRow.author_id.is_(None), TaskRow.author_id != worker_id))
    return Counter({Stage(word): count for word, count in tx.execute(query.group_by(TaskRow.stage))})


def waits_of(tx: Transaction, campaign_id: int, worker_id: int) -> int:
    """How many tasks with a free place are about a worker's own work."""
    query = select(func.count()).where(TaskRow.campaign_id == campaign_id, HAS_PLACE, TaskRow.author_id == worker_id)
    return int(tx.execute(query).scalar_one())


def had_by(tx: Transaction, worker_id: int) -> Counter[Stage]:
    """Stage -> tasks that a worker has answered or holds; given back ones and those that ran out count as well."""
    query = select(AssignmentRow.stage, func.count()).where(AssignmentRow.worker_id == worker_id)
    return Counter({Stage(word): count for word, count in tx.execute(query.group_by(AssignmentRow.stage))})


def latest_besides(tx: Transaction, campaign_id: int, channel: str) -> int | None:
    """The worker who was last given a task among those whom another channel brought; None if there is none."""
    query = select(AssignmentRow.worker_id).join(IdentityRow, IdentityRow.worker_id == AssignmentRow.worker_id)
    query = query.where(AssignmentRow.campaign_id == campaign_id, IdentityRow.channel != channel)
    return tx.execute(query.order_by(AssignmentRow.id.desc()).limit(1)).scalar_one_or_none()
