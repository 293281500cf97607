"""What requesters did: written as it happens, read back, and checked link by link."""

from __future__ import annotations

from typing import Any

from ..store import audit_log as store
from ..store.audit_log import AuditEntry
from ..store.database import Database

__all__ = ["AuditEntry", "broken_at", "read_audit", "record"]


def record(database: Database, account_id: int | None, action: str, now: int, **data: Any) -> None:
    """Write that an account did something.

    Args:
        database: where the log is.
        account_id: who; None is the command line.
        action: a word such as ``worker.pause``.
        now: ms.
        data: what it was done to.
    """
    database.run(lambda tx: store.add_entry(tx, now, account_id, action, data))


def read_audit(
    database: Database, action: str = "", account: str = "", limit: int | None = None, since: int | None = None,
    until: int | None = None,
) -> list[AuditEntry]:  # fmt: skip
    """Lines of the log, the newest first.

    Args:
        database: where the log is.
        action: what the action begins with.
        account: of one account only.
        limit: at most so many.
        since, until: from this moment on, and before that one, ms.
    """
    with database.read() as tx:
        return store.entries(tx, action, account, limit, since, until)


def broken_at(database: Database) -> int | None:
    """The number of the first line that does not fit the one before it, or None: nothing was changed or taken out."""
    with database.read() as tx:
        previous = store.FIRST
        for entry in store.all_entries(tx):
            if entry.previous_hash != previous or entry.hash != entry.expected:
                return entry.id
            previous = entry.hash
    return None
