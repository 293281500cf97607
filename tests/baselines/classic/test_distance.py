"""The distance transform equals looking at every place."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cocokit.baselines.classic.distance import distance_transform, farthest, move_cost


def brute(scores: Tensor, deform: Tensor, anchors: Tensor, size: tuple[int, int], step: int) -> Tensor:
    """All places for all outputs."""
    rows, columns = torch.arange(scores.shape[2])[:, None], torch.arange(scores.shape[3])
    found = scores.new_empty(*scores.shape[:2], *size)
    for n in range(scores.shape[1]):
        for y in range(size[0]):
            for x in range(size[1]):
                cost = move_cost(rows - step * y - anchors[n, 0], columns - step * x - anchors[n, 1], deform[n])
                found[:, n, y, x] = (scores[:, n] - cost).amax((1, 2))
    return found


def weights(parts: int, curve: float, linear: float, chance: torch.Generator) -> Tensor:
    made = torch.rand(parts, 4, generator=chance)
    return torch.cat([(made[:, :2] * 2 - 1) * linear, curve * (0.5 + made[:, 2:])], 1)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 9), columns=st.integers(1, 9), parts=st.integers(1, 3), step=st.sampled_from([1, 2, 3]),
    curve=st.sampled_from([1e-3, 0.02, 0.1, 1.0]), linear=st.sampled_from([0.0, 0.05, 0.5]),
    spread=st.sampled_from([0.0, 0.1, 1.0, 30.0]), seed=st.integers(0, 999),
)  # fmt: skip
def test_it_equals_brute_force(
    rows: int, columns: int, parts: int, step: int, curve: float, linear: float, spread: float, seed: int
) -> None:
    chance = torch.Generator().manual_seed(seed)
    scores = torch.randn(2, parts, rows, columns, generator=chance) * spread
    anchors = torch.stack([torch.randint(0, n, (parts,), generator=chance) for n in (rows, columns)], 1)
    size = (rows - 1 - int(anchors[:, 0].max())) // step + 1, (columns - 1 - int(anchors[:, 1].max())) // step + 1
    deform = weights(parts, curve, linear, chance)
    found = distance_transform(scores, deform, anchors, size, step)
    torch.testing.assert_close(found, brute(scores, deform, anchors, size, step), atol=1e-5 * (1 + spread), rtol=1e-5)


def test_without_anchors_it_is_the_plain_transform() -> None:
    scores = torch.randn(1, 2, 12, 7, generator=torch.Generator().manual_seed(3))
    deform = torch.tensor([[0.1, -0.05, 0.04, 0.3], [0.0, 0.0, 0.01, 0.01]])
    found = distance_transform(scores, deform)
    expected = brute(scores, deform, torch.zeros(2, 2, dtype=torch.int64), (12, 7), 1)
    torch.testing.assert_close(found, expected)


def test_one_far_peak_is_found_from_everywhere() -> None:
    scores = torch.zeros(1, 1, 30, 30)
    scores[0, 0, 29, 29] = 100.0
    deform = torch.tensor([[0.0, 0.0, 0.01, 0.02]])
    y, x = torch.arange(30)[:, None] - 29, torch.arange(30) - 29
    torch.testing.assert_close(distance_transform(scores, deform)[0, 0], 100 - 0.01 * x**2 - 0.02 * y**2)


@pytest.mark.parametrize("curve, far", [(1.0, 1), (0.25, 2), (0.01, 10)])
def test_no_move_pays_that_costs_the_whole_range(curve: float, far: int) -> None:
    span = torch.tensor([0.99, 0.5])
    assert farthest(span, torch.tensor([[0.0, 0.0, curve, curve]] * 2), 31) == (far, far)
    assert farthest(span, torch.tensor([[0.0, 0.0, 4 * curve, curve]] * 2), 31)[1] <= far
    assert farthest(span, torch.tensor([[0.0, 0.0, 0.0, 0.0]] * 2), 31) == (31, 31)


def test_the_cost_of_a_move() -> None:
    assert float(move_cost(torch.tensor(2), torch.tensor(-3), torch.tensor([0.5, 0.25, 0.1, 0.01]))) == pytest.approx(
        -1.5 + 0.5 + 0.9 + 0.04
    )
