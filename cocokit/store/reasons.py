"""Votes against masks, where each stood on its page, and the strokes that came with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ..domain.stages import Stage
from .database import Transaction
from .models import AnswerRow, PlaceRow, SegmentationRow, TaskRow, TraceRow, VoteRow


@dataclass(frozen=True, slots=True)
class BadVote:
    """A vote against a mask; ``position`` is the mask's on the voter's page."""

    mask_id: int
    worker_id: int
    answer_id: int
    position: int


def bad_votes(tx: Transaction, campaign_id: int, masks: Sequence[int]) -> list[BadVote]:
    """The votes against some masks of a campaign, the oldest first."""
    query = select(VoteRow.segmentation_id, VoteRow.worker_id, VoteRow.answer_id, PlaceRow.position)
    query = query.join(SegmentationRow, SegmentationRow.id == VoteRow.segmentation_id)
    query = query.join(AnswerRow, AnswerRow.id == VoteRow.answer_id)
    query = query.join(PlaceRow, PlaceRow.assignment_id == AnswerRow.assignment_id)
    query = query.join(TaskRow, TaskRow.id == PlaceRow.task_id)
    query = query.where(
        VoteRow.segmentation_id.in_(masks), VoteRow.good.is_(False), SegmentationRow.campaign_id == campaign_id,
        TaskRow.subject == VoteRow.segmentation_id, TaskRow.stage == Stage.VERIFY,
    )  # fmt: skip
    return [BadVote(*row) for row in tx.execute(query.order_by(VoteRow.id))]


def traces_of(tx: Transaction, answers: Iterable[int]) -> dict[int, bytes]:
    """Answer -> how it was made (JSON, compressed by zlib), for those that have it."""
    query = select(TraceRow.answer_id, TraceRow.data).where(TraceRow.answer_id.in_(sorted(answers)))
    return {row[0]: row[1] for row in tx.execute(query)}
