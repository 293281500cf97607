"""Heads: what they give, how much they weigh and what they say before training."""

from __future__ import annotations

import pytest
import torch

from cocokit.baselines.parts.heads import BoxHead, DenseHead, KeypointHead, MaskHead


def weights(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def test_a_dense_head_answers_by_level_row_column_and_anchor() -> None:
    head = DenseHead(2, anchors=3, outputs=5, convs=0)
    torch.nn.init.zeros_(head.last.weight)
    with torch.no_grad():
        head.last.bias.copy_(torch.arange(15.0))
        head.last.weight[:, 0, 1, 1] = 100  # plus the number of the cell, written in the first channel
    level = torch.zeros(1, 2, 2, 4)
    level[0, 0] = torch.arange(8.0).view(2, 4)
    out = head([level, torch.zeros(1, 2, 1, 1)])
    assert out.shape == (1, 8 * 3 + 3, 5)
    assert torch.equal(out[0, :24].view(8, 3, 5)[6, 2], 600 + torch.arange(10.0, 15))
    assert torch.equal(out[0, 24:], torch.arange(15.0).view(3, 5))


def test_towers_weigh_what_retinanet_says() -> None:
    convs = 4 * (9 * 256 * 256 + 256)
    assert weights(DenseHead(256, 9, 80)) == convs + 9 * 256 * 720 + 720
    assert weights(DenseHead(256, 9, 4)) == convs + 9 * 256 * 36 + 36


@pytest.mark.parametrize("prior", [0.01, 0.5])
def test_scores_start_at_the_prior(prior: float) -> None:
    head = DenseHead(16, 9, 20, prior=prior)
    scores = head([torch.randn(1, 16, 4, 4)]).sigmoid()
    assert scores.mean().item() == pytest.approx(prior, rel=0.02)
    assert {p.std().item() for p in head.tower.parameters() if p.dim() == 1} == {0.0}
    assert head.tower[0].weight.std().item() == pytest.approx(0.01, rel=0.1)


def test_the_box_head_has_a_background_and_a_box_for_each_category() -> None:
    scores, deltas = BoxHead(8, 20, 7, 64)(torch.rand(5, 8, 7, 7))
    assert scores.shape == (5, 21)
    assert deltas.shape == (5, 20, 4)
    assert scores.softmax(1).amax().item() < 0.1  # nothing is known yet
    hidden = (256 * 49 + 1) * 1024 + 1025 * 1024
    assert weights(BoxHead(256, 80)) == hidden + 1025 * 81 + 1025 * 320


def test_the_mask_head_doubles_and_the_keypoint_head_quadruples() -> None:
    assert MaskHead(8, 3, 16)(torch.rand(2, 8, 14, 14)).shape == (2, 3, 28, 28)
    assert KeypointHead(8, 17, 16, 2)(torch.rand(2, 8, 14, 14)).shape == (2, 17, 56, 56)


@pytest.mark.parametrize("head", [BoxHead(8, 3, 14, 16), MaskHead(8, 3, 16), KeypointHead(8, 5, 16, 2)])
def test_no_region_is_no_error(head: torch.nn.Module) -> None:
    out = head(torch.zeros(0, 8, 14, 14))
    first = out[0] if isinstance(out, tuple) else out
    assert len(first) == 0
    first.sum().backward()  # and the graph holds
