"""The stopping rule: Bayes' theorem, exact in fractions, and a floor."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.errors import ParamsError
from cocokit.pipeline.redundancy import enough, present

COUNTS = st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
RATE = st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=1000)


@settings(max_examples=300, deadline=None)
@given(COUNTS, RATE, RATE, RATE)
def test_the_posterior_is_bayes(counts: tuple[int, int], sens: Fraction, spec: Fraction, prior: Fraction) -> None:
    m, n = counts
    there = prior * sens**m * (1 - sens) ** (n - m)
    absent = (1 - prior) * (1 - spec) ** m * spec ** (n - m)
    expected = float(there / (there + absent))
    assert present(m, n, float(sens), float(spec), float(prior)) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(COUNTS, RATE, RATE, RATE, st.floats(0.5, 1), st.integers(0, 10))
def test_enough_is_sure_enough_and_not_below_the_floor(
    counts: tuple[int, int], sens: Fraction, spec: Fraction, prior: Fraction, posterior: float, floor: int
) -> None:
    there = present(*counts, float(sens), float(spec), float(prior))
    found = enough(*counts, float(sens), float(spec), float(prior), posterior, floor)
    assert found == (counts[1] >= floor and max(there, 1 - there) >= posterior)


def test_every_yes_makes_it_likelier() -> None:
    chances = [present(m, 8, 0.7, 0.95, 0.1) for m in range(9)]
    assert sorted(chances) == chances
    assert len(set(chances)) == 9


def test_certain_workers_and_certain_priors() -> None:
    assert present(1, 5, 0.6, 1.0, 0.01) == 1.0  # nobody says yes to nothing
    assert present(4, 5, 1.0, 0.5, 0.99) == 0.0  # nobody misses it
    assert present(1, 2, 1.0, 1.0, 0.3) == 0.3  # impossible: one of each
    assert present(8, 8, 0.9, 0.9, 0.0) == 0.0
    assert present(0, 8, 0.9, 0.9, 1.0) == 1.0
    assert present(10_000, 10_000, 0.9, 0.9, 0.5) == 1.0
    assert present(0, 10_000, 0.9, 0.9, 0.5) < 1e-300


@pytest.mark.parametrize("field", ["sensitivity", "specificity", "prior"])
@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_a_rate_that_cannot_be_is_refused(field: str, wrong: float) -> None:
    rates = {"sensitivity": 0.7, "specificity": 0.9, "prior": 0.1, field: wrong}
    with pytest.raises(ParamsError, match=f"{field} is .*; give a rate between 0 and 1"):
        enough(1, 3, **rates, posterior=0.99, floor=3)


def test_more_yes_than_answers_are_refused() -> None:
    with pytest.raises(ParamsError, match="named is 4; of 3 workers between 0 and 3 can have said yes"):
        present(4, 3, 0.7, 0.9, 0.1)
