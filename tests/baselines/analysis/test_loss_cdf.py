"""Which examples make up the loss."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.analysis.loss_cdf import SMALL, cumulative, findings, focal_losses, hardest_share, run
from cocokit.baselines.analysis.loss_cdf import probabilities as look_at
from cocokit.baselines.analysis.retina import make
from cocokit.baselines.parts.losses import focal
from cocokit.baselines.train.shapes import shapes_batches

from .small import run_tiny


def test_shares_of_a_loss_that_can_be_counted_by_hand() -> None:
    values = np.array([4.0, 1.0, 2.0, 1.0])
    assert cumulative(values).tolist() == [0.125, 0.25, 0.5, 1.0]
    assert hardest_share(values, 0.25) == 0.5
    assert hardest_share(values, 0.5) == 0.75
    assert hardest_share(values, 1.0) == 1.0


def test_a_loss_of_nothing_is_shared_evenly() -> None:
    assert cumulative(np.zeros(4)).tolist() == [0.25, 0.5, 0.75, 1.0]


@given(st.lists(st.floats(-8, 8), min_size=1, max_size=30), st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_it_is_the_loss_that_networks_are_trained_with(logits: list[float], gamma: float) -> None:
    x = torch.tensor(logits, dtype=torch.float64)
    ours = focal_losses(x.sigmoid().numpy(), gamma)
    theirs = focal(x, torch.ones_like(x), None, gamma).numpy()
    assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)


@settings(max_examples=100)
@given(st.lists(st.floats(0.001, 0.999), min_size=2, max_size=50), st.floats(0.02, 0.98))
def test_the_larger_gamma_the_more_is_held_by_the_hardest(p: list[float], part: float) -> None:
    held = [hardest_share(focal_losses(np.array(p), gamma), part) for gamma in (0.0, 0.5, 1.0, 2.0, 5.0)]
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(held))


def test_at_gamma_two_the_hardest_tenth_of_easy_negatives_holds_nearly_all() -> None:
    """Negatives as a detector has them: most are sure, some are not; at gamma 0 the easy ones weigh as much."""
    p = 1 - 10 ** np.random.default_rng(0).uniform(-4, -0.3, 20_000)
    assert hardest_share(focal_losses(p, 0.0), 0.1) < 0.75
    assert hardest_share(focal_losses(p, 2.0), 0.1) > 0.9


def test_every_anchor_and_category_is_a_positive_a_negative_or_ignored() -> None:
    batch = shapes_batches(1, 64, seed=1)
    good, bad = look_at(make(SMALL, 0), batch, "cpu")
    assert good == pytest.approx(0.01, abs=0.01)  # the prior of a network that knows nothing
    assert bad == pytest.approx(0.99, abs=0.01)
    assert 0 < len(good) < len(bad)


def test_the_table_is_of_the_mean_of_the_seeds() -> None:
    easy, even = np.array([0.99] * 9 + [0.5]), np.full(10, 0.5)
    found = findings([(even, easy), (even, even)], (0.0, 2.0))
    held = found.tables[0].rows[0]["hardest 10 % of negatives hold"]
    assert held.low == pytest.approx(0.1)
    assert held.high == pytest.approx(np.log(2) / (np.log(2) - 9 * np.log(0.99)))
    assert found.tables[0].rows[1]["hardest 10 % of negatives hold"].high > 0.99


def test_it_runs() -> None:
    assert [row["gamma"] for row in run_tiny("loss_cdf").tables[0].rows] == [0.0, 0.5, 1.0, 2.0]


@pytest.mark.slow
def test_in_a_trained_network_the_hardest_tenth_of_negatives_holds_most_of_the_loss() -> None:
    rows = run(SMALL).tables[0].rows
    held = {row["gamma"]: row["hardest 10 % of negatives hold"] for row in rows}
    assert held[2.0].low > 0.5
    assert held[2.0].above(held[0.0])
