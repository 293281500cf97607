"""Ridge regression beside scikit-learn's, and beside its own equations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from cocokit.baselines.classic.ridge import ridge


@pytest.mark.parametrize(("count", "width"), [(200, 10), (15, 60), (20, 20), (1, 4)])
@pytest.mark.parametrize("alpha", [0.1, 1000.0])
def test_weights_are_those_of_scikit_learn(count: int, width: int, alpha: float) -> None:
    chance = np.random.default_rng(count)
    rows, wanted = chance.normal(3, 2, (count, width)), chance.normal(size=(count, 4))
    oracle = Ridge(alpha).fit(rows, wanted)
    weights, offsets = ridge(torch.from_numpy(rows), torch.from_numpy(wanted), alpha)
    assert np.allclose(weights.T, oracle.coef_, atol=1e-6)
    assert np.allclose(offsets, oracle.intercept_, atol=1e-5)


def test_whitened_targets_give_the_same_boxes() -> None:
    """The authors of R-CNN whiten the codes first; with one alpha for all four that changes nothing."""
    chance = torch.Generator().manual_seed(0)
    rows, wanted = torch.randn(50, 6, generator=chance).double(), torch.randn(50, 4, generator=chance).double()
    mixed = torch.linalg.qr(torch.randn(4, 4, generator=chance).double()).Q
    plain, level = ridge(rows, wanted, 5.0)
    white, white_level = ridge(rows, (wanted - wanted.mean(0)) @ mixed, 5.0)
    back = (rows.float() @ white + white_level) @ mixed.T.float() + wanted.mean(0).float()
    torch.testing.assert_close(back, rows.float() @ plain + level, atol=1e-5, rtol=1e-5)


def test_a_high_price_leaves_the_mean() -> None:
    wanted = torch.tensor([[1.0], [2.0], [6.0]])
    weights, offsets = ridge(torch.tensor([[0.0], [1.0], [2.0]]), wanted, 1e12)
    assert weights.abs().max() < 1e-6
    assert offsets.item() == pytest.approx(3)
