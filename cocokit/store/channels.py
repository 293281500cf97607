"""The ways by which workers come to a campaign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select, update

from .database import Transaction
from .models import ChannelRow, IdentityRow


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A channel as its row has it; ``kind`` is link, panel or mturk."""

    id: int
    campaign_id: int
    name: str
    kind: str
    settings: dict[str, Any] = field(default_factory=dict)


_COLUMNS = (ChannelRow.id, ChannelRow.campaign_id, ChannelRow.name, ChannelRow.kind, ChannelRow.settings)


def _record(row: Any) -> ChannelRecord:
    return ChannelRecord(row.id, row.campaign_id, row.name, row.kind, json.loads(row.settings))


def find_channel(tx: Transaction, campaign_id: int, name: str) -> ChannelRecord | None:
    """A campaign's channel by its name, or None."""
    query = select(*_COLUMNS).where(ChannelRow.campaign_id == campaign_id, ChannelRow.name == name)
    row = tx.execute(query).one_or_none()
    return None if row is None else _record(row)


def channels_of(tx: Transaction, campaign_id: int | None = None) -> list[ChannelRecord]:
    """The channels of a campaign, or of all, the oldest first."""
    query = select(*_COLUMNS).order_by(ChannelRow.id)
    if campaign_id is not None:
        query = query.where(ChannelRow.campaign_id == campaign_id)
    return [_record(row) for row in tx.execute(query)]


def add_channel(tx: Transaction, campaign_id: int, name: str, kind: str, settings: Mapping[str, Any]) -> int:
    """A new channel; its id."""
    text = json.dumps(dict(settings), sort_keys=True)
    statement = insert(ChannelRow).values(campaign_id=campaign_id, name=name, kind=kind, settings=text)
    return tx.execute(statement.returning(ChannelRow.id)).scalar_one()


def set_channel(tx: Transaction, channel_id: int, settings: Mapping[str, Any]) -> None:
    """Change a channel's settings."""
    text = json.dumps(dict(settings), sort_keys=True)
    tx.execute(update(ChannelRow).where(ChannelRow.id == channel_id).values(settings=text))


def count_workers(tx: Transaction, campaign_id: int) -> dict[str, int]:
    """Channel -> how many workers came by it."""
    query = select(IdentityRow.channel, func.count()).where(IdentityRow.campaign_id == campaign_id)
    return {row[0]: row[1] for row in tx.execute(query.group_by(IdentityRow.channel))}
