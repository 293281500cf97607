"""What a requester tells workers: texts, and pictures of categories."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from .database import Transaction
from .models import IconRow, InstructionRow


def texts_of(tx: Transaction, campaign_id: int) -> dict[str, str]:
    """Stage -> text of a campaign."""
    query = select(InstructionRow.stage, InstructionRow.text).where(InstructionRow.campaign_id == campaign_id)
    return {row[0]: row[1] for row in tx.execute(query)}


def set_text(tx: Transaction, campaign_id: int, stage: str, text: str) -> None:
    """Put a text in the place of the one before; an empty one leaves none."""
    mine = (InstructionRow.campaign_id == campaign_id, InstructionRow.stage == stage)
    tx.execute(delete(InstructionRow).where(*mine))
    if text:
        tx.execute(insert(InstructionRow).values(campaign_id=campaign_id, stage=stage, text=text))


def icon_sums(tx: Transaction, campaign_id: int) -> dict[int, str]:
    """Category -> sum of its picture, of a campaign's own pictures."""
    query = select(IconRow.category_id, IconRow.sum).where(IconRow.campaign_id == campaign_id)
    return {row[0]: row[1] for row in tx.execute(query)}


def find_icon(tx: Transaction, campaign_id: int, category_id: int) -> bytes | None:
    """A category's own picture, a PNG; or None."""
    query = select(IconRow.data).where(IconRow.campaign_id == campaign_id, IconRow.category_id == category_id)
    return tx.execute(query).scalar_one_or_none()


def set_icon(tx: Transaction, campaign_id: int, category_id: int, checksum: str, data: bytes) -> None:
    """Put a picture in the place of the one before; an empty one leaves none."""
    tx.execute(delete(IconRow).where(IconRow.campaign_id == campaign_id, IconRow.category_id == category_id))
    if data:
        values = {"campaign_id": campaign_id, "category_id": category_id, "sum": checksum, "data": data}
        tx.execute(insert(IconRow).values(**values))
