"""Sentinels: which pages count, and which workers are doubted after many."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.pipeline.intervals import Z95, wilson
from cocokit.pipeline.sentinels import SentinelState, judge, needed, page_counts, tolerated
from cocokit.pipeline.settings import CampaignSettings

COCO = CampaignSettings()
COUNTS = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def binomial(k: int, n: int, q: float) -> float:
    return math.comb(n, k) * q**k * (1 - q) ** (n - k)


def page_chance(q: float, settings: CampaignSettings) -> float:
    """The chance that a page counts if every tile is flagged with probability q."""
    b, g = settings.bad_sentinels, settings.good_sentinels
    return sum(binomial(i, b, q) * binomial(j, g, q)
               for i in range(b + 1) for j in range(g + 1) if page_counts(i, b, j, g, settings))


def test_three_of_four_must_be_found() -> None:
    assert [page_counts(found, 4, 0, 4, COCO) for found in range(5)] == [False, False, False, True, True]


def test_at_most_two_known_good_tiles_may_be_flagged() -> None:
    assert [page_counts(4, 4, alarms, 4, COCO) for alarms in range(5)] == [True, True, True, False, False]


def test_fewer_sentinels_than_a_page_should_have() -> None:
    assert [needed(shown, COCO) for shown in range(5)] == [0, 1, 1, 2, 3]
    assert [tolerated(shown, COCO) for shown in range(5)] == [0, 0, 1, 1, 2]
    assert page_counts(0, 0, 0, 0, COCO), "a young campaign has no sentinels yet"


@given(st.integers(0, 8), st.integers(1, 8))
def test_nobody_passes_by_flagging_all_or_nothing(shown: int, shown_good: int) -> None:
    assert not page_counts(shown, shown, shown_good, shown_good, COCO)
    assert page_counts(0, shown, 0, shown_good, COCO) == (shown == 0)


@pytest.mark.parametrize("q, papers", [(0.1, 0.0037), (0.25, 0.0508), (0.5, 0.3125), (0.9, 0.9477), (1.0, 1.0)])
def test_the_good_sentinels_close_the_hole_in_the_papers_rule(q: float, papers: float) -> None:
    assert page_chance(q, CampaignSettings(good_sentinels=0, false_alarms=0)) == pytest.approx(papers, abs=5e-5)
    assert page_chance(q, COCO) < min(papers, 0.25)


@pytest.mark.parametrize("hits, n, low, high", [
    (3, 4, 0.30, 0.95), (36, 40, 0.77, 0.96), (0, 0, 0, 1), (0, 10, 0, 0.28),
])
def test_wilson_gives_the_known_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-3)


@given(COUNTS.filter(lambda c: c[1] > 0))
def test_wilson_holds_the_shares_from_which_the_count_is_no_surprise(counts: tuple[int, int]) -> None:
    hits, n = counts
    for end in wilson(hits, n):  # its definition: the two shares at which the score test just gives in
        spread = Z95 * math.sqrt(end * (1 - end) / n)
        assert abs(hits / n - end) == pytest.approx(spread, abs=1e-7)
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1


@pytest.mark.parametrize("pages, found, alarms, state", [
    (1, 0, 4, SentinelState.TOO_FEW),
    (2, 0, 8, SentinelState.TOO_FEW),
    (3, 0, 0, SentinelState.DOUBTED),  # 24 sentinels, bad and good together
    (5, 20, 20, SentinelState.DOUBTED),  # flags everything: right on half of all sentinels
    (5, 0, 0, SentinelState.DOUBTED),  # flags nothing: so, too
    (5, 19, 2, SentinelState.TRUSTED),
    (5, 10, 10, SentinelState.TRUSTED),  # may still be careful
    (20, 28, 8, SentinelState.DOUBTED),
])
def test_a_worker_is_judged_over_pages(pages: int, found: int, alarms: int, state: SentinelState) -> None:
    assert judge(min(found, 4 * pages), 4 * pages, alarms, 4 * pages, COCO).state == state
