"""What a requester tells workers: a text per stage, and pictures of categories of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: SQLite numbers rows by itself only where the type is exactly INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = ("icon", "instruction")


def _campaign(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("campaign.id", name=f"fk_{table}_campaign_id")
    return sa.Column("campaign_id", BIG, key, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "instruction",
        sa.Column("id", BIG, autoincrement=True, nullable=False), _campaign("instruction"),
        sa.Column("stage", sa.Text(), nullable=False), sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instruction"),
        sa.UniqueConstraint("campaign_id", "stage", name="uq_instruction_campaign_id_stage"),
    )  # fmt: skip
    op.create_table(
        "icon",
        _campaign("icon"), sa.Column("category_id", BIG, autoincrement=False, nullable=False),
        sa.Column("sum", sa.Text(), nullable=False), sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "category_id", name="pk_icon"),
    )  # fmt: skip


def downgrade() -> None:
    """Remove the tables, and what is in them."""
    for name in TABLES:
        op.drop_table(name)
