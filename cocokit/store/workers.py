"""Workers: who they are, what they may draw, where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from ..domain.stages import WorkerState
from .database import Transaction
from .models import IdentityRow, QualificationRow, WorkerRow


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker of a campaign."""

    id: int
    campaign_id: int
    state: WorkerState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Qualification:
    """How far a worker is in one category."""

    state: str  # trying, passed or failed
    tries: int
    best_iou: float


def find_worker(tx: Transaction, worker_id: int) -> Worker | None:
    """A worker by id, or None."""
    query = select(WorkerRow.id, WorkerRow.campaign_id, WorkerRow.state, WorkerRow.reason)
    row = tx.execute(query.where(WorkerRow.id == worker_id)).one_or_none()
    return None if row is None else Worker(row.id, row.campaign_id, WorkerState(row.state), row.reason)


def find_identity(tx: Transaction, campaign_id: int, channel: str, external_id: str) -> int | None:
    """The id of the worker whom a channel knows by a name, or None."""
    query = select(IdentityRow.worker_id).where(
        IdentityRow.campaign_id == campaign_id, IdentityRow.channel == channel, IdentityRow.external_id == external_id
    )
    return tx.execute(query).scalar_one_or_none()


def add_worker(tx: Transaction, campaign_id: int, channel: str, external_id: str, now: int) -> int:
    """A new worker; the id."""
    statement = insert(WorkerRow).values(campaign_id=campaign_id, state=str(WorkerState.ACTIVE), joined_at=now)
    key = tx.execute(statement.returning(WorkerRow.id)).scalar_one()
    tx.execute(insert(IdentityRow).values(
        campaign_id=campaign_id, worker_id=key, channel=channel, external_id=external_id
    ))  # fmt: skip
    return key


def lock_workers(tx: Transaction, workers: Sequence[int]) -> None:
    """Whoever wants to submit for these workers waits until the transaction ends."""
    query = select(WorkerRow.id).where(WorkerRow.id.in_(workers)).order_by(WorkerRow.id)
    tx.execute(query.with_for_update()).all()


def set_worker_state(tx: Transaction, worker_id: int, state: WorkerState, reason: str | None) -> None:
    """Where a worker stands from now on."""
    tx.execute(update(WorkerRow).where(WorkerRow.id == worker_id).values(state=str(state), reason=reason))


def qualifications(tx: Transaction, worker_id: int) -> dict[int, Qualification]:
    """Category id -> how far the worker is."""
    query = select(
        QualificationRow.category_id, QualificationRow.state, QualificationRow.tries, QualificationRow.best_iou
    )
    rows = tx.execute(query.where(QualificationRow.worker_id == worker_id))
    return {row.category_id: Qualification(row.state, row.tries, row.best_iou) for row in rows}


def set_qualification(tx: Transaction, worker_id: int, category_id: int, to: Qualification, now: int) -> None:
    """Write how far a worker is in a category."""
    values = {"state": to.state, "tries": to.tries, "best_iou": to.best_iou, "changed_at": now}
    mine = (QualificationRow.worker_id == worker_id, QualificationRow.category_id == category_id)
    if tx.execute(update(QualificationRow).where(*mine).values(**values)).rowcount == 0:
        tx.execute(insert(QualificationRow).values(worker_id=worker_id, category_id=category_id, **values))


def workers_of(tx: Transaction, campaign_id: int) -> list[tuple[Worker, str, str]]:
    """(worker, channel, name there) of everybody in a campaign."""
    query = select(WorkerRow.id, WorkerRow.state, WorkerRow.reason, IdentityRow.channel, IdentityRow.external_id)
    query = query.join(IdentityRow, IdentityRow.worker_id == WorkerRow.id).where(WorkerRow.campaign_id == campaign_id)
    return [
        (Worker(row.id, campaign_id, WorkerState(row.state), row.reason), row.channel, row.external_id)
        for row in tx.execute(query.order_by(WorkerRow.id, IdentityRow.id))
    ]
