"""The tables of the first release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: SQLite numbers rows by itself only where the type is exactly INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

Column = sa.Column[Any]


def _key() -> Column:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def _big(name: str, *, null: bool = False) -> Column:
    return sa.Column(name, BIG, autoincrement=False, nullable=null)


def _int(name: str, *, null: bool = False) -> Column:
    return sa.Column(name, sa.Integer(), nullable=null)


def _real(name: str) -> Column:
    return sa.Column(name, sa.Double(), nullable=False)


def _flag(name: str, *, null: bool = False) -> Column:
    return sa.Column(name, sa.Boolean(), nullable=null)


def _text(name: str, *, null: bool = False) -> Column:
    return sa.Column(name, sa.Text(), nullable=null)


def _bytes(name: str) -> Column:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _to(name: str, table: str, *, null: bool = False, later: bool = False) -> Column:
    """A reference; one that closes a circle is added when both tables exist."""
    key = sa.ForeignKey(f"{table}.id", use_alter=later)
    return sa.Column(name, BIG, key, autoincrement=False, nullable=null)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _create(
    table: str, *parts: sa.schema.SchemaItem, primary: Sequence[str] = ("id",), unique: Sequence[str] = ()
) -> None:
    """Make a table; its constraints are named by one rule."""
    for column in (part for part in parts if isinstance(part, sa.Column)):
        for key in column.foreign_keys:
            key.name = f"fk_{table}_{column.name}"
    named: list[sa.schema.SchemaItem] = [sa.PrimaryKeyConstraint(*primary, name=f"pk_{table}")]
    if unique:
        named.append(sa.UniqueConstraint(*unique, name="_".join(["uq", table, *unique])))
    op.create_table(table, *parts, *named)


def upgrade() -> None:
    """Make all tables and their indexes."""
    _create(
        "campaign",
        _key(), _text("name"), _text("state"), _text("document"), _big("seed"), _text("salt"), _big("created_at"),
        _big("launched_at", null=True),
        unique=("name",),
    )  # fmt: skip
    _create(
        "category",
        _to("campaign_id", "campaign"), _big("id"), _text("name"), _text("supercategory"), _int("position"),
        primary=("campaign_id", "id"),
    )  # fmt: skip
    _create(
        "query",
        _key(), _to("campaign_id", "campaign"), _text("text"), _text("kind"),
        unique=("campaign_id", "text"),
    )  # fmt: skip
    _create(
        "stage",
        _key(), _to("campaign_id", "campaign"), _text("name"), _int("position"), _flag("paused"),
        unique=("campaign_id", "name"),
    )  # fmt: skip
    _create(
        "worker",
        _key(), _to("campaign_id", "campaign"), _text("state"), _text("reason", null=True), _big("joined_at"),
    )  # fmt: skip
    op.create_index("ix_worker_campaign", "worker", ["campaign_id", "state"])
    _create(
        "event",
        _key(), _to("campaign_id", "campaign"), _text("kind"), _to("worker_id", "worker", null=True), _text("data"),
        _big("at"),
    )  # fmt: skip
    op.create_index("ix_event_kind", "event", ["campaign_id", "kind", "at"])
    _create(
        "image",
        _key(), _to("campaign_id", "campaign"), _big("coco_id"), _text("file_name"), _text("sha256", null=True),
        _int("width"), _int("height"), _to("query_id", "query", null=True), _int("page", null=True), _text("state"),
        _text("reason", null=True), _text("origin", null=True), _big("finished_at", null=True),
        unique=("campaign_id", "coco_id"),
    )  # fmt: skip
    op.create_index("ix_image_page", "image", ["campaign_id", "page"])
    op.create_index("ix_image_state", "image", ["campaign_id", "state"])
    _create(
        "qualification",
        _to("worker_id", "worker"), _big("category_id"), _text("state"), _int("tries"), _real("best_iou"),
        _big("changed_at"),
        primary=("worker_id", "category_id"),
    )  # fmt: skip
    _create(
        "worker_identity",
        _key(), _to("campaign_id", "campaign"), _to("worker_id", "worker"), _text("channel"), _text("external_id"),
        unique=("campaign_id", "channel", "external_id"),
    )  # fmt: skip
    _create(
        "sentinel",
        _key(), _to("campaign_id", "campaign"), _text("kind"), _to("image_id", "image"), _big("category_id"),
        _int("height"), _int("width"), _bytes("counts"), _real("area"), _text("bbox"), _text("method"),
        _real("severity"), _to("source_id", "segmentation", null=True, later=True), _int("shown"),
    )  # fmt: skip
    op.create_index("ix_sentinel_kind", "sentinel", ["campaign_id", "kind", "shown", "id"])
    op.create_index("ix_sentinel_category", "sentinel", ["campaign_id", "kind", "category_id"])
    op.create_index("ix_sentinel_source", "sentinel", ["source_id"])
    _create(
        "task",
        _key(), _to("campaign_id", "campaign"), _text("stage"), _big("subject"), _big("category_id"),
        _to("image_id", "image", null=True), _to("author_id", "worker", null=True), _int("places"), _int("taken"),
        _int("answered"), _int("free"), _big("lane"), _int("rank"), _text("state"), _big("opened_at"),
        _big("closed_at", null=True), sa.CheckConstraint("free >= 0 AND taken >= 0", name=op.f("ck_task_counts")),
        unique=("campaign_id", "stage", "subject", "category_id"),
    )  # fmt: skip
    op.create_index("ix_task_free", "task", ["campaign_id", "stage", "lane", "rank", "id"], **_where("free > 0"))
    op.create_index("ix_task_image", "task", ["image_id", "category_id"])
    op.create_index("ix_task_state", "task", ["campaign_id", "state", "stage"])
    _create(
        "assignment",
        _key(), _text("word"), _to("campaign_id", "campaign"), _to("worker_id", "worker"), _text("stage"),
        _text("state"), _to("sentinel_id", "sentinel", null=True), _big("leased_at"), _big("lease_ms"),
        _big("expires_at"),
        unique=("word",),
    )  # fmt: skip
    op.create_index("ix_assignment_expiry", "assignment", ["campaign_id", "expires_at"], **_where("state = 'leased'"))
    op.create_index("ix_assignment_worker", "assignment", ["worker_id", "state"])
    _create(
        "answer",
        _key(), _to("campaign_id", "campaign"), _to("assignment_id", "assignment"), _to("worker_id", "worker"),
        _text("stage"), _flag("training"), _to("image_id", "image", null=True), _big("category_id"), _big("subject"),
        _text("client_id"), _text("payload"), _text("outcome"), _text("state"), _text("receipt"), _big("received_at"),
        _big("wall_ms"), _big("visible_ms"), _big("active_ms"),
        unique=("worker_id", "client_id"),
    )  # fmt: skip
    op.create_index("ix_answer_assignment", "answer", ["assignment_id"])
    op.create_index("ix_answer_image", "answer", ["image_id", "category_id", "stage"])
    op.create_index("ix_answer_stage", "answer", ["campaign_id", "stage", "received_at"])
    op.create_index("ix_answer_worker", "answer", ["worker_id", "stage", "state"])
    _create(
        "place",
        _key(), _to("assignment_id", "assignment"), _to("task_id", "task"), _to("worker_id", "worker"), _text("stage"),
        _big("lane"), _int("position"), _text("state"),
        unique=("task_id", "worker_id"),
    )  # fmt: skip
    op.create_index("ix_place_assignment", "place", ["assignment_id"])
    op.create_index("ix_place_lane", "place", ["worker_id", "stage", "lane", "task_id"])
    _create(
        "sentinel_showing",
        _key(), _to("assignment_id", "assignment"), _to("sentinel_id", "sentinel"), _to("worker_id", "worker"),
        _int("position"), _flag("flagged", null=True),
        unique=("sentinel_id", "worker_id"),
    )  # fmt: skip
    op.create_index("ix_showing_assignment", "sentinel_showing", ["assignment_id"])
    _create(
        "caption",
        _key(), _to("campaign_id", "campaign"), _to("image_id", "image"), _to("answer_id", "answer"),
        _to("worker_id", "worker"), _text("text"), _text("state"),
        unique=("answer_id",),
    )  # fmt: skip
    op.create_index("ix_caption_image", "caption", ["image_id"])
    _create(
        "crowd_region",
        _key(), _to("campaign_id", "campaign"), _to("image_id", "image"), _big("category_id"),
        _to("answer_id", "answer"), _to("worker_id", "worker"), _int("height"), _int("width"), _bytes("counts"),
        _real("area"), _text("bbox"), _text("tool"), _text("state"),
        unique=("answer_id",),
    )  # fmt: skip
    op.create_index("ix_crowd_region_pair", "crowd_region", ["image_id", "category_id"])
    _create(
        "ledger",
        _key(), _to("campaign_id", "campaign"), _to("worker_id", "worker"), _to("answer_id", "answer", null=True),
        _text("kind"), _real("cents"), _text("reason", null=True), _big("at"),
    )  # fmt: skip
    op.create_index("ix_ledger_worker", "ledger", ["campaign_id", "worker_id"])
    op.create_index("ix_ledger_answer", "ledger", ["answer_id"])
    _create(
        "lineage",
        _to("child_id", "answer"), _to("parent_id", "answer"),
        primary=("child_id", "parent_id"),
    )  # fmt: skip
    op.create_index("ix_lineage_parent", "lineage", ["parent_id"])
    _create(
        "segmentation",
        _key(), _to("campaign_id", "campaign"), _to("image_id", "image"), _big("category_id"),
        _to("answer_id", "answer"), _to("worker_id", "worker"), _big("drawn_for"), _int("height"), _int("width"),
        _bytes("counts"), _text("polygons", null=True), _real("area"), _text("bbox"), _text("tool"), _text("state"),
        _int("good"), _int("bad"),
        unique=("answer_id",),
    )  # fmt: skip
    op.create_index("ix_segmentation_pair", "segmentation", ["image_id", "category_id"])
    op.create_index("ix_segmentation_worker", "segmentation", ["worker_id", "state"])
    _create(
        "spot",
        _key(), _to("campaign_id", "campaign"), _to("image_id", "image"), _big("category_id"),
        _to("answer_id", "answer"), _to("worker_id", "worker"), _int("ordinal"), _real("x"), _real("y"),
        _flag("primer"), _text("state"), _to("segmentation_id", "segmentation", null=True),
        unique=("answer_id", "category_id", "ordinal"),
    )  # fmt: skip
    op.create_index("ix_spot_pair", "spot", ["image_id", "category_id"])
    _create(
        "vote",
        _key(), _to("answer_id", "answer"), _to("segmentation_id", "segmentation"), _to("worker_id", "worker"),
        _flag("good"), _text("state"),
        unique=("segmentation_id", "worker_id"),
    )  # fmt: skip
    op.create_index("ix_vote_answer", "vote", ["answer_id"])
    op.create_index("ix_vote_worker", "vote", ["worker_id"])
    if op.get_bind().dialect.name != "sqlite":  # there it stands in the table already
        op.create_foreign_key("fk_sentinel_source_id", "sentinel", "segmentation", ["source_id"], ["id"])


#: Whoever refers to others goes before them.
TABLES = (
    "vote", "spot", "segmentation", "lineage", "ledger", "crowd_region", "caption", "sentinel_showing", "place",
    "answer", "assignment", "task", "sentinel", "worker_identity", "qualification", "image", "event", "worker",
    "stage", "query", "category", "campaign"
)  # fmt: skip


def downgrade() -> None:
    """Remove all tables, and what is in them."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("fk_sentinel_source_id", "sentinel")
    for name in TABLES:
        op.drop_table(name)
