"""Answers, ledger and diary are append-only: the database refuses to change or delete what must stay.

A later version that rebuilds one of these tables on SQLite loses its triggers and makes them again.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FACTS = (
    "id, campaign_id, assignment_id, worker_id, stage, training, image_id, category_id, subject, "
    "client_id, payload, received_at, wall_ms, visible_ms, active_ms"
)
#: Table, verb, the statements that are refused, why.
REFUSED = (
    ("answer", "changed", f"UPDATE OF {FACTS}", "what a worker handed in is never changed"),
    ("answer", "deleted", "DELETE", "a row is never deleted"),
    ("ledger", "changed", "UPDATE", "a row is never changed"),
    ("ledger", "deleted", "DELETE", "a row is never deleted"),
    ("event", "changed", "UPDATE", "a row is never changed"),
    ("event", "deleted", "DELETE", "a row is never deleted"),
)
FUNCTION = """
CREATE OR REPLACE FUNCTION cocokit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$
"""


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def upgrade() -> None:
    """Make the triggers."""
    if not _is_sqlite():
        _run(FUNCTION)
    for table, verb, what, why in REFUSED:
        head = f"CREATE TRIGGER {table}_is_not_{verb} BEFORE {what} ON {table}"
        message = f"{table} is append-only: {why}"
        if _is_sqlite():
            _run(f"{head} BEGIN SELECT RAISE(ABORT, '{message}'); END")
            continue
        _run(f"{head} FOR EACH ROW EXECUTE FUNCTION cocokit_refuse('{message}')")
        if verb == "deleted":
            head = f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table}"
            _run(f"{head} FOR EACH STATEMENT EXECUTE FUNCTION cocokit_refuse('{message}')")


def downgrade() -> None:
    """Remove them."""
    for table, verb, _, _ in REFUSED:
        place = "" if _is_sqlite() else f" ON {table}"
        _run(f"DROP TRIGGER {table}_is_not_{verb}{place}")
        if verb == "deleted" and not _is_sqlite():
            _run(f"DROP TRIGGER {table}_is_not_emptied ON {table}")
    if not _is_sqlite():
        _run("DROP FUNCTION cocokit_refuse()")
