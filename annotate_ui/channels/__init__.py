"""The ways by which workers come: an invite link, a panel, a marketplace."""

from __future__ import annotations

from cocokit.campaign.channels import ChannelRecord
from cocokit.errors import CocokitError

from .base import Arrival, Channel, Ending
from .link import LinkChannel

__all__ = ["Arrival", "Channel", "Ending", "open_channel"]


def open_channel(record: ChannelRecord) -> Channel:
    """A channel by its row.

    Raises:
        CocokitError: its settings cannot work.
    """
    settings = record.settings
    if record.kind == "link":
        return LinkChannel(settings.get("answers"), bool(settings.get("code")))
    raise CocokitError(f"channel {record.name}: there is no kind {record.kind!r}")
