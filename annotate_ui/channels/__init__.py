"""The ways by which workers come: an invite link, a panel, a marketplace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cocokit.campaign.channels import ChannelRecord
from cocokit.errors import CocokitError

from .base import Arrival, Channel, Ending
from .link import link_channel
from .mturk import mturk_channel
from .panel import panel_channel

__all__ = ["Arrival", "Channel", "Ending", "check_channel", "open_channel"]

_KINDS: dict[str, Callable[[Mapping[str, Any]], Channel]] = {
    "link": link_channel, "panel": panel_channel, "mturk": mturk_channel,
}  # fmt: skip


def open_channel(record: ChannelRecord) -> Channel:
    """A channel by its row.

    Raises:
        CocokitError: its settings cannot work.
    """
    if record.kind not in _KINDS:
        raise CocokitError(f"channel {record.name}: there is no kind {record.kind!r}; use {', '.join(_KINDS)}")
    return _KINDS[record.kind](record.settings)


def check_channel(kind: str, settings: dict[str, object]) -> None:
    """Refuse settings that cannot work; raises as :func:`open_channel`."""
    open_channel(ChannelRecord(0, 0, "new", kind, settings))
