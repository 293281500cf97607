"""What happened lately in a campaign, and how its figures grew: rows for the requester's board."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ..domain.stages import AnswerState, MaskState, Stage
from .database import Transaction
from .models import AnswerRow, AuditRow, CampaignRow, EventRow, ImageRow, LedgerRow, SegmentationRow

#: Lines of the diary that workers write all the time.
_QUIET = ("joined", "released")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; ``kind`` is a word of the diary, "trained" or "untrusted"."""

    at: int
    kind: str
    worker_id: int | None
    category_id: int
    data: dict[str, Any]


def diary(tx: Transaction, campaign_id: int, limit: int) -> list[Happening]:
    """The newest lines of the diary."""
    query = select(EventRow.at, EventRow.kind, EventRow.worker_id, EventRow.data)
    query = query.where(EventRow.campaign_id == campaign_id, EventRow.kind.not_in(_QUIET))
    rows = tx.execute(query.order_by(EventRow.id.desc()).limit(limit))
    return [Happening(row.at, row.kind, row.worker_id, 0, json.loads(row.data)) for row in rows]


def trained(tx: Transaction, campaign_id: int, limit: int) -> list[Happening]:
    """The newest training masks with what became of them."""
    return _answers(tx, "trained", limit, AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.SEGMENT,
                    AnswerRow.training)  # fmt: skip


def untrusted(tx: Transaction, campaign_id: int, limit: int) -> list[Happening]:
    """The newest pages of verification that count for nothing."""
    return _answers(tx, "untrusted", limit, AnswerRow.campaign_id == campaign_id, AnswerRow.stage == Stage.VERIFY,
                    AnswerRow.state == AnswerState.UNTRUSTED)  # fmt: skip


def _answers(tx: Transaction, kind: str, limit: int, *where: Any) -> list[Happening]:
    query = select(AnswerRow.received_at, AnswerRow.worker_id, AnswerRow.category_id, AnswerRow.receipt).where(*where)
    rows = tx.execute(query.order_by(AnswerRow.received_at.desc()).limit(limit))
    return [Happening(r.received_at, kind, r.worker_id, r.category_id, json.loads(r.receipt)) for r in rows]


def finished_since(tx: Transaction, campaign_id: int, start: int, width: int) -> dict[int, float]:
    """Bucket of time -> images finished in it; buckets of ``width`` ms from ``start``."""
    query = select(_bucket(ImageRow.finished_at, start, width), func.count())
    query = query.where(ImageRow.campaign_id == campaign_id, ImageRow.finished_at.is_not(None))
    return {int(key): float(count) for key, count in tx.execute(query.group_by("bucket"))}


def passed_since(tx: Transaction, campaign_id: int, start: int, width: int) -> dict[int, float]:
    """Bucket of time -> masks drawn in it that passed."""
    query = select(_bucket(AnswerRow.received_at, start, width), func.count()).select_from(SegmentationRow).join(
        AnswerRow, AnswerRow.id == SegmentationRow.answer_id
    ).where(SegmentationRow.campaign_id == campaign_id, SegmentationRow.state == MaskState.PASSED)  # fmt: skip
    return {int(key): float(count) for key, count in tx.execute(query.group_by("bucket"))}


def spent_since(tx: Transaction, campaign_id: int, start: int, width: int) -> dict[int, float]:
    """Bucket of time -> cents of the ledger's lines in it."""
    query = select(_bucket(LedgerRow.at, start, width), func.sum(LedgerRow.cents))
    query = query.where(LedgerRow.campaign_id == campaign_id)
    return {int(key): float(cents) for key, cents in tx.execute(query.group_by("bucket"))}


def took_since(tx: Transaction, campaign_id: int, stage: Stage, start: int, width: int) -> dict[int, float]:
    """Bucket of time -> mean active time of a stage's answers in it, ms."""
    query = select(_bucket(AnswerRow.received_at, start, width), func.avg(AnswerRow.active_ms)).where(
        AnswerRow.campaign_id == campaign_id, AnswerRow.stage == stage, AnswerRow.active_ms > 0
    )
    return {int(key): float(ms) for key, ms in tx.execute(query.group_by("bucket"))}


def _bucket(column: Any, start: int, width: int) -> Any:
    """Named, since PostgreSQL takes an expression with parameters for another one each time that it stands there."""
    return ((column - start) // width).label("bucket")


def first_vote_passes(tx: Transaction, campaign_id: int) -> tuple[int, int]:
    """(masks that passed without a bad vote, masks that were decided)."""
    decided = SegmentationRow.state.in_([str(MaskState.PASSED), str(MaskState.FAILED)])
    query = select(SegmentationRow.state, (SegmentationRow.bad == 0).label("clean"), func.count())
    query = query.where(SegmentationRow.campaign_id == campaign_id, decided)
    rows = list(tx.execute(query.group_by(SegmentationRow.state, "clean")))
    clean = sum(count for state, without, count in rows if without and state == MaskState.PASSED)
    return clean, sum(row[2] for row in rows)


def campaigns_of(tx: Transaction) -> list[tuple[int, str, str, int]]:
    """(id, name, state, images) of every campaign, the newest first."""
    images = select(ImageRow.campaign_id, func.count().label("images")).group_by(ImageRow.campaign_id).subquery()
    query = select(CampaignRow.id, CampaignRow.name, CampaignRow.state, func.coalesce(images.c.images, 0))
    query = query.join(images, images.c.campaign_id == CampaignRow.id, isouter=True).order_by(CampaignRow.id.desc())
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(query)]


def count_audit(tx: Transaction) -> int:
    """How many lines the audit log has."""
    return tx.execute(select(func.count()).select_from(AuditRow)).scalar_one()
