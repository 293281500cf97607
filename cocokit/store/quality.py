"""Rows that the quality of workers is measured from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, or_, select

from ..domain.answers import Mask
from ..domain.stages import AnswerState, MaskState, SentinelKind, Stage
from .database import Transaction
from .models import AnswerRow, SegmentationRow, SentinelRow, SpotRow, VoteRow
from .pairs import mask_of


@dataclass(frozen=True, slots=True)
class DrawnMask:
    """A mask, whose it is, and the spot that it was drawn for."""

    worker_id: int
    image_id: int
    category_id: int
    mask: Mask
    spot: tuple[float, float] | None = None


def votes_of(tx: Transaction, campaign_id: int) -> list[tuple[int, int, bool]]:
    """(worker, mask, good) of every vote that counts."""
    query = select(VoteRow.worker_id, VoteRow.segmentation_id, VoteRow.good)
    query = query.join(SegmentationRow, SegmentationRow.id == VoteRow.segmentation_id)
    query = query.where(SegmentationRow.campaign_id == campaign_id, VoteRow.state == AnswerState.COUNTED)
    return [(row[0], row[1], row[2]) for row in tx.execute(query.order_by(VoteRow.id))]


def gold_masks(tx: Transaction, campaign_id: int) -> list[tuple[int, DrawnMask]]:
    """(sentinel, mask) of the experts' masks; ``worker_id`` is 0."""
    query = select(SentinelRow.__table__).where(SentinelRow.campaign_id == campaign_id, _is_experts())
    return [(row.id, _drawn(row, 0)) for row in tx.execute(query.order_by(SentinelRow.id))]


def masks_beside_gold(tx: Transaction, campaign_id: int) -> list[DrawnMask]:
    """Masks in pairs that experts have drawn as well, but for those of rejected workers."""
    gold = exists().where(
        SentinelRow.campaign_id == campaign_id, _is_experts(),
        SentinelRow.image_id == SegmentationRow.image_id, SentinelRow.category_id == SegmentationRow.category_id,
    )  # fmt: skip
    query = select(SegmentationRow.__table__, SpotRow.x, SpotRow.y).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.state != MaskState.VOID, gold
    ).join(SpotRow, SpotRow.id == SegmentationRow.drawn_for)
    return [_drawn(row, row.worker_id, (row.x, row.y)) for row in tx.execute(query.order_by(SegmentationRow.id))]


def _is_experts() -> Any:
    """Experts drew it: it trains workers, or is shown to them as an example."""
    shown = and_(SentinelRow.kind == SentinelKind.EXAMPLE, SentinelRow.method == "gold")
    return or_(SentinelRow.kind == SentinelKind.TRAINING, shown)


def training_answers(tx: Transaction, campaign_id: int) -> list[tuple[int, int, str, str]]:
    """(worker, sentinel, payload, receipt) of every training task that was answered with a mask."""
    query = select(AnswerRow.worker_id, AnswerRow.subject, AnswerRow.payload, AnswerRow.receipt).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.SEGMENT, AnswerRow.training,
        AnswerRow.outcome == "mask",
    )  # fmt: skip
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(query.order_by(AnswerRow.id))]


def _drawn(row: Any, worker: int, spot: tuple[float, float] | None = None) -> DrawnMask:
    return DrawnMask(worker, row.image_id, row.category_id, mask_of(row), spot)
