"""Tiles whose answer is known: whether a page counts, and what many pages say of a worker (PROTOCOL 5 and 10.1).

Bad and good sentinels are never added up: a worker who flags every tile would be right half of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .intervals import wilson
from .settings import CampaignSettings


class SentinelState(StrEnum):
    """What a worker's sentinels say."""

    TOO_FEW = "too_few"
    TRUSTED = "trusted"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class SentinelJudgement:
    """What the sentinels of all pages of a worker say.

    Attributes:
        state: DOUBTED if a share is surely below the floor.
        found: (low, high) Wilson interval of the share of bad sentinels that were flagged.
        spared: the same of good sentinels that were not.
    """

    state: SentinelState
    found: tuple[float, float]
    spared: tuple[float, float]


def needed(shown: int, settings: CampaignSettings) -> int:
    """How many of the bad sentinels of a page must be found.

    Where fewer exist than a page should have: all but one, but at least one if there are any.
    """
    if shown >= settings.bad_sentinels:
        return settings.sentinels_needed
    return min(settings.sentinels_needed, max(min(shown, 1), shown - 1))


def tolerated(shown_good: int, settings: CampaignSettings) -> int:
    """How many good sentinels of a page may be flagged; where fewer exist, the same share of them, rounded down."""
    if shown_good >= settings.good_sentinels:
        return settings.false_alarms
    return settings.false_alarms * shown_good // settings.good_sentinels


def page_counts(found: int, shown: int, false_alarms: int, shown_good: int, settings: CampaignSettings) -> bool:
    """Whether a verification page counts.

    Args:
        found, shown: bad sentinels that the worker flagged, and all on the page.
        false_alarms, shown_good: good sentinels that the worker flagged, and all on the page.
        settings: ``sentinels_needed`` of ``bad_sentinels``, at most ``false_alarms`` of ``good_sentinels``.

    Examples:
        >>> page_counts(3, 4, 2, 4, CampaignSettings()), page_counts(4, 4, 4, 4, CampaignSettings())
        (True, False)
    """
    return found >= needed(shown, settings) and false_alarms <= tolerated(shown_good, settings)


def judge(
    found: int, shown: int, false_alarms: int, shown_good: int, settings: CampaignSettings,
) -> SentinelJudgement:
    """What the sentinels of all pages of a worker together say, the pages that did not count among them.

    Four sentinels say little (3 of 4 may be a worker who finds 30 or 95 %), so that a worker is doubted only where the
    upper end of the interval is below ``sentinel_floor``, for bad or for good ones, and not before ``judge_after``.

    Args:
        found, shown, false_alarms, shown_good: as for :func:`page_counts`, summed over pages.
        settings: ``sentinel_floor`` and ``judge_after``.
    """
    caught, spared = wilson(found, shown), wilson(shown_good - false_alarms, shown_good)
    if shown + shown_good < settings.judge_after:
        state = SentinelState.TOO_FEW
    elif min(caught[1], spared[1]) < settings.sentinel_floor:
        state = SentinelState.DOUBTED
    else:
        state = SentinelState.TRUSTED
    return SentinelJudgement(state, caught, spared)
