"""Sampling: shares, hardness, and what is never drawn."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.parts.matching import IGNORED, NEGATIVE
from cocokit.baselines.parts.sampling import balanced, hard_negatives, ohem

ROWS = st.lists(st.sampled_from([IGNORED, NEGATIVE, NEGATIVE, 0, 1]), max_size=40)


@settings(deadline=None)
@given(ROWS, st.integers(0, 30), st.sampled_from([0.25, 0.5, 1.0]))
def test_balance(rows, count, share):
    rows = torch.tensor(rows, dtype=torch.int64)
    good, bad = balanced(rows, count, share)
    assert (rows[good] >= 0).all()
    assert (rows[bad] == NEGATIVE).all()
    assert len(torch.cat([good, bad]).unique()) == len(good) + len(bad)
    assert len(good) == min(int((rows >= 0).sum()), int(count * share))
    assert len(bad) == min(int((rows == NEGATIVE).sum()), count - len(good))


def test_256_anchors_of_an_rpn():
    """128 : 128; with fewer positives, negatives fill up."""
    many, few = torch.tensor([0] * 500 + [-1] * 5000), torch.tensor([0] * 5 + [-1] * 5000)
    assert [len(x) for x in balanced(many, 256)] == [128, 128]
    assert [len(x) for x in balanced(few, 256)] == [5, 251]


def test_128_regions_of_fast_rcnn():
    """32 positives, 96 of background."""
    assert [len(x) for x in balanced(torch.tensor([0] * 500 + [-1] * 5000), 128, 0.25)] == [32, 96]


def test_drawing_is_fair_and_goes_on_from_the_generators_state():
    rows = torch.tensor([0] * 10 + [-1] * 10)
    state = torch.get_rng_state()
    first = balanced(rows, 4)
    torch.set_rng_state(state)
    assert all(torch.equal(a, b) for a, b in zip(first, balanced(rows, 4), strict=True))
    counts = torch.zeros(20)
    for _ in range(1000):
        counts[torch.cat(balanced(rows, 10))] += 1
    assert 400 < counts.min() <= counts.max() < 600  # 500 expected, standard deviation 16


def test_hard_negatives_are_three_to_one():
    rows = torch.tensor([0, NEGATIVE, NEGATIVE, IGNORED, NEGATIVE, NEGATIVE, NEGATIVE])
    losses = torch.tensor([0.0, 1, 5, 99, 3, 4, 2], requires_grad=True)
    assert hard_negatives(losses, rows).tolist() == [True, False, True, False, True, True, False]


@pytest.mark.parametrize("least, chosen", [(0, 0), (2, 2), (9, 4)])
def test_hard_negatives_of_an_image_without_boxes(least, chosen):
    found = hard_negatives(torch.arange(4.0), torch.full((4,), NEGATIVE), least=least)
    assert found.tolist() == [i >= 4 - chosen for i in range(4)]


def test_hard_examples_do_not_overlap():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 70, 10]])
    losses = torch.tensor([3.0, 4, 2, 1, 9], requires_grad=True)
    rows = torch.tensor([0, 0, NEGATIVE, NEGATIVE, IGNORED])
    assert ohem(losses, boxes, rows, 2).tolist() == [1, 2]
    assert ohem(losses, boxes, rows, 9, iou_thr=0.95).tolist() == [1, 0, 2, 3]


def test_hard_examples_one_to_three():
    boxes = torch.arange(12.0)[:, None] * 20 + torch.tensor([0.0, 0, 10, 10])
    rows = torch.tensor([0] * 6 + [NEGATIVE] * 6)
    losses = torch.arange(12.0).flip(0)  # positives are the hardest
    assert ohem(losses, boxes, rows, 4).tolist() == [0, 1, 2, 3]
    assert ohem(losses, boxes, rows, 4, ratio=3).tolist() == [0, 6, 7, 8]
    assert ohem(losses, boxes, rows, 100, ratio=1).tolist() == list(range(12))
    assert ohem(losses, boxes, torch.full_like(rows, NEGATIVE), 8, ratio=3).tolist() == [0, 1, 2]
