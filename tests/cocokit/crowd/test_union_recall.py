"""The union of k workers: exact against drawing every k-subset, and against what is known by heart."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.crowd.union_recall import coverage, experts, miss_probability, missed, needed_workers, union_curve
from cocokit.errors import ParamsError


@pytest.mark.parametrize("n", range(1, 9))
def test_missing_is_a_ratio_of_binomials(n: int) -> None:
    m = np.arange(n + 1)
    ks = list(range(1, n + 1))
    found = missed(np.full(n + 1, n), m, ks)
    expected = [[math.comb(n - named, k) / math.comb(n, k) for k in ks] for named in m.tolist()]
    np.testing.assert_allclose(found, expected, atol=1e-15)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_missing_is_what_every_subset_says(k: int) -> None:
    votes = [1, 0, 0, 1, 0, 0]
    misses = [not any(subset) for subset in itertools.combinations(votes, k)]
    assert missed(np.array([6]), np.array([2]), [k])[0, 0] == pytest.approx(sum(misses) / len(misses))


def test_more_than_all_workers_are_all_workers() -> None:
    assert missed(np.array([3, 3, 0]), np.array([1, 0, 0]), [2, 3, 4, 9]).tolist() == [
        [pytest.approx(1 / 3), 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]  # fmt: skip


CROWDS = st.integers(1, 6).flatmap(
    lambda w: st.tuples(st.lists(st.lists(st.booleans(), min_size=w, max_size=w), min_size=1, max_size=8),
                        st.lists(st.booleans(), min_size=8, max_size=8))
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(CROWDS)
def test_the_curve_is_the_mean_over_every_subset(made: tuple[list[list[bool]], list[bool]]) -> None:
    named, truth = np.array(made[0]), np.array(made[1][: len(made[0])])
    pairs, workers = named.shape
    curve = union_curve(np.full(pairs, workers), named.sum(1), truth, np.arange(pairs), range(1, workers + 1), draws=20)
    for i, k in enumerate(curve.k.tolist()):
        unions = [named[:, list(s)].any(1) for s in itertools.combinations(range(workers), k)]
        hits = np.mean([(u & truth).sum() for u in unions])
        wrong = np.mean([(u & ~truth).sum() for u in unions])
        assert curve.false_positives[i] == pytest.approx(wrong)
        assert curve.recall[i] == pytest.approx(hits / truth.sum() if truth.any() else math.nan, nan_ok=True)
        assert curve.precision[i] == pytest.approx(hits / (hits + wrong) if hits + wrong else math.nan, nan_ok=True)
    assert (np.diff(curve.recall) >= -1e-12).all() or not truth.any()


def drawn(seed: int, images: int = 80, workers: int = 10) -> tuple[np.ndarray, ...]:
    chance = np.random.default_rng(seed)
    image = np.repeat(np.arange(images), 6)
    truth = chance.random(len(image)) < 0.5
    rate = np.where(truth, chance.beta(4, 2, len(image)), 0.02)
    return np.full(len(image), workers), chance.binomial(workers, rate), truth, image


def test_recall_rises_and_flattens_and_precision_falls() -> None:
    curve = union_curve(*drawn(0))
    assert (np.diff(curve.recall) > 0).all()
    assert (np.diff(curve.recall, 2) < 0).all()
    assert (np.diff(curve.precision) < 0).all()
    for rate, band in ((curve.recall, curve.recall_band), (curve.precision, curve.precision_band)):
        assert (band[0] < rate).all()
        assert (rate < band[1]).all()


def test_bands_are_seeded_and_cover_as_often_as_they_say() -> None:
    a, b, other = (union_curve(*drawn(0), draws=200, seed=s).recall_band for s in (1, 1, 2))
    assert a.tobytes() == b.tobytes()
    assert a.tobytes() != other.tobytes()
    wide = union_curve(*drawn(99, images=4000), draws=0)
    assert np.isnan(wide.recall_band).all()
    inside = [(band[0, 2] <= wide.recall[2] <= band[1, 2])
              for seed in range(60) for band in [union_curve(*drawn(seed), draws=200, level=0.9).recall_band]]
    assert 0.78 <= np.mean(inside) <= 0.98


def test_bands_draw_images_and_not_pairs() -> None:
    one_image = union_curve(np.full(6, 8), np.arange(6), np.ones(6, bool), np.zeros(6, int), draws=50)
    np.testing.assert_allclose(one_image.recall_band, np.stack([one_image.recall] * 2))


def test_nothing_in_nothing_out() -> None:
    none = np.zeros(0, np.int64)
    curve = union_curve(none, none, none.astype(bool), none, [1, 2])
    assert np.isnan([curve.recall, curve.precision, *curve.recall_band]).all()
    with pytest.raises(ParamsError, match=r"k is \[0, 1\]; give numbers of workers from 1 on"):
        union_curve(none, none, none.astype(bool), none, [0, 1])


def naive_expert(named: list[list[bool]], e: int, with_themselves: bool) -> tuple[float, float]:
    judges = [row for i, row in enumerate(named) if with_themselves or i != e]
    truth = [2 * sum(row[p] for row in judges) > len(judges) for p in range(len(named[0]))]
    shared = sum(a and b for a, b in zip(named[e], truth, strict=True))
    said, held = sum(named[e]), sum(truth)
    return shared / said if said else math.nan, shared / held if held else math.nan


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=7), st.booleans())
def test_experts_in_plain_loops(named: list[list[bool]], with_themselves: bool) -> None:
    found = experts(np.array(named), with_themselves)
    expected = [naive_expert(named, e, with_themselves) for e in range(len(named))]
    np.testing.assert_allclose(np.stack([found.precision, found.recall], axis=1), expected)


def test_four_of_seven_experts_are_a_majority() -> None:
    named = np.arange(7)[:, None] < np.array([3, 4, 7])
    assert experts(named).truth.tolist() == [False, True, True]


def test_the_papers_figure() -> None:
    assert miss_probability(0.5, 8) == 0.5**8 == 0.00390625
    assert needed_workers(0.5, 0.004) == 8


@settings(max_examples=200, deadline=None)
@given(st.floats(0.001, 1), st.floats(1e-9, 0.999))
def test_needed_workers_are_the_fewest(rate: float, miss: float) -> None:
    k = needed_workers(rate, miss)
    assert miss_probability(rate, k) <= miss
    assert k == 1 or miss_probability(rate, k - 1) > miss


def test_exact_powers_need_no_extra_worker() -> None:
    for k in range(1, 40):
        assert needed_workers(0.5, 0.5**k) == k


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ParamsError, match="nobody ever names"):
        needed_workers(0.0, 0.1)
    with pytest.raises(ParamsError, match="miss is 0"):
        needed_workers(0.5, 0)
    with pytest.raises(ParamsError, match=r"named_by is 1\.5"):
        miss_probability(1.5, 2)
    with pytest.raises(ParamsError, match="a pair has 9 namers"):
        coverage(np.array([9]), 8)


def test_coverage_by_hand() -> None:
    assert coverage(np.array([3, 3, 2]), 4) == 1.0  # nothing was named just once
    assert coverage(np.array([0, 0, 1, 1, 1, 2, 5]), 5) == pytest.approx(5 / (5 + 0.8 * 3 * 2 / (2 * 2)))
    assert math.isnan(coverage(np.zeros(3, int), 5))


def test_coverage_finds_what_was_not_seen() -> None:
    chance = np.random.default_rng(0)
    named = chance.binomial(8, 0.25, 20_000)
    assert coverage(named, 8) == pytest.approx(1 - 0.75**8, abs=0.01)
