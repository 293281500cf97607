"""How far a campaign is, in numbers: each function is one statement that groups rows where an index leads to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select

from ..domain.stages import AnswerState, MaskState, SpotState, Stage
from .database import Transaction
from .models import (
    AnswerRow,
    AssignmentRow,
    CaptionRow,
    LedgerRow,
    SegmentationRow,
    SpotRow,
    StageRow,
    TaskRow,
    WorkerRow,
)
from .withdrawals import may_be_shown


@dataclass(frozen=True, slots=True)
class TaskCount:
    """The tasks of a stage in one state.

    Attributes:
        tasks: how many.
        missing: answers that they still want.
        leased: places that workers hold now.
    """

    tasks: int
    missing: int
    leased: int


@dataclass(frozen=True, slots=True)
class WorkerCount:
    """One worker's answers: how many, how many of them count, active time in ms, and when the last one came (ms)."""

    worker_id: int
    answers: int
    counted: int
    active_ms: int
    last_at: int


def paused_stages(tx: Transaction, campaign_id: int) -> set[Stage]:
    """The stages that hand out nothing now."""
    query = select(StageRow.name).where(StageRow.campaign_id == campaign_id, StageRow.paused)
    return {Stage(name) for name in tx.execute(query).scalars()}


def count_tasks(tx: Transaction, campaign_id: int) -> dict[tuple[Stage, str], TaskCount]:
    """(stage, state) -> its tasks."""
    leased = func.sum(TaskRow.taken - TaskRow.answered)
    query = select(TaskRow.stage, TaskRow.state, func.count(), func.sum(TaskRow.places - TaskRow.answered), leased)
    query = query.where(TaskRow.campaign_id == campaign_id).group_by(TaskRow.stage, TaskRow.state)
    return {(Stage(s), state): TaskCount(n, int(m), int(held)) for s, state, n, m, held in tx.execute(query)}


def count_spots(tx: Transaction, campaign_id: int) -> dict[SpotState, int]:
    """How many spots stand at each state, of images that were not taken down."""
    mine = (SpotRow.campaign_id == campaign_id, may_be_shown(SpotRow.image_id))
    query = select(SpotRow.state, func.count()).where(*mine)
    found = {key: count for key, count in tx.execute(query.group_by(SpotRow.state))}
    return {state: found[state] for state in SpotState if state in found}


def count_masks(tx: Transaction, campaign_id: int) -> dict[MaskState, int]:
    """How many masks stand at each state, of images that were not taken down."""
    mine = (SegmentationRow.campaign_id == campaign_id, may_be_shown(SegmentationRow.image_id))
    query = select(SegmentationRow.state, func.count()).where(*mine)
    found = {key: count for key, count in tx.execute(query.group_by(SegmentationRow.state))}
    return {state: found[state] for state in MaskState if state in found}


def count_outcomes(tx: Transaction, campaign_id: int, stage: Stage) -> dict[str, int]:
    """How many answers of a stage that count say each word."""
    query = select(AnswerRow.outcome, func.count()).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == stage, AnswerRow.state == AnswerState.COUNTED,
        AnswerRow.training.is_(False),
    )  # fmt: skip
    return {key: count for key, count in tx.execute(query.group_by(AnswerRow.outcome))}


def count_captions(tx: Transaction, campaign_id: int) -> int:
    """How many sentences count."""
    query = select(func.count()).select_from(CaptionRow).join(AnswerRow, AnswerRow.id == CaptionRow.answer_id)
    query = query.where(CaptionRow.campaign_id == campaign_id, AnswerRow.state == AnswerState.COUNTED)
    return tx.execute(query).scalar_one()


def count_answers(tx: Transaction, campaign_id: int, stage: Stage, since: int = 0) -> int:
    """How many answers of a stage came since a moment (ms), whatever became of them."""
    query = select(func.count()).select_from(AnswerRow).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == stage, AnswerRow.received_at >= since
    )
    return tx.execute(query).scalar_one()


def count_leases(tx: Transaction, campaign_id: int) -> int:
    """How many assignments workers hold now."""
    query = select(func.count()).select_from(AssignmentRow).where(
        AssignmentRow.campaign_id == campaign_id, AssignmentRow.state == "leased"
    )
    return tx.execute(query).scalar_one()


def latest_times(tx: Transaction, campaign_id: int, stage: Stage, limit: int = 500) -> list[int]:
    """How long the newest answers of a stage took, ms: active time, or the wall's where the page sent no other."""
    took = case((AnswerRow.active_ms > 0, AnswerRow.active_ms), else_=AnswerRow.wall_ms)
    query = select(took).where(AnswerRow.campaign_id == campaign_id, AnswerRow.stage == stage)
    return [ms for ms in tx.execute(query.order_by(AnswerRow.received_at.desc()).limit(limit)).scalars() if ms > 0]


def worked_since(tx: Transaction, campaign_id: int, stages: list[Stage], since: int) -> dict[int, dict[Stage, int]]:
    """Worker id -> stage -> answers since a moment (ms)."""
    query = select(AnswerRow.worker_id, AnswerRow.stage, func.count()).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage.in_(stages), AnswerRow.received_at >= since
    )
    found: dict[int, dict[Stage, int]] = {}
    for worker, stage, count in tx.execute(query.group_by(AnswerRow.worker_id, AnswerRow.stage)):
        found.setdefault(worker, {})[Stage(stage)] = count
    return found


def count_workers(tx: Transaction, campaign_id: int) -> dict[str, int]:
    """How many workers stand at each state."""
    query = select(WorkerRow.state, func.count()).where(WorkerRow.campaign_id == campaign_id)
    return {key: count for key, count in tx.execute(query.group_by(WorkerRow.state).order_by(WorkerRow.state))}


def answers_by_worker(tx: Transaction, campaign_id: int) -> dict[int, WorkerCount]:
    """Worker id -> what they handed in."""
    counted = func.sum(case((AnswerRow.state == AnswerState.COUNTED, 1), else_=0))
    query = select(AnswerRow.worker_id, func.count(), counted, func.sum(AnswerRow.active_ms),
                   func.max(AnswerRow.received_at))  # fmt: skip
    query = query.where(AnswerRow.campaign_id == campaign_id).group_by(AnswerRow.worker_id)
    return {row[0]: WorkerCount(row[0], row[1], int(row[2]), int(row[3]), row[4]) for row in tx.execute(query)}


def answers_of_worker(tx: Transaction, worker_id: int) -> dict[Stage, dict[str, int]]:
    """Stage -> state -> how many answers one worker has."""
    query = select(AnswerRow.stage, AnswerRow.state, func.count()).where(AnswerRow.worker_id == worker_id)
    found: dict[Stage, dict[str, int]] = {}
    for stage, state, count in tx.execute(query.group_by(AnswerRow.stage, AnswerRow.state)):
        found.setdefault(Stage(stage), {})[state] = count
    return {stage: found[stage] for stage in Stage if stage in found}


def masks_of_worker(tx: Transaction, worker_id: int) -> dict[str, int]:
    """How many of one worker's masks stand at each state."""
    query = select(SegmentationRow.state, func.count()).where(SegmentationRow.worker_id == worker_id)
    return {key: count for key, count in tx.execute(query.group_by(SegmentationRow.state))}


def spent(tx: Transaction, campaign_id: int) -> dict[int, float]:
    """Worker id -> cents, all lines of the ledger together."""
    query = select(LedgerRow.worker_id, func.sum(LedgerRow.cents)).where(LedgerRow.campaign_id == campaign_id)
    return {worker: float(cents) for worker, cents in tx.execute(query.group_by(LedgerRow.worker_id))}
