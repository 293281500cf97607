"""What one worker did and earned, and what there is to do: a few index probes for every page."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, exists, func, select

from ..domain.stages import TaskState
from .database import Transaction
from .models import AnswerRow, AssignmentRow, EventRow, LedgerRow, TaskRow


def figures_of_worker(tx: Transaction, campaign_id: int, worker_id: int, since: int) -> tuple[int, int, float]:
    """(answers since a moment, answers, cents) of a worker."""
    about = {"campaign": campaign_id, "worker": worker_id, "since": since}
    row = tx.execute(_figures(), about).one()
    return int(row[0] or 0), int(row[1]), float(row[2] or 0)


@cache
def _figures() -> Any:
    worker: Any = bindparam("worker")
    lately = func.sum(case((AnswerRow.received_at >= bindparam("since"), 1), else_=0))
    cents = select(func.sum(LedgerRow.cents)).where(
        LedgerRow.campaign_id == bindparam("campaign"), LedgerRow.worker_id == worker
    )
    return select(lately, func.count(), cents.scalar_subquery()).where(AnswerRow.worker_id == worker)


def has_open_task(tx: Transaction, campaign_id: int) -> bool:
    """Whether a campaign wants any more answers."""
    return bool(tx.execute(_has_open_task(), {"campaign": campaign_id}).scalar_one())


@cache
def _has_open_task() -> Any:
    return select(exists().where(TaskRow.campaign_id == bindparam("campaign"), TaskRow.state == TaskState.OPEN))


def next_expiry(tx: Transaction, campaign_id: int) -> tuple[int, int | None]:
    """How many assignments are held, and when the first of them ends (ms)."""
    query = select(func.count(), func.min(AssignmentRow.expires_at)).where(
        AssignmentRow.campaign_id == campaign_id, AssignmentRow.state == "leased"
    )
    row = tx.execute(query).one()
    return row[0], row[1]


def last_note_of(tx: Transaction, campaign_id: int, kind: str, worker_id: int) -> str | None:
    """What the newest line of the diary of one kind says of a worker, as JSON text; or None."""
    mine = (EventRow.campaign_id == campaign_id, EventRow.kind == kind, EventRow.worker_id == worker_id)
    return tx.execute(select(EventRow.data).where(*mine).order_by(EventRow.id.desc()).limit(1)).scalar_one_or_none()
