"""Questions about rows whose answer must be nothing: what ``cocokit campaign check`` asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from ..domain.stages import AnswerState, Stage, TaskState
from .database import Transaction
from .models import (
    AnswerRow,
    AssignmentRow,
    CaptionRow,
    CrowdRow,
    ImageRow,
    LedgerRow,
    PlaceRow,
    SegmentationRow,
    ShowingRow,
    SpotRow,
    TaskRow,
    VoteRow,
)

#: Examples of each fault that are named.
EXAMPLES = 5


def ask(tx: Transaction, campaign_id: int) -> dict[str, list[int]]:
    """Fault in words -> ids of some rows that have it; an empty dict is a clean campaign."""
    found = {}
    for words, query in _questions(campaign_id).items():
        rows = list(tx.execute(query.limit(EXAMPLES)).scalars())
        if rows:
            found[words] = rows
    return found


def _questions(campaign: int) -> dict[str, Select[Any]]:
    return {**_of_tasks(campaign), **_of_leases(campaign), **_of_answers(campaign), **_of_votes(campaign)}


def _of_tasks(campaign: int) -> dict[str, Select[Any]]:
    def places(*states: str) -> Select[Any]:
        query = select(func.count()).where(PlaceRow.task_id == TaskRow.id, PlaceRow.state.in_(states))
        return query.correlate(TaskRow)

    mine = select(TaskRow.id).where(TaskRow.campaign_id == campaign)
    spare = TaskRow.places - TaskRow.taken
    free = case((spare > 0, spare), else_=0)
    waits = exists().where(TaskRow.image_id == ImageRow.id, TaskRow.state == TaskState.OPEN)
    images = select(ImageRow.id).where(ImageRow.campaign_id == campaign)
    return {
        "task: taken is not leased + answered": mine.where(
            TaskRow.taken != places("leased", "answered").scalar_subquery()
        ),
        "task: answered is not its answered places": mine.where(
            TaskRow.answered != places("answered").scalar_subquery()
        ),
        "task: free is not places - taken": mine.where(TaskRow.free != free),
        "task: more answers than places": mine.where(TaskRow.answered > TaskRow.places),
        "task: open, and wants nothing": mine.where(
            TaskRow.state == TaskState.OPEN, TaskRow.places <= TaskRow.answered
        ),
        "task: ended, and wants answers": mine.where(
            TaskRow.state != TaskState.OPEN, TaskRow.places > TaskRow.answered
        ),
        "image: finished with open tasks": images.where(ImageRow.state == "finished", waits),
        "image: open without open tasks": images.where(ImageRow.state == "open", ~waits),
    }


def _of_leases(campaign: int) -> dict[str, Select[Any]]:
    mine = select(AssignmentRow.id).where(AssignmentRow.campaign_id == campaign)
    answer = exists().where(AnswerRow.assignment_id == AssignmentRow.id)
    leased = exists().where(PlaceRow.assignment_id == AssignmentRow.id, PlaceRow.state == "leased")
    own = exists().where(
        PlaceRow.assignment_id == AssignmentRow.id, PlaceRow.task_id == TaskRow.id,
        TaskRow.author_id == AssignmentRow.worker_id,
    )  # fmt: skip
    return {
        "assignment: answered without an answer": mine.where(AssignmentRow.state == "answered", ~answer),
        "assignment: an answer without being answered": mine.where(AssignmentRow.state != "answered", answer),
        "assignment: ended, and holds a place": mine.where(AssignmentRow.state != "leased", leased),
        "assignment: judges the worker's own mask": mine.where(own),
    }


def _of_answers(campaign: int) -> dict[str, Select[Any]]:
    mine = select(AnswerRow.id).where(AnswerRow.campaign_id == campaign, AnswerRow.training.is_(False))

    def without(table: Any, *where: Any) -> Select[Any]:
        return mine.where(*where, ~exists().where(table.answer_id == AnswerRow.id))

    paid = select(func.count()).where(LedgerRow.answer_id == AnswerRow.id, LedgerRow.kind == "earned")
    places = and_(PlaceRow.assignment_id == AnswerRow.assignment_id, PlaceRow.state == "answered")
    stages = AnswerRow.stage
    return {
        "answer: a mask without its segmentation": without(
            SegmentationRow, stages == Stage.SEGMENT, AnswerRow.outcome == "mask"
        ),
        "answer: a painting without its region": without(
            CrowdRow, stages == Stage.CROWD, AnswerRow.outcome == "painted"
        ),
        "answer: a caption without its sentence": without(CaptionRow, stages == Stage.CAPTION),
        "answer: counted, and holds no place": mine.where(
            AnswerRow.state == AnswerState.COUNTED, ~exists().where(places)
        ),
        "answer: does not count, and holds a place": mine.where(
            AnswerRow.state != AnswerState.COUNTED, exists().where(places)
        ),
        "answer: not in the ledger once": mine.where(paid.correlate(AnswerRow).scalar_subquery() != 1),
    }


def _of_votes(campaign: int) -> dict[str, Select[Any]]:
    answer = (AnswerRow.id == VoteRow.answer_id, AnswerRow.campaign_id == campaign)
    votes = select(VoteRow.id).join(AnswerRow, and_(*answer))
    counted = VoteRow.state == AnswerState.COUNTED
    good = select(func.count()).where(VoteRow.segmentation_id == SegmentationRow.id, counted, VoteRow.good)
    bad = select(func.count()).where(VoteRow.segmentation_id == SegmentationRow.id, counted, ~VoteRow.good)
    masks = select(SegmentationRow.id).where(SegmentationRow.campaign_id == campaign)
    showings = select(ShowingRow.id).join(AssignmentRow, AssignmentRow.id == ShowingRow.assignment_id)
    spots = select(SpotRow.id).join(AnswerRow, AnswerRow.id == SpotRow.answer_id)
    return {
        "vote: counts, and its answer does not": votes.where(counted, AnswerRow.state != AnswerState.COUNTED),
        "mask: its votes are miscounted": masks.where(or_(
            SegmentationRow.good != good.correlate(SegmentationRow).scalar_subquery(),
            SegmentationRow.bad != bad.correlate(SegmentationRow).scalar_subquery(),
        )),
        "sentinel: answered page without its result": showings.where(
            AssignmentRow.campaign_id == campaign, AssignmentRow.state == "answered",
            AssignmentRow.stage == Stage.VERIFY, ShowingRow.flagged.is_(None),
        ),
        "spot: not of its answer's worker": spots.where(
            SpotRow.campaign_id == campaign, SpotRow.worker_id != AnswerRow.worker_id
        ),
    }  # fmt: skip


def all_images(tx: Transaction, campaign_id: int) -> Sequence[int]:
    """Every image of a campaign, in order."""
    query = select(ImageRow.id).where(ImageRow.campaign_id == campaign_id)
    return list(tx.execute(query.order_by(ImageRow.id)).scalars())
