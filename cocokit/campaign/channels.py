"""The channels of a campaign, for whoever sets them up and whoever lets workers in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import CocokitError, NotFoundError
from ..store import channels as store
from ..store.channels import ChannelRecord
from ..store.database import Database, Transaction

__all__ = ["ChannelRecord", "add_channel", "change_channel", "count_workers", "find_channel", "list_channels"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
KINDS = ("link", "panel", "mturk")


def list_channels(database: Database, campaign_id: int | None = None) -> list[ChannelRecord]:
    """The channels of a campaign, or of all campaigns."""
    with database.read() as tx:
        return store.channels_of(tx, campaign_id)


def find_channel(database: Database, campaign_id: int, name: str) -> ChannelRecord:
    """A channel by its name.

    Raises:
        NotFoundError: the campaign has none of this name.
    """
    with database.read() as tx:
        found = store.find_channel(tx, campaign_id, name)
    if found is None:
        raise NotFoundError("this campaign has no such channel; ask the requester for a new link")
    return found


def add_channel(
    database: Database, campaign_id: int, name: str, kind: str, settings: Mapping[str, Any]
) -> ChannelRecord:
    """A new channel.

    Raises:
        CocokitError: the name is taken or no name, or the kind is not known.
    """
    if not _NAME.fullmatch(name):
        raise CocokitError(f"channel {name!r}: a name has 1 to 40 of a-z, 0-9, _ and -; choose another")
    if kind not in KINDS:
        raise CocokitError(f"channel {name}: there is no kind {kind!r}; use {', '.join(KINDS)}")

    def work(tx: Transaction) -> ChannelRecord:
        if store.find_channel(tx, campaign_id, name) is not None:
            raise CocokitError(f"channel {name}: there is one of this name already; choose another name")
        key = store.add_channel(tx, campaign_id, name, kind, settings)
        return ChannelRecord(key, campaign_id, name, kind, dict(settings))

    return database.run(work)


def change_channel(database: Database, channel: ChannelRecord, **settings: Any) -> ChannelRecord:
    """Change some settings of a channel, such as ``revoked=True``."""
    merged = {**channel.settings, **settings}
    database.run(lambda tx: store.set_channel(tx, channel.id, merged))
    return ChannelRecord(channel.id, channel.campaign_id, channel.name, channel.kind, merged)


def count_workers(database: Database, campaign_id: int) -> dict[str, int]:
    """Channel -> how many workers came by it."""
    with database.read() as tx:
        return store.count_workers(tx, campaign_id)
