"""Losses: the worked numbers of the slides and of the thesis."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.parts.losses import (
    balanced_cross_entropy,
    cross_entropy,
    focal,
    hinge,
    prior_bias,
    smooth_l1,
)


def logit(p):
    return torch.tensor(math.log(p / (1 - p)), dtype=torch.float64)


def ce(p):
    return focal(logit(p), torch.tensor(1.0), alpha=None, gamma=0).item()


def fl(p, gamma=2.0):
    return focal(logit(p), torch.tensor(1.0), alpha=None, gamma=gamma).item()


def test_a_worked_regression_of_an_rpn():
    """Codes (0.4, 0.2, log 1.2, log 1.2) against (0.125, 0.125, log 1.0, log 1.1): differences .275, .075, .18, .09.

    The slide goes on with 0.005 for the second, which is not its own 0.075.
    """
    logs = torch.tensor([[1.2, 1.2], [1.0, 1.1]]).log()
    found = smooth_l1(torch.cat([torch.tensor([0.4, 0.2]), logs[0]]), torch.cat([torch.tensor([0.125] * 2), logs[1]]))
    expected = [0.5 * x**2 for x in (0.275, 0.075, 0.1823, 0.0870)]
    torch.testing.assert_close(found, torch.tensor(expected), atol=1e-5, rtol=0)


def test_a_worked_classification_of_an_rpn():
    """-log 0.6 - log 0.8 for an anchor of each kind."""
    found = cross_entropy(torch.tensor([[0.6, 0.4], [0.2, 0.8]]).log(), torch.tensor([0, 1]))
    torch.testing.assert_close(found.sum().item(), -math.log(0.6) - math.log(0.8), atol=1e-6, rtol=0)


@pytest.mark.parametrize("x, beta, value", [
    (0.5, 1, 0.125), (1.0, 1, 0.5), (-3.0, 1, 2.5), (0.05, 1 / 9, 0.01125), (2.0, 1 / 9, 2 - 1 / 18), (2.0, 0, 2.0),
])  # fmt: skip
def test_quadratic_then_linear(x, beta, value):
    assert smooth_l1(torch.tensor([x]), torch.zeros(1), beta).item() == pytest.approx(value)


def test_what_is_easy_fades():
    """The thesis, gamma 2: p = 0.9 has 100 times less loss, 0.968 about 1000, 0.5 and below at most 4."""
    assert ce(0.9) / fl(0.9) == pytest.approx(100, rel=1e-4)
    assert ce(0.968) / fl(0.968) == pytest.approx(1000, rel=0.03)
    assert ce(0.5) / fl(0.5) == pytest.approx(4, rel=1e-4)
    assert all(ce(p) / fl(p) <= 4 for p in (0.01, 0.1, 0.3, 0.49))


def test_the_slides_easy_and_hard_examples():
    """CE 0.1 becomes 0.01 and 2.3 becomes 2.1: that is gamma 1. 100000 easy ones outweigh 100 hard ones 40 times."""
    easy, hard = math.exp(-0.1), math.exp(-2.3)
    assert fl(easy, 1) == pytest.approx(0.01, abs=0.001)
    assert fl(hard, 1) == pytest.approx(2.1, abs=0.05)
    assert 100_000 * ce(easy) / (100 * ce(hard)) == pytest.approx(43.5, abs=0.1)
    assert 100_000 * fl(easy, 1) / (100 * fl(hard, 1)) < 5


@settings(deadline=None)
@given(st.floats(-20, 20), st.booleans(), st.floats(0, 1), st.floats(0, 5))
def test_focal_is_its_formula(x, positive, alpha, gamma):
    p = 1 / (1 + math.exp(-x if positive else x))  # of what is right
    weight = alpha if positive else 1 - alpha
    expected = -weight * (1 - p) ** gamma * math.log(p)
    found = focal(torch.tensor([x]), torch.tensor([float(positive)]), alpha, gamma).item()
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
def test_focal_is_finite_however_sure_a_network_is(gamma):
    x = torch.tensor([-1e4, -100.0, 0, 100, 1e4]).repeat(2, 1).requires_grad_()
    loss = focal(x, torch.tensor([[0.0], [1.0]]).expand(2, 5), gamma=gamma)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert x.grad.isfinite().all()
    assert loss[0, 0] == loss[1, 4] == 0


def test_gradients_of_focal_are_those_of_differences():
    x, step = torch.linspace(-3, 3, 7), 1e-2
    targets = (torch.arange(7) % 2).float()
    given = x.clone().requires_grad_()
    focal(given, targets).sum().backward()
    expected = (focal(x + step, targets) - focal(x - step, targets)) / (2 * step)
    torch.testing.assert_close(given.grad, expected, atol=1e-3, rtol=1e-2)


@pytest.mark.parametrize("tau", [1e-5, 0.01])
def test_a_floor_bounds_the_loss(tau):
    x = torch.tensor([-50.0, 3.0]).requires_grad_()
    loss = focal(x, torch.ones(2), alpha=None, gamma=0, floor=tau)
    loss.sum().backward()
    assert loss[0].item() == pytest.approx(-math.log(tau), rel=1e-4)
    assert x.grad[0] == 0
    assert x.grad[1] != 0


def test_balance_weighs_positives_and_negatives():
    zero = torch.zeros(2)
    found = balanced_cross_entropy(zero, torch.tensor([1.0, 0.0]), 0.75)
    torch.testing.assert_close(found, math.log(2) * torch.tensor([0.75, 0.25]))


def test_a_prior_tames_the_first_step():
    """10000 negatives, 10 positives: with pi = 0.01 the first loss is a fraction of that at 0.5."""
    targets = torch.zeros(10_010)
    targets[:10] = 1
    even, rare = (focal(torch.full_like(targets, prior_bias(pi)), targets, None, 0).sum() for pi in (0.5, 0.01))
    assert torch.sigmoid(torch.tensor(prior_bias(0.01))).item() == pytest.approx(0.01)
    assert even / rare > 40


def test_hinge():
    found = hinge(torch.tensor([2.0, 0.5, -1.0, -2.0]), torch.tensor([1, 1, 1, -1]))
    assert found.tolist() == [0, 0.5, 2, 0]


@pytest.mark.parametrize("loss", [focal, smooth_l1, hinge])
def test_half_precision_is_summed_in_float32(loss):
    assert loss(torch.ones(3).bfloat16(), torch.ones(3).bfloat16()).dtype == torch.float32
    assert cross_entropy(torch.ones(3, 2).bfloat16(), torch.zeros(3, dtype=torch.int64)).dtype == torch.float32
