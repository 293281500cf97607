"""Warped regions beside bilinear samples taken one by one."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from cocokit.baselines.ops.warping import grown, warp


def naive(image: Tensor, box: list[float], size: int, fill: list[float]) -> Tensor:
    """(C, size, size); beyond the image there are pixels of the fill."""
    channels, height, width = image.shape
    out = torch.zeros(channels, size, size)
    for channel in range(channels):
        for row in range(size):
            for column in range(size):
                x = box[0] + (column + 0.5) / size * (box[2] - box[0]) - 0.5
                y = box[1] + (row + 0.5) / size * (box[3] - box[1]) - 0.5
                for v in (math.floor(y), math.floor(y) + 1):
                    for u in (math.floor(x), math.floor(x) + 1):
                        inside = 0 <= v < height and 0 <= u < width
                        value = float(image[channel, v, u]) if inside else fill[channel]
                        out[channel, row, column] += value * (1 - abs(x - u)) * (1 - abs(y - v))
    return out


@pytest.mark.parametrize("box", [[1.0, 2, 8, 5], [0.3, 0.6, 2.1, 6.9], [-4.0, -2, 5, 12], [20.0, 20, 30, 30]])
def test_samples_are_bilinear_and_outside_is_the_fill(box: list[float]) -> None:
    image, fill = torch.rand(2, 7, 9), [0.25, 0.75]
    found = warp(image, torch.tensor([box]), 6, fill=torch.tensor(fill)[:, None, None])[0]
    torch.testing.assert_close(found, naive(image, box, 6, fill), atol=1e-5, rtol=1e-5)


def test_a_whole_image_at_its_own_size_stays_as_it_is() -> None:
    image = torch.rand(3, 8, 8)
    torch.testing.assert_close(warp(image, torch.tensor([[0.0, 0, 8, 8]]), 8)[0], image)


def test_context_is_a_border_of_what_comes_out() -> None:
    image = torch.zeros(1, 64, 64)
    image[:, 20:40, 10:50] = 1
    found = warp(image, torch.tensor([[10.0, 20, 50, 40]]), 24, context=4)[0, 0]
    assert found[4:20, 4:20].min() == 1
    assert found[:3].max() == found[:, :3].max() == found[21:].max() == found[:, 21:].max() == 0


def test_context_of_the_paper() -> None:
    """16 px around a region of 227: the box grows by 227 / 195."""
    (box,) = grown(torch.tensor([[100.0, 100, 295, 490]]), 227, 16).tolist()
    assert box == pytest.approx([84, 68, 311, 522])


def test_no_boxes() -> None:
    assert warp(torch.rand(3, 8, 8), torch.zeros(0, 4), 5).shape == (0, 3, 5, 5)
