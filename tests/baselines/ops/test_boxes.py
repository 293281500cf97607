"""Areas, overlaps, and boxes cut to their image."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.ops.boxes import area, clip, from_centre, iou, larger, share, to_centre
from tests.baselines.ops import naive
from tests.baselines.ops.strategies import boxes


def tensor(rows):
    return torch.tensor(rows, dtype=torch.float32).view(-1, 4)


@settings(deadline=None)
@given(boxes(5), boxes(5))
def test_overlaps_are_those_of_exact_arithmetic(a, b):
    exact = [[float(naive.iou(x, y)) for y in b] for x in a]
    torch.testing.assert_close(iou(tensor(a), tensor(b)), torch.tensor(exact).view(len(a), len(b)))
    parts = [[float(naive.overlap(x, y) / naive.area(x)) if naive.area(x) else 0.0 for y in b] for x in a]
    torch.testing.assert_close(share(tensor(a), tensor(b)), torch.tensor(parts).view(len(a), len(b)))


@settings(deadline=None)
@given(boxes(6, least=1, fewest=1))
def test_a_box_is_itself_and_overlaps_are_mutual(rows):
    found = iou(tensor(rows), tensor(rows))
    assert torch.equal(found, found.T)
    assert (found.diagonal() == 1).all()


def test_a_box_turned_inside_out_is_empty():
    wrong = tensor([[5, 5, 1, 9], [5, 5, 1, 1]])
    assert area(wrong).tolist() == [0, 0]
    assert iou(wrong, wrong).tolist() == [[0, 0], [0, 0]]


@settings(deadline=None)
@given(boxes(6), st.integers(1, 12), st.integers(1, 12))
def test_clipped_boxes_stay_and_keep_what_is_inside(rows, height, width):
    moved = tensor(rows) - 4
    cut = clip(moved, (height, width))
    assert torch.equal(clip(cut, (height, width)), cut)
    assert (cut >= 0).all()
    assert (cut[:, 2] <= width).all()
    assert (cut[:, 3] <= height).all()
    inside = [float(naive.overlap(box, [0, 0, width, height])) for box in moved.tolist()]
    assert area(cut).tolist() == inside


def test_clipping_works_on_boxes_of_every_category():
    assert clip(torch.full((2, 3, 4), 99.0), (10, 20))[1, 2].tolist() == [20, 10, 20, 10]


@settings(deadline=None)
@given(boxes(6))
def test_centres_and_back(rows):
    torch.testing.assert_close(from_centre(to_centre(tensor(rows))), tensor(rows))


@pytest.mark.parametrize("side, kept", [(0, [True, True, False]), (2, [True, False, False]), (5, [False] * 3)])
def test_small_boxes(side, kept):
    assert larger(tensor([[0, 0, 5, 3], [0, 0, 9, 2], [4, 4, 4, 9]]), side).tolist() == kept
