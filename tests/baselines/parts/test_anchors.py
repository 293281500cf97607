"""Anchors: how many, how large, around what, in which order."""

import pytest
import torch

from cocokit.baselines.ops.boxes import area, to_centre
from cocokit.baselines.parts.anchors import Anchors, octaves, spread

PYRAMID = Anchors([[32], [64], [128], [256], [512]], [0.5, 1, 2], [4, 8, 16, 32, 64])


def test_one_scale_a_level_and_three_ratios():
    """FPN's fifteen anchors: 32^2 to 512^2 on P2 to P6."""
    assert PYRAMID.per_cell == 3
    for level, scale in zip(PYRAMID.levels([(2, 3)] * 5), [32, 64, 128, 256, 512], strict=True):
        torch.testing.assert_close(area(level), torch.full((18,), float(scale**2)))
        width, height = to_centre(level)[:3, 2:].unbind(1)
        torch.testing.assert_close(height / width, torch.tensor([0.5, 1, 2]))


def test_nine_of_retinanet_span_an_octave_and_a_bit():
    """From 32 to 813 px over five levels."""
    scales = [octaves(base, 3) for base in (32, 64, 128, 256, 512)]
    assert Anchors(scales, [0.5, 1, 2], [8, 16, 32, 64, 128]).per_cell == 9
    assert scales[0][0] == 32
    assert scales[-1][-1] == pytest.approx(812.7, abs=0.1)


def test_centres_are_those_of_cells():
    """Row after row, all shapes of a cell together."""
    found = to_centre(spread(torch.tensor([[4.0, 4], [8, 2]]), (2, 3), 16))
    centres = [[x, y] for y in (8, 24) for x in (8, 24, 40) for _ in range(2)]
    assert found[:, :2].tolist() == centres
    assert found[:, 2:].tolist() == [[4, 4], [8, 2]] * 6


def test_the_order_is_that_of_a_heads_output():
    """A head that writes the centre of each cell into its channels agrees with the anchors, row for row."""
    anchors = Anchors([[16]], [0.5, 1], [8])
    y, x = torch.meshgrid(torch.arange(3) * 8.0 + 4, torch.arange(5) * 8.0 + 4, indexing="ij")
    head = torch.stack([x, y] * anchors.per_cell)[None]  # (1, A * 2, H, W)
    rows = head.permute(0, 2, 3, 1).reshape(1, -1, 2)[0]
    torch.testing.assert_close(rows, to_centre(anchors([(3, 5)]))[:, :2])


def test_all_levels_in_one():
    sizes = [(8, 6), (4, 3), (2, 2), (1, 1), (1, 1)]
    assert torch.equal(PYRAMID(sizes), torch.cat(PYRAMID.levels(sizes)))
    assert len(PYRAMID(sizes)) == 3 * (48 + 12 + 4 + 1 + 1)


def test_a_level_too_few_is_refused():
    with pytest.raises(ValueError, match="zip"):
        PYRAMID([(8, 6)] * 4)
