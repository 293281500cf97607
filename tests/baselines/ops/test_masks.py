"""Masks pasted into images and cut out of them."""

import pytest
import torch
from torch.nn import functional

from cocokit.baselines.ops.masks import crop_masks, paste

BOXES = torch.tensor([[2.0, 3, 12, 9], [2.4, 3.6, 11.7, 9.2], [-5, -5, 8, 30], [14, 10, 40, 40]])
HEIGHT, WIDTH = 16, 20


def interpolated(mask, box):
    """(16, 20) by the library's own sampling; 0 outside the box."""
    x0, y0, x1, y1 = box.tolist()
    y, x = torch.meshgrid(torch.arange(HEIGHT) + 0.5, torch.arange(WIDTH) + 0.5, indexing="ij")
    place = torch.stack([(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)], -1) * 2 - 1
    found = functional.grid_sample(mask[None, None], place[None], padding_mode="border", align_corners=False)[0, 0]
    return found * ((x > x0) & (x < x1) & (y > y0) & (y < y1))


@pytest.mark.parametrize("thr", [0.2, 0.5, 0.7])
def test_pasting_is_bilinear(thr):
    masks = torch.rand(len(BOXES), 7, 7)
    found = paste(masks, BOXES, HEIGHT, WIDTH, thr)
    for i, box in enumerate(BOXES):
        expected = interpolated(masks[i], box)
        unsure = (expected - thr).abs() < 1e-5
        assert torch.equal(found[i] & ~unsure, (expected >= thr) & ~unsure)


def test_a_full_mask_fills_its_box():
    found = paste(torch.ones(1, 28, 28), torch.tensor([[2.0, 3, 12, 9]]), HEIGHT, WIDTH)[0]
    assert found[3:9, 2:12].all()
    assert found.sum() == 60


def test_a_box_outside_or_empty_has_no_pixels():
    away = torch.tensor([[-9.0, -9, -2, -3], [90, 2, 95, 9], [5, 5, 5, 9], [9, 9, 4, 4]])
    assert not paste(torch.ones(4, 7, 7), away, HEIGHT, WIDTH).any()
    assert paste(torch.ones(0, 7, 7), torch.zeros(0, 4), HEIGHT, WIDTH).shape == (0, HEIGHT, WIDTH)


def test_bfloat16_masks_are_pasted():
    assert paste(torch.ones(1, 7, 7).bfloat16(), BOXES[:1], HEIGHT, WIDTH).sum() == 60


def test_what_is_cut_out_is_how_much_of_each_bin_is_in_the_mask():
    mask = torch.zeros(1, 8, 8, dtype=torch.bool)
    mask[0, :4, :] = True
    whole = torch.tensor([[0.0, 0, 8, 8]])
    assert crop_masks(mask, whole, 4)[0].tolist() == [[1] * 4, [1] * 4, [0] * 4, [0] * 4]
    assert crop_masks(mask, torch.tensor([[0.0, 2, 8, 6]]), 1).tolist() == [[[0.5]]]


def test_several_boxes_about_one_mask():
    masks = torch.rand(3, HEIGHT, WIDTH) > 0.5
    rows = torch.tensor([2, 0, 2, 1])
    assert torch.equal(crop_masks(masks, BOXES, 7, rows), crop_masks(masks[rows], BOXES, 7))
    assert crop_masks(masks, torch.zeros(0, 4), 7, rows[:0]).shape == (0, 7, 7)


@pytest.mark.parametrize("size", [14, 28])
def test_cut_out_and_pasted_back_is_the_same_shape(size):
    y, x = torch.meshgrid(torch.arange(100.0), torch.arange(120.0), indexing="ij")
    disc = (((x - 60) / 40) ** 2 + ((y - 50) / 30) ** 2 < 1)[None]
    box = torch.tensor([[20.0, 20, 101, 81]])
    back = paste(crop_masks(disc, box, size), box, 100, 120)
    assert (back & disc).sum() / (back | disc).sum() > 0.95
