"""A campaign at a glance, for the requester's board: its status, how the figures grew, and what happened lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate

from ..domain.stages import Stage
from ..store import activity as store
from ..store.activity import Happening
from ..store.campaigns import campaign_state
from ..store.database import Database
from ..store.journal import note
from .engine import Engine
from .export import ExportSummary
from .status import CampaignStatus, read_status

__all__ = ["CampaignLine", "Happening", "Overview", "list_campaigns", "note_export", "read_overview",
           "read_state"]  # fmt: skip

#: Points of a small line.
POINTS = 12


@dataclass(frozen=True, slots=True)
class Overview:
    """What the board shows.

    Attributes:
        status: where the campaign stands.
        finished, passed, spent: how these grew from the launch until now; POINTS numbers, or none before the launch.
        took: seconds for a mask over the same time, as far as there were masks.
        clean, decided: masks that passed without a bad vote; masks that were decided.
        happenings: what happened lately, the newest first.
    """

    status: CampaignStatus
    finished: tuple[float, ...]
    passed: tuple[float, ...]
    spent: tuple[float, ...]
    took: tuple[float, ...]
    clean: int
    decided: int
    happenings: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in a list."""

    id: int
    name: str
    state: str
    images: int


def list_campaigns(database: Database) -> list[CampaignLine]:
    """Every campaign, the newest first."""
    with database.read() as tx:
        return [CampaignLine(*row) for row in store.campaigns_of(tx)]


def read_state(engine: Engine) -> str:
    """Where a campaign stands: draft, running, paused or closed."""
    with engine.database.read() as tx:
        return str(campaign_state(tx, engine.campaign.id))


def read_overview(engine: Engine, now: int, happenings: int = 9) -> Overview:
    """A campaign at a glance.

    Args:
        engine: of the campaign.
        now: ms since 1970 UTC.
        happenings: at most so many.
    """
    status = read_status(engine.database, engine.campaign, now)
    key, start = engine.campaign.id, status.launched_at
    with engine.database.read() as tx:
        lately = [*store.diary(tx, key, happenings), *store.trained(tx, key, happenings),
                  *store.untrusted(tx, key, happenings)]  # fmt: skip
        clean, decided = store.first_vote_passes(tx, key)
        begun, width = start or now, max((now - (start or now)) // POINTS + 1, 1)
        finished, passed, spent = (
            _grown(find(tx, key, begun, width)) if start is not None else ()
            for find in (store.finished_since, store.passed_since, store.spent_since)
        )
        seconds = store.took_since(tx, key, Stage.SEGMENT, begun, width)
    took = tuple(seconds[i] / 1000 for i in sorted(seconds))
    lately.sort(key=lambda one: -one.at)
    return Overview(status, finished, passed, spent, took, clean, decided, tuple(lately[:happenings]))


def _grown(buckets: Mapping[int, float]) -> tuple[float, ...]:
    return tuple(accumulate(buckets.get(i, 0.0) for i in range(POINTS)))


def note_export(engine: Engine, made: ExportSummary, now: int) -> None:
    """Write an export into the diary."""
    engine.database.run(lambda tx: note(tx, engine.campaign.id, "exported", now, data=asdict(made)))
