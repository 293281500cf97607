"""Verdicts of a filter page: a majority removes, in any order."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cocokit.domain.answers import FilterAnswer
from cocokit.domain.stages import Outcome
from cocokit.pipeline.filtering import REASONS, FilterVerdict, page_verdicts
from cocokit.pipeline.settings import CampaignSettings

ANSWERS = st.lists(
    st.dictionaries(st.integers(1, 6), st.sampled_from(REASONS)).map(FilterAnswer), min_size=1, max_size=7)


def test_one_worker_decides_alone() -> None:
    verdicts = page_verdicts([1, 2], [FilterAnswer({2: "iconic"})], CampaignSettings())
    assert verdicts == {1: FilterVerdict(Outcome.KEPT), 2: FilterVerdict(Outcome.DROPPED, "iconic")}


def test_nothing_is_decided_while_answers_are_missing() -> None:
    assert page_verdicts([1], [FilterAnswer({1: "iconic"})], CampaignSettings(k_filter=2)) == {}


def test_half_is_no_majority() -> None:
    answers = [FilterAnswer({1: "iconic"}), FilterAnswer({})]
    assert page_verdicts([1], answers, CampaignSettings(k_filter=2))[1].outcome == Outcome.KEPT


def test_the_reason_is_what_most_say_and_then_the_graver_one() -> None:
    three = [FilterAnswer({1: r, 2: s}) for r, s in zip(("iconic", "iconic", "invalid"), REASONS, strict=True)]
    verdicts = page_verdicts([1, 2], three, CampaignSettings(k_filter=3))
    assert (verdicts[1].reason, verdicts[2].reason) == ("iconic", "invalid")


@given(ANSWERS, st.randoms())
def test_the_order_of_answers_has_no_part(answers: list[FilterAnswer], random: Random) -> None:
    settings = CampaignSettings(k_filter=len(answers))
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert page_verdicts(range(1, 8), answers, settings) == page_verdicts(range(1, 8), shuffled, settings)


@given(ANSWERS)
def test_a_candidate_goes_if_and_only_if_more_remove_it_than_not(answers: list[FilterAnswer]) -> None:
    verdicts = page_verdicts(range(1, 8), answers, CampaignSettings(k_filter=len(answers)))
    assert set(verdicts) == set(range(1, 8))
    for image_id, verdict in verdicts.items():
        removing = [a.removed[image_id] for a in answers if image_id in a.removed]
        assert (verdict.outcome == Outcome.DROPPED) == (len(removing) > len(answers) - len(removing))
        assert verdict.reason is None if verdict.outcome == Outcome.KEPT else verdict.reason in removing
