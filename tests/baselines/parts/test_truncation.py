"""The truncated SVD: the nearest layer of its rank, with fewer weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cocokit.baselines.parts.truncation import truncate
from cocokit.errors import ParamsError


def test_with_all_singular_values_nothing_changes() -> None:
    layer, x = nn.Linear(20, 12), torch.randn(5, 20)
    torch.testing.assert_close(truncate(layer, 12)(x), layer(x), rtol=0, atol=1e-5)


def test_what_is_lost_is_the_singular_values_that_are_left_out() -> None:
    """Eckart and Young: no matrix of that rank is nearer."""
    layer = nn.Linear(30, 40)
    first, second = truncate(layer, 7)
    lost = (second.weight @ first.weight - layer.weight).square().sum().item()
    values = np.linalg.svd(layer.weight.detach().double().numpy(), compute_uv=False)
    assert lost == pytest.approx((values[7:] ** 2).sum(), rel=1e-4)
    assert torch.equal(second.bias, layer.bias)


def test_the_papers_weights() -> None:
    """25088 x 4096 at 1024: t (u + v) = 29.9 M for 102.8 M; here a sixteenth of each side."""
    small = truncate(nn.Linear(1568, 256), 64)
    assert sum(p.numel() for p in small.parameters()) == 64 * (1568 + 256) + 256


@pytest.mark.parametrize("rank", [0, 13])
def test_a_rank_that_is_not_there_is_one_sentence(rank: int) -> None:
    with pytest.raises(ParamsError, match="take 1 to 12"):
        truncate(nn.Linear(20, 12), rank)
