"""Unfinished answers and how finished ones were drawn: what a page sends beside its answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select, update

from .database import Transaction
from .models import AssignmentRow, DraftRow, TraceRow

_COLUMNS = (DraftRow.version, DraftRow.data, DraftRow.saved_at)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a page had when it last saved: ``data`` is JSON text."""

    version: int
    data: str
    saved_at: int


def find_draft(tx: Transaction, assignment_id: int) -> Draft | None:
    """The draft of an assignment, or None."""
    return _draft(tx.execute(_find_draft(), {"assignment": assignment_id}).one_or_none())


@cache
def _find_draft() -> Any:
    return select(*_COLUMNS).where(DraftRow.assignment_id == bindparam("assignment"))


def draft_of_word(tx: Transaction, word: str) -> Draft | None:
    """The draft of an assignment by its public word, or None."""
    return _draft(tx.execute(_draft_of_word(), {"word": word}).one_or_none())


@cache
def _draft_of_word() -> Any:
    query = select(*_COLUMNS).join(AssignmentRow, AssignmentRow.id == DraftRow.assignment_id)
    return query.where(AssignmentRow.word == bindparam("word"))


def _draft(row: Any) -> Draft | None:
    return None if row is None else Draft(row.version, row.data, row.saved_at)


def save_draft(tx: Transaction, assignment_id: int, draft: Draft) -> None:
    """Put a draft in the place of the one before it, if its version is above 1; the assignment's row must be locked."""
    values = {"version": draft.version, "data": draft.data, "saved_at": draft.saved_at}
    if draft.version == 1:
        tx.execute(_first_draft(), {"assignment_id": assignment_id, **values})
    else:
        tx.execute(_next_draft(), {"assignment": assignment_id, **values})


@cache
def _first_draft() -> Any:
    return insert(DraftRow)


@cache
def _next_draft() -> Any:
    columns: dict[str, Any] = {column: bindparam(column) for column in ("version", "data", "saved_at")}
    return update(DraftRow).where(DraftRow.assignment_id == bindparam("assignment")).values(columns)


def drop_draft(tx: Transaction, assignment_id: int) -> None:
    """The answer is in: its draft is not needed any more."""
    tx.execute(_drop_draft(), {"assignment": assignment_id})


@cache
def _drop_draft() -> Any:
    return delete(DraftRow).where(DraftRow.assignment_id == bindparam("assignment"))


def drop_old_drafts(tx: Transaction, before: int) -> int:
    """Remove drafts that were saved, and whose assignments expired, before a moment (ms); how many."""
    return tx.execute(_drop_old_drafts(), {"before": before}).rowcount


@cache
def _drop_old_drafts() -> Any:
    before: Any = bindparam("before")
    over = exists().where(
        AssignmentRow.id == DraftRow.assignment_id, AssignmentRow.expires_at < before, AssignmentRow.state != "leased"
    )
    return delete(DraftRow).where(DraftRow.saved_at < before, over)


def save_trace(tx: Transaction, answer_id: int, data: bytes) -> None:
    """Keep how an answer was drawn; what is there already stays."""
    tx.execute(_save_trace(), {"answer": answer_id, "trace": data})


@cache
def _save_trace() -> Any:
    answer: Any = bindparam("answer", type_=TraceRow.answer_id.type)
    new = select(answer, bindparam("trace", type_=TraceRow.data.type)).where(
        ~exists().where(TraceRow.answer_id == answer)
    )
    return insert(TraceRow).from_select(["answer_id", "data"], new)


def find_trace(tx: Transaction, answer_id: int) -> bytes | None:
    """How an answer was drawn (JSON, compressed by zlib), or None."""
    return tx.execute(select(TraceRow.data).where(TraceRow.answer_id == answer_id)).scalar_one_or_none()
