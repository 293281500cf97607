"""Stage 2: which categories an image has, and how many workers look (PROTOCOL 2 and 10.10)."""

from __future__ import annotations

from collections.abc import Mapping

from .redundancy import enough
from .settings import CampaignSettings

#: What the adaptive policy takes a worker to be, before anything was measured: how often one names a category that is
#: there, how often one does not name one that is not, and how often a category that somebody may name is there.
SENSITIVITY, SPECIFICITY, PRIOR = 0.7, 0.98, 0.05


def present(named: Mapping[int, int]) -> set[int]:
    """The categories that an image has: any worker's word suffices."""
    return {category for category, count in named.items() if count}


def label_places(asked: int, named: Mapping[int, int], settings: CampaignSettings) -> int:
    """How many label answers an image wants in all, under the adaptive policy.

    It stops once every category is settled: those that somebody named, and those that nobody did. It never asks fewer
    than ``adaptive_floor`` workers, nor more than ``k_label``.

    Args:
        asked: live answers so far.
        named: category id -> how many of them name it.
        settings: the campaign's numbers.
    """
    floor, most = min(settings.adaptive_floor, settings.k_label), settings.k_label
    if asked < floor:
        return floor
    counts = {0, *named.values()}
    settled = all(
        enough(count, asked, SENSITIVITY, SPECIFICITY, PRIOR, settings.adaptive_posterior, floor) for count in counts
    )
    return asked if settled else min(most, asked + 1)
