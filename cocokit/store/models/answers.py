"""What workers handed in. The facts never change; the ``state`` columns say what became of them."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Big, Campaign, Key, Millis, reference


class AnswerRow(Base):
    """One answer, append-only: ``payload`` is what the browser sent, as JSON text."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("worker_id", "client_id"),
        Index("ix_answer_image", "image_id", "category_id", "stage"),
        Index("ix_answer_worker", "worker_id", "stage", "state"),
        Index("ix_answer_stage", "campaign_id", "stage", "received_at"),
        Index("ix_answer_assignment", "assignment_id"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    assignment_id: Mapped[int] = reference("assignment")
    worker_id: Mapped[int] = reference("worker")
    stage: Mapped[str] = mapped_column(Text)
    training: Mapped[bool] = mapped_column(default=False)
    image_id: Mapped[int | None] = reference("image")
    category_id: Mapped[int] = mapped_column(Big, default=0)
    subject: Mapped[int] = mapped_column(Big, default=0)  # of its task
    client_id: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text, default="")  # mask, no_object, all_segmented, nothing, ...
    state: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Text, default="{}")  # JSON, given again when submitted again
    received_at: Mapped[Millis]
    wall_ms: Mapped[int] = mapped_column(Big, default=0)
    visible_ms: Mapped[int] = mapped_column(Big, default=0)
    active_ms: Mapped[int] = mapped_column(Big, default=0)


class SpotRow(Base):
    """A point on an instance. A primer is the drop of a label: it says as well that the category is present."""

    __tablename__ = "spot"
    __table_args__ = (
        UniqueConstraint("answer_id", "category_id", "ordinal"),
        Index("ix_spot_pair", "image_id", "category_id"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    image_id: Mapped[int] = reference("image")
    category_id: Mapped[int] = mapped_column(Big)
    answer_id: Mapped[int] = reference("answer")
    worker_id: Mapped[int] = reference("worker")
    ordinal: Mapped[int]
    x: Mapped[float]
    y: Mapped[float]
    primer: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)
    segmentation_id: Mapped[int | None] = reference("segmentation")  # the mask that it lies in


class SegmentationRow(Base):
    """A mask that a worker drew for a spot; its id is the annotation's id in exports, and is never used again."""

    __tablename__ = "segmentation"
    __table_args__ = (
        UniqueConstraint("answer_id"),
        Index("ix_segmentation_pair", "image_id", "category_id"),
        Index("ix_segmentation_worker", "worker_id", "state"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    image_id: Mapped[int] = reference("image")
    category_id: Mapped[int] = mapped_column(Big)
    answer_id: Mapped[int] = reference("answer")
    worker_id: Mapped[int] = reference("worker")
    drawn_for: Mapped[int] = mapped_column(Big)  # the spot of its task
    height: Mapped[int]
    width: Mapped[int]
    counts: Mapped[bytes] = mapped_column(LargeBinary)
    polygons: Mapped[str | None] = mapped_column(Text)
    area: Mapped[float]
    bbox: Mapped[str] = mapped_column(Text)
    tool: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    good: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)


class VoteRow(Base):
    """One worker's word on one mask; a vote that does not count (late, untrusted page, rejected worker) stays."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("segmentation_id", "worker_id"),
        Index("ix_vote_answer", "answer_id"),
        Index("ix_vote_worker", "worker_id"),
    )

    id: Mapped[Key]
    answer_id: Mapped[int] = reference("answer")
    segmentation_id: Mapped[int] = reference("segmentation")
    worker_id: Mapped[int] = reference("worker")
    good: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)


class CrowdRow(Base):
    """The painted rest of a category in an image; the only source of ``iscrowd = 1``."""

    __tablename__ = "crowd_region"
    __table_args__ = (UniqueConstraint("answer_id"), Index("ix_crowd_region_pair", "image_id", "category_id"))

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    image_id: Mapped[int] = reference("image")
    category_id: Mapped[int] = mapped_column(Big)
    answer_id: Mapped[int] = reference("answer")
    worker_id: Mapped[int] = reference("worker")
    height: Mapped[int]
    width: Mapped[int]
    counts: Mapped[bytes] = mapped_column(LargeBinary)
    area: Mapped[float]
    bbox: Mapped[str] = mapped_column(Text)
    tool: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)


class CaptionRow(Base):
    """One sentence about an image."""

    __tablename__ = "caption"
    __table_args__ = (UniqueConstraint("answer_id"), Index("ix_caption_image", "image_id"))

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    image_id: Mapped[int] = reference("image")
    answer_id: Mapped[int] = reference("answer")
    worker_id: Mapped[int] = reference("worker")
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
