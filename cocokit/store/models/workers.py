"""Who works, what they may do, and the masks with known answers that they are measured with."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Big, Campaign, Key, Millis, reference


class WorkerRow(Base):
    """A worker of one campaign."""

    __tablename__ = "worker"
    __table_args__ = (Index("ix_worker_campaign", "campaign_id", "state"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    joined_at: Mapped[Millis]


class IdentityRow(Base):
    """How a channel names a worker."""

    __tablename__ = "worker_identity"
    __table_args__ = (UniqueConstraint("campaign_id", "channel", "external_id"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    worker_id: Mapped[int] = reference("worker")
    channel: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)


class QualificationRow(Base):
    """Whether a worker may draw masks of a category: passed, failed (no tries left) or trying."""

    __tablename__ = "qualification"

    worker_id: Mapped[int] = mapped_column(Big, ForeignKey("worker.id"), primary_key=True)
    category_id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    best_iou: Mapped[float] = mapped_column(default=0.0)
    changed_at: Mapped[Millis]


class SentinelRow(Base):
    """A mask whose answer is known: good or bad for verification pages, or gold for training tasks."""

    __tablename__ = "sentinel"
    __table_args__ = (
        Index("ix_sentinel_kind", "campaign_id", "kind", "shown", "id"),
        Index("ix_sentinel_category", "campaign_id", "kind", "category_id"),
        Index("ix_sentinel_source", "source_id"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    kind: Mapped[str] = mapped_column(Text)
    image_id: Mapped[int] = reference("image")
    category_id: Mapped[int] = mapped_column(Big)
    height: Mapped[int]
    width: Mapped[int]
    counts: Mapped[bytes] = mapped_column(LargeBinary)
    area: Mapped[float]
    bbox: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)  # how a bad one was made; "gold" or "votes" for good ones
    severity: Mapped[float]  # 1 - IoU with the good mask that it was made from
    source_id: Mapped[int | None] = reference("segmentation", circular=True)
    shown: Mapped[int] = mapped_column(default=0)


class ShowingRow(Base):
    """A sentinel on a page: never the same one twice to one worker."""

    __tablename__ = "sentinel_showing"
    __table_args__ = (UniqueConstraint("sentinel_id", "worker_id"), Index("ix_showing_assignment", "assignment_id"))

    id: Mapped[Key]
    assignment_id: Mapped[int] = reference("assignment")
    sentinel_id: Mapped[int] = reference("sentinel")
    worker_id: Mapped[int] = reference("worker")
    position: Mapped[int]
    flagged: Mapped[bool | None]
