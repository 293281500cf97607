"""Stage 1: which candidates of a page stay (PROTOCOL 1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cocokit.domain.answers import FilterAnswer
from cocokit.domain.stages import Outcome

from .settings import CampaignSettings

#: Why a candidate goes; of two reasons given equally often, the first of this list is kept.
REASONS = ("invalid", "iconic", "duplicate")


@dataclass(frozen=True, slots=True)
class FilterVerdict:
    """What became of one candidate.

    Attributes:
        outcome: KEPT or DROPPED.
        reason: the reason that most workers gave, of :data:`REASONS`; None for a candidate that stays.
    """

    outcome: Outcome
    reason: str | None = None


def page_verdicts(
    candidates: Sequence[int], answers: Sequence[FilterAnswer], settings: CampaignSettings,
) -> dict[int, FilterVerdict]:
    """The verdict of every candidate of a page: it goes if more than half of the answers remove it.

    Args:
        candidates: ids of the page's images.
        answers: those that count, in any order.
        settings: ``k_filter`` answers are needed.

    Returns:
        Image id to verdict; empty while answers are missing.
    """
    if len(answers) < settings.k_filter:
        return {}
    return {image_id: _verdict([a.removed.get(image_id) for a in answers]) for image_id in candidates}


def _verdict(given: Sequence[str | None]) -> FilterVerdict:
    reasons = Counter(reason for reason in given if reason is not None)
    if 2 * reasons.total() <= len(given):
        return FilterVerdict(Outcome.KEPT)
    most = max(reasons.values())
    return FilterVerdict(Outcome.DROPPED, next(reason for reason in REASONS if reasons[reason] == most))
