"""Support vector machines beside liblinear, which scikit-learn wraps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.svm import LinearSVC

from cocokit.baselines.classic.linear_svm import train_svm


def objective(rows: np.ndarray, signs: np.ndarray, cost: np.ndarray, w: np.ndarray, b: float, bias: float) -> float:
    return float((w @ w + (b / bias) ** 2) / 2 + cost @ np.maximum(0, 1 - signs * (rows @ w + b)))


def drawn(seed: int, count: int, width: int, apart: float) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    signs = np.where(chance.random(count) < 0.3, 1, -1)
    signs[:2] = 1, -1
    rows = chance.normal(size=(count, width)) + apart * signs[:, None] * chance.normal(size=width)
    return rows.astype(np.float32), signs


@pytest.mark.parametrize(
    ("count", "width", "apart", "c", "bias"),
    [(200, 5, 0.3, 1.0, 1.0), (60, 100, 0.1, 0.01, 10.0), (500, 20, 2.0, 10.0, 1.0), (300, 30, 0.0, 0.001, 10.0)],
)
def test_weights_are_those_of_liblinear(count: int, width: int, apart: float, c: float, bias: float) -> None:
    rows, signs = drawn(count, count, width, apart)
    oracle = LinearSVC(C=c, loss="hinge", intercept_scaling=bias, class_weight={1: 2.0, -1: 1.0}, tol=1e-6,
                       max_iter=1_000_000, random_state=0).fit(rows, signs)  # fmt: skip
    cost = np.where(signs > 0, 2 * c, c)
    w, b = train_svm(torch.from_numpy(rows), torch.from_numpy(signs), torch.from_numpy(cost), bias)
    assert np.allclose(w, oracle.coef_[0], atol=2e-3 * np.abs(oracle.coef_).max())
    assert float(b) == pytest.approx(oracle.intercept_[0], abs=2e-3 * max(1, abs(oracle.intercept_[0])))
    mine = objective(rows, signs, cost, w.double().numpy(), float(b), bias)
    theirs = objective(rows, signs, cost, oracle.coef_[0], float(oracle.intercept_[0]), bias)
    assert mine <= theirs * (1 + 1e-6)


def test_two_points_by_hand() -> None:
    """Points 1 and 3 on a line, far from the price of a mistake: the margin is between them."""
    rows, signs = torch.tensor([[1.0], [3.0]]), torch.tensor([-1, 1])
    w, b = train_svm(rows, signs, torch.full((2,), 1000.0), bias=1000.0)
    assert w.item() == pytest.approx(1, abs=1e-4)
    assert b.item() == pytest.approx(-2, abs=1e-4)


def test_a_cheap_mistake_is_made() -> None:
    """One point, so cheap that it is not worth its margin: its a is at the bound, w = cost * x."""
    w, b = train_svm(torch.tensor([[2.0]]), torch.tensor([1]), torch.tensor([0.01]), bias=0.0)
    assert w.item() == pytest.approx(0.02, abs=1e-6)
    assert b.item() == 0


def test_features_that_all_look_alike_are_no_trouble() -> None:
    """Regions behind a ReLU: one direction is a hundred times stronger than all others, where descents crawl."""
    chance = np.random.default_rng(5)
    signs = np.where(chance.random(800) < 0.1, 1, -1)
    rows = (5 + 0.05 * chance.normal(size=(800, 64)) + 0.02 * signs[:, None] * (np.arange(64) == 3)).astype(np.float32)
    cost = torch.full((800,), 10.0)
    w, b = train_svm(torch.from_numpy(rows), torch.from_numpy(signs), cost, 1.0)
    best = objective(rows, signs, cost.numpy(), w.double().numpy(), float(b), 1.0)
    for seed in range(20):  # no direction leads down from a minimum
        away = 1e-3 * np.random.default_rng(seed).normal(size=64)
        assert objective(rows, signs, cost.numpy(), w.double().numpy() + away, float(b), 1.0) > best


def test_the_same_point_twice_on_either_side() -> None:
    w, b = train_svm(torch.ones(4, 2), torch.tensor([1, 1, -1, -1]), torch.ones(4))
    assert w.isfinite().all()
    assert abs(b.item()) < 1 + 1e-5
