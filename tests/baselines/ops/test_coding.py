"""Boxes relative to others: worked numbers, and there and back."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.ops.coding import GROWTH, decode, encode
from tests.baselines.ops.strategies import boxes

ENCODINGS = ["centre", "corner", "yolo"]


def test_a_worked_anchor():
    """The anchor at (300, 300), 100 x 100, shifted by (-2, -1), sides times (0.5, 1)."""
    anchor = torch.tensor([[250.0, 250, 350, 350]])
    codes = torch.tensor([[-2.0, -1, torch.tensor(0.5).log(), 0]])
    box = torch.tensor([[75.0, 150, 125, 250]])  # centre (100, 200), 50 x 100
    torch.testing.assert_close(decode(codes, anchor), box)
    torch.testing.assert_close(encode(box, anchor), codes)


def test_a_worked_offset():
    """An anchor of 256 x 256 px, the ground truth 32 px right of it and below, 256 x 282 px: (.125, .125, 1, 1.1)."""
    anchor, box = torch.tensor([[0.0, 0, 256, 256]]), torch.tensor([[32.0, 19, 288, 301]])
    expected = torch.tensor([[0.125, 0.125, 0, torch.tensor(282 / 256).log()]])
    torch.testing.assert_close(encode(box, anchor), expected)


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(deadline=None)
@given(rows=boxes(4, least=1, fewest=4), known=boxes(4, least=1, fewest=4), x=st.integers(-50, 50))
def test_there_and_back_and_wherever_the_origin_is(encoding, rows, known, x):
    rows, known, weights = torch.tensor(rows).float(), torch.tensor(known).float(), (10.0, 10.0, 5.0, 5.0)
    codes = encode(rows, known, encoding, weights)
    torch.testing.assert_close(decode(codes, known, encoding, weights), rows, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(encode(rows + x, known + x, encoding, weights), codes, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("encoding, code", [("centre", [0, 0, 0, 0]), ("corner", [0] * 4), ("yolo", [0.5, 0.5, 1, 1])])
def test_the_code_of_the_known_box_itself(encoding, code):
    known = torch.tensor([[3.0, 4, 10, 20]])
    assert encode(known, known, encoding).tolist() == [code]


def test_yolo_with_its_own_weights():
    """The 7 x 7 cells of a 448 px image: sides are square roots of shares of the image, whatever the cell."""
    cell = torch.tensor([[192.0, 64, 256, 128]])
    box = torch.tensor([[112.0, 80, 336, 192]])  # 224 x 112 px around (224, 136)
    found = encode(box, cell, "yolo", (1, 1, 7**-0.5, 7**-0.5))
    torch.testing.assert_close(found, torch.tensor([[0.5, 1.125, 0.5**0.5, 0.5]]))


def test_codes_of_every_category_at_once():
    known, codes = torch.tensor([[0.0, 0, 10, 10], [5, 5, 9, 9]]), torch.randn(2, 3, 4)
    found = decode(codes, known[:, None])
    for k in range(3):
        torch.testing.assert_close(found[:, k], decode(codes[:, k], known))


def test_gradients_flow_through_decoding():
    """What trains on IoU needs them."""
    codes, known = torch.randn(2, 4, requires_grad=True), torch.tensor([[0.0, 0, 10, 10]])
    decode(codes, known).sum().backward()
    assert (codes.grad[:, :2] != 0).all()


def test_half_precision_is_decoded_in_float32_and_stays_finite():
    box = decode(torch.tensor([[0, 0, 60000, 60000]], dtype=torch.bfloat16), torch.tensor([[0.0, 0, 16, 16]]))
    assert box.dtype == torch.float32
    torch.testing.assert_close(box[0, 2] - box[0, 0], torch.tensor(16 * torch.tensor(GROWTH).exp().item()))
