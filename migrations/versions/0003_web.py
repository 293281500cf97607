"""The tables of the web pages: accounts, logins, drafts, strokes, channels, and an audit log that is append-only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: SQLite numbers rows by itself only where the type is exactly INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Whoever refers to others goes before them.
TABLES = ("audit", "channel", "trace", "draft", "login", "account")
REFUSED = (("changed", "UPDATE"), ("deleted", "DELETE"))

Column = sa.Column[Any]


def _key() -> Column:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def _big(name: str, *, null: bool = False) -> Column:
    return sa.Column(name, BIG, autoincrement=False, nullable=null)


def _int(name: str) -> Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str) -> Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _to(table: str, name: str, other: str, *, null: bool = False) -> Column:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{name}")
    return sa.Column(name, BIG, key, autoincrement=False, nullable=null)


def _create(table: str, *columns: Column, primary: str = "id", unique: Sequence[str] = ()) -> None:
    named: list[sa.schema.SchemaItem] = [sa.PrimaryKeyConstraint(primary, name=f"pk_{table}")]
    if unique:
        named.append(sa.UniqueConstraint(*unique, name="_".join(["uq", table, *unique])))
    op.create_table(table, *columns, *named)


def upgrade() -> None:
    """Make the tables, their indexes, and the triggers that keep the audit log."""
    _create(
        "account",
        _key(), _text("name"), _text("password_hash"), _text("role"), _int("failed"), _big("locked_until", null=True),
        _big("created_at"),
        unique=("name",),
    )  # fmt: skip
    _create(
        "login",
        _key(), _text("token_hash"), _to("login", "account_id", "account"), _big("created_at"), _big("seen_at"),
        _big("expires_at"),
        unique=("token_hash",),
    )  # fmt: skip
    op.create_index("ix_login_account", "login", ["account_id"])
    _create(
        "draft",
        _to("draft", "assignment_id", "assignment"), _int("version"), _text("data"), _big("saved_at"),
        primary="assignment_id",
    )  # fmt: skip
    op.create_index("ix_draft_saved", "draft", ["saved_at"])
    _create(
        "trace",
        _to("trace", "answer_id", "answer"), sa.Column("data", sa.LargeBinary(), nullable=False),
        primary="answer_id",
    )  # fmt: skip
    _create(
        "channel",
        _key(), _to("channel", "campaign_id", "campaign"), _text("name"), _text("kind"), _text("settings"),
        unique=("campaign_id", "name"),
    )  # fmt: skip
    _create(
        "audit",
        _key(), _big("at"), _to("audit", "account_id", "account", null=True), _text("action"), _text("data"),
        _text("previous_hash"), _text("hash"),
    )  # fmt: skip
    op.create_index("ix_audit_action", "audit", ["action", "at"])
    for verb, what in REFUSED:
        _refuse(verb, what)


def _refuse(verb: str, what: str) -> None:
    """Make the trigger that refuses one kind of statement; its function on a server is of version 0002."""
    head = f"CREATE TRIGGER audit_is_not_{verb} BEFORE {what} ON audit"
    message = f"audit is append-only: a row is never {verb}"
    if op.get_bind().dialect.name == "sqlite":
        op.get_bind().exec_driver_sql(f"{head} BEGIN SELECT RAISE(ABORT, '{message}'); END")
        return
    op.get_bind().exec_driver_sql(f"{head} FOR EACH ROW EXECUTE FUNCTION cocokit_refuse('{message}')")
    if verb == "deleted":
        head = "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit"
        op.get_bind().exec_driver_sql(f"{head} FOR EACH STATEMENT EXECUTE FUNCTION cocokit_refuse('{message}')")


def downgrade() -> None:
    """Remove the tables, and what is in them; their triggers go with them."""
    for name in TABLES:
        op.drop_table(name)
