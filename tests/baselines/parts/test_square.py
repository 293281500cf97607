"""Images warped to squares, and back."""

from __future__ import annotations

import torch

from cocokit.baselines.batch import Batch, Result, Target
from cocokit.baselines.parts.square import unwarp, warp, warp_targets


def batch() -> Batch:
    pixels = torch.zeros(2, 3, 64, 96)
    pixels[0, :, 10:30, 20:60] = 1  # an image of 40 x 80 in its padding
    pixels[1, :, :32, :96] = 0.5
    boxes = (torch.tensor([[20.0, 10, 60, 30]]), torch.zeros(0, 4))
    targets = tuple(Target(b, torch.zeros(len(b), dtype=torch.int64), crowd=b / 2) for b in boxes)
    return Batch(pixels, ((40, 80), (32, 96)), targets)


def test_a_box_goes_with_its_pixels() -> None:
    squares, targets = warp(batch(), 64), warp_targets(batch(), 64)
    assert squares.shape == (2, 3, 64, 64)
    x0, y0, x1, y1 = (int(v) for v in targets[0].boxes[0])
    assert (x0, y0, x1, y1) == (16, 16, 48, 48)
    inside = torch.zeros(64, 64, dtype=torch.bool)
    inside[y0:y1, x0:x1] = True
    assert squares[0, 0][inside].mean().item() > 0.95
    assert squares[0, 0][~inside].mean().item() < 0.05
    assert targets[0].crowd is not None
    assert targets[0].crowd.tolist() == [[8, 8, 24, 24]]


def test_the_padding_is_not_looked_at() -> None:
    torch.testing.assert_close(warp(batch(), 64)[1], torch.full((3, 64, 64), 0.5))


def test_what_fits_is_left_alone() -> None:
    pixels = torch.rand(1, 3, 64, 64)
    assert torch.equal(warp(Batch(pixels, ((64, 64),)), 64), pixels)


def test_detections_come_back_to_their_image() -> None:
    found = [Result(t.boxes, torch.ones(len(t.boxes)), t.labels) for t in warp_targets(batch(), 96)]
    back = unwarp(found, batch(), 96)
    torch.testing.assert_close(back[0].boxes, torch.tensor([[20.0, 10, 60, 30]]))
    assert back[1].boxes.shape == (0, 4)
