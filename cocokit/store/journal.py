"""Money and the diary: both only grow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import func, insert, select

from .database import Transaction
from .models import EventRow, LedgerRow


def pay(
    tx: Transaction, campaign_id: int, worker_id: int, answer_id: int | None, cents: float, now: int,
    kind: str = "earned", reason: str | None = None,
) -> None:  # fmt: skip
    """One line of the ledger: earned, refused (negative) or bonus."""
    tx.execute(_pay(), {
        "campaign_id": campaign_id, "worker_id": worker_id, "answer_id": answer_id, "kind": kind, "cents": cents,
        "reason": reason, "at": now,
    })  # fmt: skip


@cache
def _pay() -> Any:
    return insert(LedgerRow)


def note(
    tx: Transaction, campaign_id: int, kind: str, now: int, worker_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """One line of the diary."""
    text = json.dumps(data or {}, sort_keys=True)
    tx.execute(insert(EventRow).values(campaign_id=campaign_id, kind=kind, worker_id=worker_id, data=text, at=now))


def last_note(tx: Transaction, campaign_id: int, kind: str) -> tuple[int, dict[str, Any]] | None:
    """(when, data) of the newest line of one kind, or None."""
    query = select(EventRow.at, EventRow.data).where(EventRow.campaign_id == campaign_id, EventRow.kind == kind)
    row = tx.execute(query.order_by(EventRow.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.at, json.loads(row.data))


def releases(tx: Transaction, campaign_id: int) -> dict[int, int]:
    """Worker id -> how many tasks they gave back unanswered."""
    query = select(EventRow.worker_id, func.count()).where(
        EventRow.campaign_id == campaign_id, EventRow.kind == "released", EventRow.worker_id.is_not(None)
    )
    return {worker or 0: count for worker, count in tx.execute(query.group_by(EventRow.worker_id))}
