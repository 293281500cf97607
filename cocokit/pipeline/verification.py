"""Stage 5: what the votes on a mask decide (PROTOCOL 5 and 10.2).

The paper's rule with the paper's numbers: three votes; if any of them says bad, two more; fewer than four good ones of
the five discard the mask. A verdict falls as soon as no further vote can change it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from .settings import CampaignSettings


class VoteState(StrEnum):
    """What is known of a mask."""

    PASSED = "passed"
    FAILED = "failed"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the votes so far decide.

    Attributes:
        state: PASSED or FAILED, which further votes cannot change; or ASK.
        wanted: how many votes to ask for now; 0 once it is settled.
    """

    state: VoteState
    wanted: int = 0


#: Settled; the first is what every mask has where nobody votes.
PASSED, FAILED = Verdict(VoteState.PASSED), Verdict(VoteState.FAILED)


def verdict(good: int, bad: int, settings: CampaignSettings) -> Verdict:
    """What ``good`` and ``bad`` votes decide; it is a rule of the two counts, so their order has no part in it.

    Votes are asked for in two rounds, as the paper does: the first ones, and the others once one of these was bad.

    Examples:
        >>> s = CampaignSettings()
        >>> verdict(3, 0, s).state, verdict(1, 2, s).state, verdict(2, 1, s).wanted
        (<VoteState.PASSED: 'passed'>, <VoteState.FAILED: 'failed'>, 2)
    """
    first, most, needed = settings.votes_first, settings.votes_first + settings.votes_more, settings.votes_needed
    if good >= needed or (good >= first and not bad):
        return PASSED
    if most - bad < needed:
        return FAILED
    cast = good + bad
    return Verdict(VoteState.ASK, (first if cast < first else most) - cast)


def pass_probability(p: float, settings: CampaignSettings) -> float:
    """The chance that a mask passes if each vote is good with probability ``p``; 3 + 2 votes: p^3 + 3 p^4 (1 - p)."""
    first, more = settings.votes_first, settings.votes_more
    needed = settings.votes_needed
    mixed = sum(_exactly(good, first, p) * _at_least(needed - good, more, p) for good in range(first))
    return p**first + mixed


def expected_votes(p: float, settings: CampaignSettings) -> float:
    """How many votes a mask takes on average, each good with probability ``p``; 3 + 2 votes: 3 + 6 p^2 (1 - p).

    A round's votes are counted whole: they are asked for at once, so that the last one is often given before the
    others settle the outcome. Where votes come one by one it takes fewer.
    """
    first = settings.votes_first
    again = [good for good in range(first) if verdict(good, first - good, settings).state == VoteState.ASK]
    return first + settings.votes_more * sum(_exactly(good, first, p) for good in again)


def _exactly(k: int, n: int, p: float) -> float:
    """The chance of k good votes among n."""
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def _at_least(k: int, n: int, p: float) -> float:
    return sum(_exactly(i, n, p) for i in range(max(0, k), n + 1))
