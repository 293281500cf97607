"""What was answered or drawn more than once, and in which order: how far people agree, and what they learn."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from ..domain.stages import AnswerState, MaskState, Stage
from .database import Transaction
from .models import AnswerRow, CrowdRow, ImageRow, SegmentationRow, SpotRow

#: At most so many masks are compared: the newest ones.
MASKS = 4000


def filtered_pages(tx: Transaction, campaign_id: int) -> list[tuple[int, str]]:
    """(page, payload) of every filter answer that counts."""
    query = select(AnswerRow.subject, AnswerRow.payload).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.FILTER, AnswerRow.state == AnswerState.COUNTED
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(AnswerRow.id))]


def candidates_of_pages(tx: Transaction, campaign_id: int) -> list[tuple[int, int]]:
    """(page, image) of every candidate."""
    query = select(ImageRow.page, ImageRow.id).where(ImageRow.campaign_id == campaign_id, ImageRow.page.is_not(None))
    return [(row[0] or 0, row[1]) for row in tx.execute(query.order_by(ImageRow.id))]


def spots_counted(tx: Transaction, campaign_id: int) -> list[tuple[int, int, int]]:
    """(image, category, crosses) of every spot answer that counts; the primer is none of them."""
    query = select(AnswerRow.image_id, AnswerRow.category_id, func.count(SpotRow.id)).join(
        SpotRow, (SpotRow.answer_id == AnswerRow.id) & ~SpotRow.primer, isouter=True
    ).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.SPOT, AnswerRow.state == AnswerState.COUNTED
    )  # fmt: skip
    grouped = query.group_by(AnswerRow.id, AnswerRow.image_id, AnswerRow.category_id).order_by(AnswerRow.id)
    return [(row[0] or 0, row[1], row[2]) for row in tx.execute(grouped)]


def masks_of_one_spot(tx: Transaction, campaign_id: int) -> list[Any]:
    """Rows of the masks whose spot was drawn more than once, by id."""
    live = (SegmentationRow.campaign_id == campaign_id, SegmentationRow.state != MaskState.VOID)
    again = select(SegmentationRow.drawn_for).where(*live).group_by(SegmentationRow.drawn_for).having(func.count() > 1)
    query = select(SegmentationRow.__table__).where(*live, SegmentationRow.drawn_for.in_(again))
    return list(tx.execute(query.order_by(SegmentationRow.id.desc()).limit(MASKS)))[::-1]


def regions_of_one_crowd(tx: Transaction, campaign_id: int) -> list[Any]:
    """Rows of the painted regions that count in images and categories that several people painted, by id."""
    live = (CrowdRow.campaign_id == campaign_id, CrowdRow.state == AnswerState.COUNTED)
    key = (CrowdRow.image_id, CrowdRow.category_id)
    again = select(*key).where(*live).group_by(*key).having(func.count() > 1).subquery()
    query = select(CrowdRow.__table__).join(
        again, (again.c.image_id == CrowdRow.image_id) & (again.c.category_id == CrowdRow.category_id)
    ).where(*live)  # fmt: skip
    return list(tx.execute(query.order_by(CrowdRow.id.desc()).limit(MASKS)))[::-1]


def masks_in_order(tx: Transaction, campaign_id: int) -> list[tuple[int, str]]:
    """(worker, state) of every mask that was drawn, by id; rejected workers' are not among them."""
    query = select(SegmentationRow.worker_id, SegmentationRow.state).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.state != MaskState.VOID
    )
    return [(row[0], row[1]) for row in tx.execute(query.order_by(SegmentationRow.id))]
