"""What the web pages keep: requesters' accounts and logins, unfinished answers, strokes, channels, the audit log."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Big, Campaign, Key, Millis, reference


class AccountRow(Base):
    """Somebody who may see the dashboard; ``role`` is owner, reviewer or viewer."""

    __tablename__ = "account"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    failed: Mapped[int] = mapped_column(default=0)  # wrong passwords since the last right one
    locked_until: Mapped[Millis | None]
    created_at: Mapped[Millis]


class LoginRow(Base):
    """An account that is logged in at a browser; of its token only the hash is kept."""

    __tablename__ = "login"
    __table_args__ = (Index("ix_login_account", "account_id"),)

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[int] = reference("account")
    created_at: Mapped[Millis]
    seen_at: Mapped[Millis]
    expires_at: Mapped[Millis]


class DraftRow(Base):
    """What a page has of an answer that is not handed in yet; ``version`` rises with each time it is saved."""

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_saved", "saved_at"),)

    assignment_id: Mapped[int] = mapped_column(Big, ForeignKey("assignment.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    data: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[Millis]


class TraceRow(Base):
    """How an answer was made, stroke by stroke: ``data`` is JSON, compressed by zlib."""

    __tablename__ = "trace"

    answer_id: Mapped[int] = mapped_column(Big, ForeignKey("answer.id"), primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ChannelRow(Base):
    """A way by which workers come to a campaign; ``kind`` is link, panel or mturk, ``settings`` JSON."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    settings: Mapped[str] = mapped_column(Text, default="{}")


class AuditRow(Base):
    """One act of a requester. Append-only; ``hash`` covers the row and ``previous_hash``, so that a gap shows."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_action", "action", "at"),)

    id: Mapped[Key]
    at: Mapped[Millis]
    account_id: Mapped[int | None] = reference("account")
    action: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text, default="{}")
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class InstructionRow(Base):
    """What a requester tells workers of a stage, or before the first task (``stage`` is "welcome"); plain text."""

    __tablename__ = "instruction"
    __table_args__ = (UniqueConstraint("campaign_id", "stage"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    stage: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class IconRow(Base):
    """A requester's own picture of a category: ``data`` is a small PNG, ``sum`` changes with it."""

    __tablename__ = "icon"

    campaign_id: Mapped[Campaign] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    sum: Mapped[str] = mapped_column(Text)
    data: Mapped[bytes] = mapped_column(LargeBinary)
