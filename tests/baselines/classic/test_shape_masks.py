"""Mean shapes."""

from __future__ import annotations

import pytest
import torch

from cocokit.baselines.classic.shape_masks import in_clipped, mean_mask


def left_half(box: tuple[int, int, int, int], side: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    x0, y0, x1, y1 = box
    mask = torch.zeros(side, side, dtype=torch.bool)
    mask[y0:y1, x0 : (x0 + x1) // 2] = True
    return mask, torch.tensor(box, dtype=torch.float32)


def test_instances_are_aligned_by_their_boxes_and_averaged() -> None:
    found = mean_mask([(*left_half((8, 8, 24, 40)), False), (*left_half((32, 4, 64, 20)), False)], 8)
    assert found is not None
    assert found.shape == (8, 8)
    assert float(found[:, :3].min()) == 1
    assert float(found[:, 5:].max()) == 0


def test_mirrored_placements_are_mirrored_back() -> None:
    mask, box = left_half((8, 8, 40, 40))
    one, both = mean_mask([(mask, box, True)], 8), mean_mask([(mask, box, True), (mask, box, False)], 8)
    assert one is not None
    assert both is not None
    assert float(one[:, 5:].min()) == 1
    assert float(one[:, :3].max()) == 0
    assert torch.equal(both, both.flip(1))
    assert float(both.mean()) == pytest.approx(0.5)


def test_no_instances_no_shape() -> None:
    assert mean_mask([], 8) is None


def test_a_box_cut_by_the_image_keeps_its_part_of_the_mask() -> None:
    masks = torch.zeros(1, 8, 8)
    masks[:, :, 4:] = 1
    whole = torch.tensor([[-16.0, 0, 16, 16]])
    assert float(in_clipped(masks, whole, torch.tensor([[0.0, 0, 16, 16]]))[:, :, 1:].min()) == 1
    apart = [0, 1, 2, 5, 6, 7]  # from the edge in the middle
    torch.testing.assert_close(in_clipped(masks, whole, whole)[:, :, apart], masks[:, :, apart])
    assert in_clipped(masks[:0], whole[:0], whole[:0]).shape == (0, 8, 8)
