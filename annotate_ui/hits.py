"""The HITs of a channel: posted in the marketplace, looked at, expired, paid for; their ids are kept with the channel.

The marketplace's sandbox, where nobody is paid, is meant unless the channel's setting ``sandbox`` is false.
"""

from __future__ import annotations

from typing import Any

from cocokit.campaign.channels import ChannelRecord, change_channel, find_channel
from cocokit.campaign.opening import Database
from cocokit.errors import CocokitError

from .channels import mturk_hits
from .channels.mturk_hits import Hit, Offer


def post_hits(database: Database, channel: ChannelRecord, server: str, offer: Offer, assignments: int) -> list[str]:
    """Post HITs that lead to a channel; their ids. Where it failed half way, the same again posts the rest only.

    Args:
        database: of the campaign.
        channel: of the kind mturk.
        server: where workers reach this server, ``https://HOST``.
        offer: what workers see.
        assignments: how many in all.

    Raises:
        CocokitError: another kind of channel, a closed one, no boto3, no https, or the marketplace's refusal.
    """
    client = _client(channel)
    if channel.settings.get("revoked"):
        raise CocokitError(f"channel {channel.name} is closed; nobody who accepted a HIT could work")
    batch = int(channel.settings.get("batches", 0)) + 1
    url = f"{server.rstrip('/')}/p/{channel.campaign_id}/{channel.name}"
    word = f"cocokit {channel.campaign_id} {channel.name} {batch}"
    made = mturk_hits.post(client, url, offer, assignments, word)
    now = find_channel(database, channel.campaign_id, channel.name)
    known = ids_of(now)
    change_channel(database, now, batches=batch, hits=[*known, *(one for one in made if one not in known)])
    return made


def list_hits(channel: ChannelRecord) -> list[Hit]:
    """How the HITs of a channel stand; raises as :func:`post_hits`."""
    known = ids_of(channel)
    return mturk_hits.look_at(_client(channel), known) if known else []


def expire_hits(channel: ChannelRecord) -> int:
    """Let nobody accept the HITs of a channel any more; how many there are. Raises as :func:`post_hits`."""
    mturk_hits.stop(_client(channel), ids_of(channel))
    return len(ids_of(channel))


def approve_hits(channel: ChannelRecord) -> int:
    """Pay for what was handed in; how many assignments. Raises as :func:`post_hits`."""
    return mturk_hits.approve(_client(channel), ids_of(channel))


def ids_of(channel: ChannelRecord) -> list[str]:
    """The ids of a channel's HITs, the oldest first."""
    return list(channel.settings.get("hits", []))


def _client(channel: ChannelRecord) -> Any:
    if channel.kind != "mturk":
        raise CocokitError(f"channel {channel.name} is a {channel.kind}; only an mturk channel has HITs")
    return mturk_hits.connect(sandbox=channel.settings.get("sandbox", True))
