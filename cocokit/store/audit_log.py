"""The audit log: what requesters did, each line chained to the one before it by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, text

from .database import Transaction
from .models import AccountRow, AuditRow

#: What the first line follows.
FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of a requester.

    Attributes:
        id, at: its number; ms.
        account: the name of who did it, "" for the command line.
        action: a word such as ``worker.pause``.
        data: what it was done to, as JSON text.
        previous_hash, hash: chain it to the line before.
        account_id: of its account, or None.
    """

    id: int
    at: int
    account: str
    action: str
    data: str
    previous_hash: str
    hash: str
    account_id: int | None

    @property
    def expected(self) -> str:
        """The hash that this line should have."""
        return digest(self.previous_hash, self.at, self.account_id, self.action, self.data)


def digest(previous: str, at: int, account_id: int | None, action: str, data: str) -> str:
    """The hash of a line, over all of it and the hash of the line before."""
    line = json.dumps([previous, at, account_id, action, data], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def add_entry(tx: Transaction, at: int, account_id: int | None, action: str, data: Mapping[str, Any]) -> None:
    """Write a line at the end; lines wait for each other."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    last = tx.execute(select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)).scalar_one_or_none() or FIRST
    written = json.dumps(data, sort_keys=True, ensure_ascii=False)
    tx.execute(insert(AuditRow).values(
        at=at, account_id=account_id, action=action, data=written, previous_hash=last,
        hash=digest(last, at, account_id, action, written),
    ))  # fmt: skip


def entries(
    tx: Transaction, action: str = "", account: str = "", limit: int | None = None, since: int | None = None,
    until: int | None = None,
) -> list[AuditEntry]:  # fmt: skip
    """Lines, the newest first.

    Args:
        tx: a transaction.
        action: what the action begins with.
        account: of one account only.
        limit: at most so many.
        since, until: from this moment on, and before that one, ms.
    """
    query = _entries().order_by(AuditRow.id.desc()).limit(limit)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    if until is not None:
        query = query.where(AuditRow.at < until)
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if account:
        query = query.where(AccountRow.name == account)
    return [AuditEntry(*row) for row in tx.execute(query)]


def all_entries(tx: Transaction) -> Iterator[AuditEntry]:
    """Every line, the oldest first."""
    for row in tx.execute(_entries().order_by(AuditRow.id)):
        yield AuditEntry(*row)


def _entries() -> Any:
    query = select(AuditRow.id, AuditRow.at, AccountRow.name, AuditRow.action, AuditRow.data,
                   AuditRow.previous_hash, AuditRow.hash, AuditRow.account_id)  # fmt: skip
    return query.join(AccountRow, AccountRow.id == AuditRow.account_id, isouter=True)
