"""The first step of a network by its prior."""

from __future__ import annotations

import math

import pytest

from cocokit.baselines.analysis.prior import SMALL, Settings, Start, findings, run
from cocokit.errors import ParamsError

from .small import run_tiny


def test_the_first_loss_is_arithmetic() -> None:
    """N negatives and P positives of score pi; what is measured differs by weights that are not quite 0."""
    for row in run_tiny("prior", images=4, batch=4).tables[0].rows:
        assert row["first loss"].mean == pytest.approx(row["by arithmetic"].mean, rel=0.05)


def test_by_hand() -> None:
    """Of 300 outputs, 3 are positive: (297 ln 2 + 3 ln 2) / 3 per positive, 99 % of it of negatives."""
    cost = 297 * math.log(2), 3 * math.log(2)
    half = Start(sum(cost) / 3, sum(cost) / 3, cost[0] / sum(cost), 10.0, math.inf)
    low = Start(5.0, 5.0, 0.2, 1.0, 4.0)
    found = findings({0.5: [half], 0.01: [low]})
    assert found.tables[0].texts()[0]["first loss"] == "69.315"
    assert found.tables[0].rows[0]["loss after the steps"] == "not finite"
    assert found.said[0] == "With pi 0.5 the first loss is *14 times* that with pi 0.01;"
    assert found.said[1] == "99.0 % of it is of negatives."


def test_without_the_prior_the_first_loss_and_its_gradient_are_ten_times_as_large() -> None:
    """Step 0 needs no training: the direction holds for every seed."""
    rows = {row["pi"]: row for row in run_tiny("prior", images=8, batch=8, seeds=(0, 1, 2)).tables[0].rows}
    assert rows[0.5]["first loss"].low > 10 * rows[0.01]["first loss"].high
    assert rows[0.5]["gradient"].low > 10 * rows[0.01]["gradient"].high
    assert rows[0.5]["negatives' share"].low > 0.98


@pytest.mark.parametrize("priors", [(), (0.0,), (1.0,)])
def test_a_prior_is_a_probability(priors: tuple[float, ...]) -> None:
    with pytest.raises(ParamsError, match="between 0 and 1"):
        Settings(priors=priors)


@pytest.mark.slow
def test_with_the_prior_the_loss_after_some_steps_is_lower() -> None:
    rows = {row["pi"]: row for row in run(SMALL).tables[0].rows}
    assert rows[0.5]["loss after the steps"].above(rows[0.01]["loss after the steps"])
