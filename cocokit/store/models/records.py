"""What happened: which answer rests on which, who earned what, and the campaign's diary."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Big, Campaign, Key, Millis, reference


class LineageRow(Base):
    """``child`` is an answer that could not have been given without ``parent``: label, spots, mask, votes."""

    __tablename__ = "lineage"
    __table_args__ = (Index("ix_lineage_parent", "parent_id"),)

    child_id: Mapped[int] = mapped_column(Big, ForeignKey("answer.id"), primary_key=True)
    parent_id: Mapped[int] = mapped_column(Big, ForeignKey("answer.id"), primary_key=True)


class LedgerRow(Base):
    """Money, in hundredths of the campaign's currency: earned by an answer, refused, or a bonus. Append-only."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_worker", "campaign_id", "worker_id"), Index("ix_ledger_answer", "answer_id"))

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    worker_id: Mapped[int] = reference("worker")
    answer_id: Mapped[int | None] = reference("answer")
    kind: Mapped[str] = mapped_column(Text)  # earned, refused or bonus
    cents: Mapped[float]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[Millis]


class EventRow(Base):
    """One line of the diary: launched, paused, worker rejected, exported, ... Append-only."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_kind", "campaign_id", "kind", "at"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    kind: Mapped[str] = mapped_column(Text)
    worker_id: Mapped[int | None] = reference("worker")
    data: Mapped[str] = mapped_column(Text, default="{}")
    at: Mapped[Millis]
