"""Votes: the paper's rule, taken literally on full sequences, against verdicts that stop early."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.pipeline.settings import CampaignSettings
from cocokit.pipeline.verification import Verdict, VoteState, expected_votes, pass_probability, verdict

COCO = CampaignSettings()
LVIS = CampaignSettings(votes_first=4, votes_more=1, votes_needed=4)
RULES = [
    CampaignSettings(votes_first=first, votes_more=more, votes_needed=needed)
    for first in range(1, 5) for more in range(4) for needed in range(1, first + more + 1)
]


def full_vote(votes: Sequence[bool], settings: CampaignSettings) -> bool:
    """The rule as it is printed: the first votes; if any of them is bad, the others too, and enough good among all."""
    first = votes[: settings.votes_first]
    if all(first):
        return True
    return sum(votes[: settings.votes_first + settings.votes_more]) >= settings.votes_needed


def sequences(settings: CampaignSettings) -> list[tuple[bool, ...]]:
    return list(itertools.product((True, False), repeat=settings.votes_first + settings.votes_more))


def stopped(votes: Sequence[bool], settings: CampaignSettings) -> tuple[int, Verdict]:
    """Votes looked at one by one until the verdict is settled: how many that took, and the verdict."""
    for n in range(len(votes) + 1):
        found = verdict(sum(votes[:n]), n - sum(votes[:n]), settings)
        if found.state != VoteState.ASK:
            return n, found
    raise AssertionError(f"no verdict after all of {votes}")


def in_rounds(votes: Sequence[bool], settings: CampaignSettings) -> int:
    """How many votes are cast if each round's are asked for at once."""
    cast = 0
    while (found := verdict(sum(votes[:cast]), cast - sum(votes[:cast]), settings)).state == VoteState.ASK:
        cast += found.wanted
    return cast


def chance(votes: Sequence[bool], p: float) -> float:
    return math.prod(p if good else 1 - p for good in votes)


@pytest.mark.parametrize("settings", RULES, ids=lambda s: f"{s.votes_first}+{s.votes_more},{s.votes_needed}")
def test_early_stop_equals_the_full_vote_on_every_sequence(settings: CampaignSettings) -> None:
    for votes in sequences(settings):
        assert (stopped(votes, settings)[1].state == VoteState.PASSED) == full_vote(votes, settings), votes


@pytest.mark.parametrize("settings", RULES, ids=lambda s: f"{s.votes_first}+{s.votes_more},{s.votes_needed}")
def test_it_stops_as_soon_as_the_outcome_is_settled_and_not_before(settings: CampaignSettings) -> None:
    for votes in sequences(settings):
        n = next(n for n in itertools.count() if len({
            full_vote(other, settings) for other in sequences(settings) if other[:n] == votes[:n]}) == 1)
        assert stopped(votes, settings)[0] == n, votes


@pytest.mark.parametrize("settings", [COCO, LVIS])
def test_the_order_within_a_round_never_changes_a_verdict(settings: CampaignSettings) -> None:
    first = settings.votes_first
    for votes in sequences(settings):
        outcomes = {
            stopped((*head, *tail), settings)[1]
            for head in itertools.permutations(votes[:first]) for tail in itertools.permutations(votes[first:])
        }
        assert len(outcomes) == 1


def test_the_papers_cases() -> None:
    cases = {(0, 0): 3, (2, 0): 1, (0, 1): 2, (1, 1): 1, (2, 1): 2, (3, 1): 1}
    assert {votes: verdict(*votes, COCO).wanted for votes in cases} == cases
    assert {verdict(*votes, COCO).state for votes in cases} == {VoteState.ASK}
    for votes, state in {(3, 0): VoteState.PASSED, (4, 1): VoteState.PASSED, (0, 2): VoteState.FAILED,
                         (3, 2): VoteState.FAILED, (2, 2): VoteState.FAILED}.items():
        assert verdict(*votes, COCO) == Verdict(state)


@pytest.mark.parametrize("settings", RULES)
def test_who_asks_asks_for_something(settings: CampaignSettings) -> None:
    most = settings.votes_first + settings.votes_more
    for good, bad in itertools.product(range(most + 1), repeat=2):
        if good + bad <= most:
            found = verdict(good, bad, settings)
            assert (found.wanted > 0) == (found.state == VoteState.ASK)
            assert good + bad + found.wanted <= most


@pytest.mark.parametrize("p, passing, votes", [
    (0.95, 0.980, 3.27), (0.9, 0.926, 3.49), (0.8, 0.758, 3.77), (0.7, 0.559, 3.88), (0.5, 0.219, 3.75),
    (0.3, 0.044, 3.38), (0.0, 0.0, 3.0), (1.0, 1.0, 3.0),
])
def test_the_published_numbers(p: float, passing: float, votes: float) -> None:
    assert pass_probability(p, COCO) == pytest.approx(passing, abs=5e-4)
    assert expected_votes(p, COCO) == pytest.approx(votes, abs=5e-3)
    assert pass_probability(p, COCO) == pytest.approx(p**3 + 3 * p**4 * (1 - p), abs=1e-12)
    assert expected_votes(p, COCO) == pytest.approx(3 + 6 * p**2 * (1 - p), abs=1e-12)


@given(st.sampled_from(RULES), st.floats(0, 1))
def test_the_closed_forms_equal_the_sum_over_all_sequences(settings: CampaignSettings, p: float) -> None:
    passing = math.fsum(chance(votes, p) for votes in sequences(settings) if full_vote(votes, settings))
    cast = math.fsum(chance(votes, p) * in_rounds(votes, settings) for votes in sequences(settings))
    assert pass_probability(p, settings) == pytest.approx(passing, abs=1e-9)
    assert expected_votes(p, settings) == pytest.approx(cast, abs=1e-9)
