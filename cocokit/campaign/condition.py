"""How a campaign's machinery is: leases, sentinels in stock, the database; for the health page."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..domain.stages import SentinelKind, Stage
from ..store.activity import count_audit
from ..store.counts import count_leases, paused_stages
from ..store.figures import next_expiry
from ..store.sentinels import most_seen, stock
from .engine import Engine
from .sentinels import AHEAD


@dataclass(frozen=True, slots=True)
class Condition:
    """How things are.

    Attributes:
        database, bytes, version: where the rows are; the file's size, or None on a server; of its tables.
        leases, next_expiry: assignments that workers hold; when the first ends, ms, or None.
        sentinels: kind -> how many there are.
        short: bad sentinels run out within a few pages of the busiest worker.
        paused: stages that hand out nothing.
        audit: lines of the audit log.
    """

    database: str
    bytes: int | None
    version: str
    leases: int
    next_expiry: int | None
    sentinels: dict[SentinelKind, int]
    short: bool
    paused: tuple[Stage, ...]
    audit: int


def read_condition(engine: Engine) -> Condition:
    """How a campaign's machinery is now."""
    database, key, settings = engine.database, engine.campaign.id, engine.campaign.settings
    with database.read() as tx:
        have, seen = stock(tx, key), most_seen(tx, key)
        wanted = seen + AHEAD * settings.bad_sentinels
        short = engine.campaign.graph.has(Stage.VERIFY) and have.get(SentinelKind.BAD, 0) < wanted
        size = os.path.getsize(database.path) if database.path else None
        return Condition(
            str(database), size, database.version(tx) or "", count_leases(tx, key), next_expiry(tx, key)[1], have,
            bool(short and settings.bad_sentinels), tuple(sorted(paused_stages(tx, key))), count_audit(tx),
        )  # fmt: skip
