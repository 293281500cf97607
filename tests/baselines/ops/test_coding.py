"""Boxes relative to others: worked numbers, and there and back."""

import pytest
import torch

from cocokit.baselines.ops.coding import GROWTH, decode, encode


def test_a_worked_anchor():
    """The anchor at (300, 300), 100 x 100, shifted by (-2, -1), sides times (0.5, 1)."""
    anchor = torch.tensor([[250.0, 250, 350, 350]])
    codes = torch.tensor([[-2.0, -1, torch.tensor(0.5).log(), 0]])
    box = torch.tensor([[75.0, 150, 125, 250]])  # centre (100, 200), 50 x 100
    torch.testing.assert_close(decode(codes, anchor), box)
    torch.testing.assert_close(encode(box, anchor), codes)


@pytest.mark.parametrize("encoding", ["centre", "corner", "yolo"])
def test_there_and_back(encoding):
    known = torch.tensor([[0.0, 0, 10, 20], [5, 5, 8, 9]])
    boxes = torch.tensor([[1.0, 2, 3, 4], [0, 0, 50, 60]])
    weights = (10.0, 10.0, 5.0, 5.0)
    back = decode(encode(boxes, known, encoding, weights), known, encoding, weights)
    torch.testing.assert_close(back, boxes)


def test_half_precision_is_decoded_in_float32_and_stays_finite():
    box = decode(torch.tensor([[0, 0, 60000, 60000]], dtype=torch.bfloat16), torch.tensor([[0.0, 0, 16, 16]]))
    assert box.dtype == torch.float32
    torch.testing.assert_close(box[0, 2] - box[0, 0], torch.tensor(16 * torch.tensor(GROWTH).exp().item()))
