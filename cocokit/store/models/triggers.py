"""What was handed in, paid or happened stays: the database itself refuses to change or delete it.

An answer's ``state``, ``outcome`` and ``receipt`` say what became of it and may change. Triggers are made with
their table.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table, event

from .answers import AnswerRow
from .records import EventRow, LedgerRow
from .web import AuditRow

#: Per table, the columns that never change; none means all of them.
KEPT: dict[str, tuple[str, ...]] = {
    "answer": (
        "id", "campaign_id", "assignment_id", "worker_id", "stage", "training", "image_id", "category_id", "subject",
        "client_id", "payload", "received_at", "wall_ms", "visible_ms", "active_ms",
    ),
    "ledger": (),
    "event": (),
    "audit": (),
}  # fmt: skip

_FUNCTION = """
CREATE OR REPLACE FUNCTION cocokit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$
"""


def message(table: str, verb: str) -> str:
    """The sentence that a refused statement fails with; ``verb`` is changed or deleted."""
    what = f"what a worker handed in is never {verb}" if verb == "changed" and KEPT[table] else f"a row is never {verb}"
    return f"{table} is append-only: {what}"


def statements(table: str, dialect: str) -> Iterator[str]:
    """The statements that make the triggers of a table on "sqlite" or "postgresql"."""
    columns = f" OF {', '.join(KEPT[table])}" if KEPT[table] else ""
    events = {"changed": f"UPDATE{columns}", "deleted": "DELETE"}
    if dialect == "sqlite":
        for verb, when in events.items():
            yield (
                f"CREATE TRIGGER {table}_is_not_{verb} BEFORE {when} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message(table, verb)}'); END"
            )
        return
    yield _FUNCTION
    for verb, when in events.items():
        action = f"EXECUTE FUNCTION cocokit_refuse('{message(table, verb)}')"
        yield f"CREATE TRIGGER {table}_is_not_{verb} BEFORE {when} ON {table} FOR EACH ROW {action}"
    action = f"EXECUTE FUNCTION cocokit_refuse('{message(table, 'deleted')}')"
    yield f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {action}"


def _make(table: Table, connection: Connection, **_: object) -> None:
    for statement in statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


for _row in (AnswerRow, LedgerRow, EventRow, AuditRow):
    event.listen(_row.__table__, "after_create", _make)
