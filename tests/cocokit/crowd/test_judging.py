"""Whom the evidence names: each rule alone, and that good workers with little or middling evidence stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.campaign.evidence import Evidence
from cocokit.crowd.judging import name_workers
from cocokit.pipeline.settings import CampaignSettings

SETTINGS = CampaignSettings()
NOTHING = Evidence([], [], [], {}, {}, {}, {}, {}, {})


def rules(evidence: Evidence, good_images: tuple[int, ...] = ()) -> dict[int, str]:
    return {named.worker: named.rule for named in name_workers(evidence, SETTINGS, good_images)}


def labels(workers: dict[int, tuple[int, ...]], images: int = 10) -> Evidence:
    """Everybody sees every image and names the same categories in each."""
    seen = [(worker, image) for worker in workers for image in range(images)]
    named = [(w, image, c) for w, categories in workers.items() for image in range(images) for c in categories]
    return replace(NOTHING, seen=seen, named=named)


def test_nothing_is_held_against_anybody_without_evidence() -> None:
    assert rules(NOTHING) == {}


def test_who_is_too_fast_to_have_looked_is_named_stage_by_stage() -> None:
    times = [(w, "spot", 4000) for w in range(5) for _ in range(6)] + [(9, "spot", 300)] * 5 + [(8, "spot", 300)] * 4
    assert rules(replace(NOTHING, times=times)) == {9: "fast"}
    slow_stage = [(w, "label", 30_000) for w in range(5) for _ in range(6)] + [(7, "spot", 3000)] * 6
    assert rules(replace(NOTHING, times=times + slow_stage)) == {9: "fast"}


def test_who_repeats_answers_word_for_word_is_named() -> None:
    answers = {1: 10, 2: 10, 3: 100}
    assert rules(replace(NOTHING, answers=answers, repeats={1: 4, 2: 3, 3: 4})) == {1: "repeats"}


def test_who_calls_all_good_or_all_bad_is_named_by_the_sentinels() -> None:
    sentinels = {1: (0, 20, 0, 20), 2: (20, 20, 20, 20), 3: (16, 20, 2, 20), 4: (0, 2, 0, 2)}
    assert rules(replace(NOTHING, sentinels=sentinels)) == {1: "sentinels", 2: "sentinels"}


def test_spots_on_nothing_and_masks_that_fail_are_held_against_their_worker_if_there_are_enough() -> None:
    spots = {1: (2, 30), 2: (20, 20), 3: (1, 5)}
    masks = {4: (0, 8), 5: (0, 7), 6: (6, 6)}
    assert rules(replace(NOTHING, spots=spots, masks=masks)) == {1: "spots", 4: "masks"}


def test_who_removes_good_images_is_named() -> None:
    removed = {1: (1, 2, 3), 2: (1, 2), 3: (1, 2, 3, 7, 8, 9)}
    assert rules(replace(NOTHING, removed=removed), (1, 2, 3)) == {1: "filter"}


def test_labels_that_nobody_confirms_and_labels_that_are_missing_are_named() -> None:
    found = rules(labels({1: (1, 2), 2: (1, 2), 3: (1, 2, 3), 4: (7,), 5: ()}))
    assert found == {4: "labels", 5: "labels"}


def test_one_who_names_everything_is_named_and_takes_nobody_along() -> None:
    everything = tuple(range(1, 60))
    assert rules(labels({1: (1, 2), 2: (1, 2), 3: (1, 2), 4: everything})) == {4: "labels"}
    assert rules(labels({1: (1, 2), 2: (1, 2), 3: (1, 2), 4: everything, 5: everything})).keys() <= {4, 5}


def test_a_worker_with_few_labels_is_not_judged() -> None:
    assert rules(labels({1: (1, 2), 2: (1, 2), 3: (1, 2), 4: ()}, images=3)) == {}


def test_a_worker_has_one_reason_the_first() -> None:
    both = replace(NOTHING, answers={1: 10}, repeats={1: 9}, masks={1: (0, 20)})
    (named,) = name_workers(both, SETTINGS)
    assert (named.worker, named.rule) == (1, "repeats")
    assert named.reason == "9 of 10 answers repeat an earlier one word for word"


@pytest.mark.parametrize("share", [0.7, 0.9, 1.0])
def test_workers_who_agree_well_enough_stay(share: float) -> None:
    categories = tuple(range(1, 11))
    mine = categories[: round(share * 10)]
    assert rules(labels({1: categories, 2: categories, 3: mine})) == {}


@given(st.permutations(range(40)), st.permutations(range(60)))
def test_the_order_of_the_evidence_does_not_matter(seen: list[int], named: list[int]) -> None:
    crowd = labels({1: (1, 2), 2: (1, 2), 3: (7,), 4: (2,)}, images=10)
    shuffled = replace(crowd, seen=[crowd.seen[i] for i in seen], named=[crowd.named[i] for i in named])
    assert name_workers(shuffled, SETTINGS) == name_workers(crowd, SETTINGS)
