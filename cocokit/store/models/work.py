"""What is to be done and who holds it: tasks, assignments, and the places of tasks that assignments hold."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Big, Campaign, Key, Millis, reference


class TaskRow(Base):
    """One unit of work.

    ``subject`` is what it is about: the page of a filter task, the image of a label, spot, crowd or caption task, the
    spot of a segment task, the segmentation of a verify task. ``category_id`` is 0 where there is none. ``places`` is
    how many answers it wants in all, ``taken`` how many are leased or counted; what is free is the difference, in a
    column of its own for the index. ``author_id`` may not do it: it is their own work. ``lane`` is the category where
    workers need to be qualified for it, otherwise 0; ``rank`` is 0 for a task that lost a place and would otherwise
    starve, and 1 for the rest. ``answered`` is how many of its places have an answer that counts.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("campaign_id", "stage", "subject", "category_id"),
        CheckConstraint("free >= 0 AND taken >= 0", name="counts"),
        Index(
            "ix_task_free", "campaign_id", "stage", "lane", "rank", "id",
            sqlite_where=text("free > 0"), postgresql_where=text("free > 0"),
        ),
        Index("ix_task_image", "image_id", "category_id"),
        Index("ix_task_state", "campaign_id", "state", "stage"),
    )  # fmt: skip

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    stage: Mapped[str] = mapped_column(Text)
    subject: Mapped[int] = mapped_column(Big)
    category_id: Mapped[int] = mapped_column(Big, default=0)
    image_id: Mapped[int | None] = reference("image")
    author_id: Mapped[int | None] = reference("worker")
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    free: Mapped[int]
    lane: Mapped[int] = mapped_column(Big, default=0)
    rank: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[Millis]
    closed_at: Mapped[Millis | None]


class AssignmentRow(Base):
    """A lease of one task, or of a page of tasks, to one worker; ``word`` is its public id."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "ix_assignment_expiry", "campaign_id", "expires_at",
            sqlite_where=text("state = 'leased'"), postgresql_where=text("state = 'leased'"),
        ),
        Index("ix_assignment_worker", "worker_id", "state"),
    )  # fmt: skip

    id: Mapped[Key]
    word: Mapped[str] = mapped_column(Text, unique=True)
    campaign_id: Mapped[Campaign]
    worker_id: Mapped[int] = reference("worker")
    stage: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)  # leased, answered, expired, released, or withdrawn with its photo
    sentinel_id: Mapped[int | None] = reference("sentinel")  # of a training task
    leased_at: Mapped[Millis]
    lease_ms: Mapped[int] = mapped_column(Big)
    expires_at: Mapped[Millis]


class PlaceRow(Base):
    """One place of one task, held by an assignment: what can never be given twice.

    ``state`` is leased, answered, expired, late (answered after somebody else had it) or void (its worker was
    rejected). A worker has at most one place of a task, ever.
    """

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("task_id", "worker_id"),
        Index("ix_place_assignment", "assignment_id"),
        Index("ix_place_lane", "worker_id", "stage", "lane", "task_id"),
    )

    id: Mapped[Key]
    assignment_id: Mapped[int] = reference("assignment")
    task_id: Mapped[int] = reference("task")
    worker_id: Mapped[int] = reference("worker")
    stage: Mapped[str] = mapped_column(Text)
    lane: Mapped[int] = mapped_column(Big)
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(Text)
