"""Sums over boxes in four look-ups."""

import torch
from hypothesis import given, settings

from cocokit.baselines.ops.integral import box_sums, integral
from tests.baselines.ops.strategies import boxes


@settings(deadline=None)
@given(boxes(6))
def test_sums_are_those_of_slices(rows):
    images = torch.arange(2 * 12 * 12).view(2, 12, 12) % 17
    found = box_sums(integral(images), torch.tensor(rows, dtype=torch.int64).view(-1, 4))
    assert found.dtype == torch.int64
    assert found.tolist() == [[int(image[y0:y1, x0:x1].sum()) for x0, y0, x1, y1 in rows] for image in images]


def test_a_feature_of_two_boxes():
    """Left half dark, right half light: the difference that Viola and Jones look for."""
    image = torch.zeros(8, 8)
    image[:, 4:] = 1
    left, right = box_sums(integral(image), torch.tensor([[0, 0, 4, 8], [4, 0, 8, 8]]))
    assert right - left == 32
