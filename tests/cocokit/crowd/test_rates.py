"""Intervals and posteriors of rates, against SciPy and known values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cocokit.crowd.rates import below, judged, wilson
from cocokit.errors import ParamsError
from cocokit.pipeline import intervals

COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_known_intervals() -> None:
    low, high = wilson([3, 36], [4, 40])
    np.testing.assert_allclose(low, [0.30, 0.77], atol=0.005)
    np.testing.assert_allclose(high, [0.95, 0.96], atol=0.005)


@settings(max_examples=200, deadline=None)
@given(COUNTS.filter(lambda c: c[1] > 0))
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    expected = stats.binomtest(*counts).proportion_ci(method="wilson")
    low, high = wilson(*counts)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1
    assert (float(low), float(high)) == pytest.approx(intervals.wilson(*counts), abs=1e-12)  # the rules' own


def test_nothing_tried_is_nothing_known() -> None:
    assert [float(end) for end in wilson(0, 0)] == [0.0, 1.0]


@settings(max_examples=300, deadline=None)
@given(COUNTS, st.floats(0, 1), st.floats(0.1, 20), st.floats(0.1, 20))
def test_the_posterior_is_that_of_scipy(counts: tuple[int, int], floor: float, a: float, b: float) -> None:
    s, n = counts
    assert below(s, n, floor, (a, b)) == pytest.approx(stats.beta.cdf(floor, a + s, b + n - s), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(COUNTS, st.floats(0.01, 0.99), st.floats(0.5, 0.999))
def test_a_verdict_is_as_sure_as_it_says(counts: tuple[int, int], floor: float, sure: float) -> None:
    verdict, chance = judged(*counts, floor, sure), below(*counts, floor)
    assert verdict is {True: False, False: True if chance <= 1 - sure else None}[chance >= sure]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ParamsError, match="successes is 5; of 4 trials between 0 and 4 can be right"):
        below(5, 4, 0.5)
    with pytest.raises(ParamsError, match="floor is nan"):
        below(3, 4, math.nan)
