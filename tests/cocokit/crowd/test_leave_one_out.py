"""Leave-one-out precision and recall, and the rejection line, against plain loops over sets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.crowd.labels import Labels
from cocokit.crowd.leave_one_out import below_line, leave_one_out
from cocokit.errors import DataError

Seen, Named = set[tuple[int, int]], set[tuple[int, int, int]]

SEEN = st.sets(st.tuples(st.integers(1, 6), st.integers(10, 15)), max_size=30)
ANSWERS = SEEN.flatmap(
    lambda seen: st.tuples(
        st.just(seen),
        st.sets(st.tuples(st.sampled_from(sorted(seen)), st.integers(1, 4)).map(lambda t: (*t[0], t[1])), max_size=60)
        if seen else st.just(set()),
    )
)  # fmt: skip


def naive(seen: Seen, named: Named, worker: int) -> tuple[int, int, int]:
    """(named, supported, others) of a worker in the images that somebody else saw as well."""
    images = {i for w, i in seen if w == worker and any(v != w and j == i for v, j in seen)}
    mine = {(i, c) for w, i, c in named if w == worker and i in images}
    others = {(i, c) for w, i, c in named if w != worker and i in images}
    return len(mine), len(mine & others), len(others)


def labels(seen: Seen, named: Named) -> Labels:
    return Labels.of(sorted(seen), sorted(named))


@settings(max_examples=300, deadline=None)
@given(ANSWERS)
def test_scores_in_plain_loops(answers: tuple[Seen, Named]) -> None:
    seen, named = answers
    scores = leave_one_out(labels(seen, named))
    assert scores.worker.tolist() == sorted({w for w, _ in seen})
    for row, worker in enumerate(scores.worker.tolist()):
        said, supported, others = naive(seen, named, worker)
        assert (scores.named[row], scores.supported[row], scores.others[row]) == (said, supported, others)
        assert scores.answers[row] == sum(w == worker for w, _ in seen)
        assert scores.precision[row] == pytest.approx(supported / said if said else math.nan, nan_ok=True)
        assert scores.recall[row] == pytest.approx(supported / others if others else math.nan, nan_ok=True)


@settings(max_examples=200, deadline=None)
@given(ANSWERS, st.floats(0, 2), st.floats(0, 2), st.floats(0, 3), st.integers(0, 3))
def test_the_line_in_plain_loops(
    answers: tuple[Seen, Named], a: float, b: float, c: float, judge_after: int
) -> None:
    seen, named = answers
    made = labels(seen, named)
    fallen = below_line(made, leave_one_out(made), a, b, c, judge_after)
    gone = set()
    for worker in {w for w, _ in seen}:
        said, supported, others = naive(seen, named, worker)
        precision, recall = supported / said if said else 0.0, supported / others if others else 1.0
        if (said or others) and a * precision + b * recall < c and sum(w == worker for w, _ in seen) >= judge_after:
            gone.add(worker)
    assert {w for w, falls in zip(made.worker.tolist(), fallen.falls, strict=True) if falls} == gone
    assert fallen.answers == pytest.approx(sum(w in gone for w, _ in seen) / max(len(seen), 1))
    pairs = {(i, k) for _, i, k in named}
    left = {(i, k) for w, i, k in named if w not in gone}
    assert fallen.pairs == pytest.approx(len(pairs - left) / max(len(pairs), 1))


def test_a_spammer_falls_and_the_careful_stay() -> None:
    chance = np.random.default_rng(0)
    seen, named = [], []
    for image in range(200):
        truth = set(chance.choice(20, 4, replace=False).tolist())
        for worker in chance.choice(30, 8, replace=False).tolist():
            seen.append((worker, image))
            said = set(chance.choice(20, 4).tolist()) if worker < 6 else {c for c in truth if chance.random() < 0.7}
            named += [(worker, image, c) for c in said]
    made = Labels.of(seen, named)
    fallen = below_line(made, leave_one_out(made), 1, 1, 1.15)
    assert fallen.falls.tolist() == [True] * 6 + [False] * 24
    assert fallen.answers == pytest.approx(0.2, abs=0.03)


def test_repeats_count_once_and_counts_are_right() -> None:
    made = Labels.of([(2, 7), (2, 7), (1, 7), (1, 9)], [(2, 7, 5), (2, 7, 5), (1, 7, 5), (1, 7, 3)])
    assert (made.worker.tolist(), made.image.tolist()) == ([1, 2], [7, 9])
    assert (made.namers.tolist(), made.viewers.tolist()) == ([1, 2], [2, 1])
    assert made.pair_category.tolist() == [3, 5]


def test_a_category_in_an_unseen_image_is_refused() -> None:
    with pytest.raises(DataError, match=r"worker 3: named category 5 in image 8 without having seen it \(1 more"):
        Labels.of([(3, 7)], [(3, 8, 5), (3, 9, 5)])


def test_nobody_and_nothing() -> None:
    made = Labels.of([], [])
    fallen = below_line(made, leave_one_out(made), 1, 1, 1)
    assert (len(fallen.falls), fallen.answers, fallen.pairs) == (0, 0.0, 0.0)
