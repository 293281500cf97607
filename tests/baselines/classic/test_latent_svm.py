"""The convex step against SciPy's, and its promises."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from cocokit.baselines.classic.latent_svm import Problem, rounded_hinge, solve


def problem(seed: int, rows: int = 60, width: int = 12) -> Problem:
    chance = torch.Generator().manual_seed(seed)
    seen = torch.randn(rows, width, generator=chance)
    truth = seen @ torch.randn(width, generator=chance) + torch.randn(rows, generator=chance)
    signs = torch.where(truth > 0, 1.0, -1.0)
    seen[:, -1] = 1
    stiff, least = torch.ones(width), torch.full((width,), -torch.inf)
    stiff[-1], stiff[:2], least[:4] = 0, 10, 0.01
    return Problem(seen, signs, 0.5, stiff, least)


def start(of: Problem) -> torch.Tensor:
    return torch.maximum(torch.zeros(of.rows.shape[1]), of.least)


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_what_scipy_finds(seed: int) -> None:
    ours = problem(seed)
    found, value = solve(ours, start(ours), steps=500)

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        lack = 1 - ours.signs.numpy() * (ours.rows.double().numpy() @ weights)
        loss = np.where(lack < 1, np.maximum(lack, 0) ** 2 / 2, lack - 0.5)
        slope = ours.stiff.numpy() * weights - 0.5 * (ours.signs.numpy() * np.clip(lack, 0, 1)) @ ours.rows.numpy()
        return float((ours.stiff.numpy() * weights**2).sum() / 2 + 0.5 * loss.sum()), slope

    bounds = [(None if low == -np.inf else low, None) for low in ours.least.tolist()]
    best = minimize(objective, start(ours).double().numpy(), jac=True, method="L-BFGS-B", bounds=bounds)
    assert value == pytest.approx(best.fun, rel=1e-3)
    assert value >= best.fun - 1e-5 * abs(best.fun)
    assert objective(found.double().numpy())[0] == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_no_number_of_steps_makes_it_worse_or_leaves_the_bounds(seed: int) -> None:
    ours = problem(seed)
    values = [ours.value(start(ours))[0]]
    for steps in (1, 2, 3, 5, 8, 20):
        weights, value = solve(ours, start(ours), steps)
        assert (weights >= ours.least).all()
        assert value == ours.value(weights)[0]
        values.append(value)
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0]


def test_the_hinge_has_one_slope_everywhere() -> None:
    lack = torch.tensor([-2.0, 0.0, 0.5, 1.0, 3.0], requires_grad=True)
    loss, slope = rounded_hinge(lack)
    assert loss.tolist() == [0, 0, 0.125, 0.5, 2.5]
    (found,) = torch.autograd.grad(loss.sum(), lack)
    assert slope.tolist() == [0, 0, 0.5, 1, 1]
    assert found[2:].tolist() == [0.5, 1, 1]


def test_the_gradient_is_that_of_the_value() -> None:
    ours = problem(3, rows=20, width=6)
    weights = torch.randn(6, generator=torch.Generator().manual_seed(1))
    _, slope = ours.value(weights)
    for n in range(6):
        step = torch.zeros(6)
        step[n] = 1e-2
        found = (ours.value(weights + step)[0] - ours.value(weights - step)[0]) / 2e-2
        assert found == pytest.approx(float(slope[n]), abs=2e-2)


def test_without_examples_only_the_weights_count() -> None:
    least = torch.tensor([0.01, -torch.inf, -torch.inf])
    nothing = Problem(torch.zeros(0, 3), torch.zeros(0), 1.0, torch.ones(3), least)
    weights, value = solve(nothing, torch.tensor([1.0, -2.0, 0.5]))
    assert weights.tolist() == pytest.approx([0.01, 0, 0], abs=1e-3)
    assert value == pytest.approx(0.00005, abs=1e-5)
