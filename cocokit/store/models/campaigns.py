"""What a campaign is about: itself, its stages, categories, queries and images."""

from __future__ import annotations

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, Big, Campaign, Key, Millis, reference


class CampaignRow(Base):
    """One campaign; ``document`` is its campaign.toml, frozen at launch."""

    __tablename__ = "campaign"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    seed: Mapped[int] = mapped_column(Big, default=0)
    salt: Mapped[str] = mapped_column(Text)  # hides the workers' outside names in exports
    created_at: Mapped[Millis]
    launched_at: Mapped[Millis | None]


class StageRow(Base):
    """A stage of a campaign, in the order of its graph; a paused stage hands out nothing."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    paused: Mapped[bool] = mapped_column(default=False)


class CategoryRow(Base):
    """A category with COCO's own id, never renumbered; ``position`` is its place in the campaign's list."""

    __tablename__ = "category"

    campaign_id: Mapped[Campaign] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    supercategory: Mapped[str] = mapped_column(Text)
    position: Mapped[int]


class QueryRow(Base):
    """What candidates were searched with: a pair of categories, a category and a scene, or a single category."""

    __tablename__ = "query"
    __table_args__ = (UniqueConstraint("campaign_id", "text"),)

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)  # pair, scene or single


class ImageRow(Base):
    """An image of a campaign.

    ``coco_id`` is its id in exports; ``state`` is candidate, dropped, open or finished; ``page`` groups the candidates
    of one query for the filter grid; ``origin`` keeps what is known of the source as JSON.
    """

    __tablename__ = "image"
    __table_args__ = (
        UniqueConstraint("campaign_id", "coco_id"),
        Index("ix_image_state", "campaign_id", "state"),
        Index("ix_image_page", "campaign_id", "page"),
    )

    id: Mapped[Key]
    campaign_id: Mapped[Campaign]
    coco_id: Mapped[int] = mapped_column(Big)
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(Text)
    width: Mapped[int]
    height: Mapped[int]
    query_id: Mapped[int | None] = reference("query")
    page: Mapped[int | None]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)  # why it was dropped
    origin: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[Millis | None]
