"""Taking a worker's answers out of the count: set by set, never row by row; nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select, union, update

from ..domain.stages import AnswerState, MaskState, SpotState, Stage, TaskState
from .database import Transaction
from .models import (
    AnswerRow,
    AssignmentRow,
    CaptionRow,
    CrowdRow,
    ImageRow,
    LedgerRow,
    LineageRow,
    PlaceRow,
    SegmentationRow,
    SpotRow,
    TaskRow,
    VoteRow,
)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where a worker's counted answers are.

    Attributes:
        answers: stage -> how many count.
        images: what they touch: images answered about, and images of masks voted on.
        pages: filter pages.
        cents: what the worker has earned so far.
    """

    answers: dict[str, int]
    images: tuple[int, ...]
    pages: tuple[int, ...]
    cents: float


def footprint(tx: Transaction, workers: Sequence[int]) -> Footprint:
    """Where the counted answers of some workers are."""
    mine = (AnswerRow.worker_id.in_(workers), AnswerRow.state == AnswerState.COUNTED, AnswerRow.training.is_(False))
    stages = tx.execute(select(AnswerRow.stage, func.count()).where(*mine).group_by(AnswerRow.stage))
    voted = select(SegmentationRow.image_id).join(VoteRow, VoteRow.segmentation_id == SegmentationRow.id)
    images: Any = union(
        select(AnswerRow.image_id).where(*mine, AnswerRow.image_id.is_not(None)),
        voted.where(VoteRow.worker_id.in_(workers), VoteRow.state == AnswerState.COUNTED),
    )
    pages = select(AnswerRow.subject).where(*mine, AnswerRow.stage == Stage.FILTER).distinct()
    cents = select(func.coalesce(func.sum(LedgerRow.cents), 0.0)).where(LedgerRow.worker_id.in_(workers))
    return Footprint(
        {stage: count for stage, count in stages},
        tuple(sorted(tx.execute(images).scalars())),
        tuple(sorted(tx.execute(pages).scalars())),
        float(tx.execute(cents).scalar_one()),
    )


def resting(tx: Transaction, workers: Sequence[int]) -> int:
    """How many counted answers of others rest on those of some workers, through any number of steps."""
    mine = select(AnswerRow.id).where(AnswerRow.worker_id.in_(workers), AnswerRow.state == AnswerState.COUNTED)
    below = select(LineageRow.child_id.label("id")).where(LineageRow.parent_id.in_(mine)).cte("below", recursive=True)
    below = below.union(select(LineageRow.child_id).join(below, LineageRow.parent_id == below.c.id))
    others = AnswerRow.worker_id.not_in(workers)
    query = select(func.count()).select_from(AnswerRow).join(below, AnswerRow.id == below.c.id)
    return int(tx.execute(query.where(others, AnswerRow.state == AnswerState.COUNTED)).scalar_one())


def void_answers(tx: Transaction, worker: int) -> None:
    """A worker's answers and the facts in them count no more; their places come free for others."""
    held = select(PlaceRow.task_id).where(PlaceRow.worker_id == worker)
    spare = TaskRow.places - TaskRow.taken + 1
    free = case((spare > 0, spare), else_=0)
    for state, answered in (("leased", 0), ("answered", 1)):
        tasks = update(TaskRow).where(TaskRow.id.in_(held.where(PlaceRow.state == state)))
        tx.execute(tasks.values(taken=TaskRow.taken - 1, answered=TaskRow.answered - answered, free=free, rank=0))
    places = update(PlaceRow).where(PlaceRow.worker_id == worker, PlaceRow.state.in_(["leased", "answered"]))
    tx.execute(places.values(state="void"))
    leases = update(AssignmentRow).where(AssignmentRow.worker_id == worker, AssignmentRow.state == "leased")
    tx.execute(leases.values(state="released"))
    answers = update(AnswerRow).where(AnswerRow.worker_id == worker, AnswerRow.training.is_(False))
    tx.execute(answers.where(AnswerRow.state == AnswerState.COUNTED).values(state=str(AnswerState.VOID)))
    for table in (VoteRow, CrowdRow, CaptionRow):
        facts: Any = update(table).where(table.worker_id == worker, table.state == AnswerState.COUNTED)
        tx.execute(facts.values(state=str(AnswerState.VOID)))


def standing(tx: Transaction, images: Sequence[int]) -> dict[str, int]:
    """How some images stand, in words that can be compared before and after."""

    def count(table: Any, *where: Any) -> int:
        return int(tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    about = {table: table.image_id.in_(images) for table in (SpotRow, SegmentationRow, TaskRow)}
    wanted = select(func.coalesce(func.sum(TaskRow.places - TaskRow.answered), 0))
    return {
        "finished images": count(ImageRow, ImageRow.id.in_(images), ImageRow.state == "finished"),
        "spots": count(SpotRow, about[SpotRow], SpotRow.state != SpotState.VOID),
        "masks": count(SegmentationRow, about[SegmentationRow],
                       SegmentationRow.state.in_([MaskState.UNVERIFIED, MaskState.PASSED])),
        "passed masks": count(SegmentationRow, about[SegmentationRow], SegmentationRow.state == MaskState.PASSED),
        "open tasks": count(TaskRow, about[TaskRow], TaskRow.state == TaskState.OPEN),
        "answers wanted": int(tx.execute(wanted.where(about[TaskRow], TaskRow.state == TaskState.OPEN)).scalar_one()),
    }  # fmt: skip
