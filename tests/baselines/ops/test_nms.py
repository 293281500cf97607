"""Suppression: greedy, exact in ties, the same in all of its forms."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.ops import nms as module
from cocokit.baselines.ops.boxes import iou
from cocokit.baselines.ops.nms import batched_nms, nms
from tests.baselines.ops import naive
from tests.baselines.ops.strategies import boxes

THRESHOLDS = [Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(7, 10), Fraction(1)]


def crowded(count, seed=0):
    """Boxes around a tenth as many centres, with scores."""
    draw = torch.Generator().manual_seed(seed)
    centres = torch.rand(count // 10 + 1, 2, generator=draw) * 500
    middle = centres[torch.randint(len(centres), (count,), generator=draw)] + torch.randn(count, 2, generator=draw) * 5
    half = 15 + 20 * torch.rand(count, 2, generator=draw)
    return torch.cat([middle - half, middle + half], 1), torch.rand(count, generator=draw)


@settings(deadline=None)
@given(boxes(14), st.data())
def test_every_form_keeps_what_the_naive_one_keeps(rows, data):
    count = len(rows)
    scores = data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=count, max_size=count))
    labels = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    thr = data.draw(st.sampled_from(THRESHOLDS))
    expected = naive.nms(rows, scores, labels, thr)
    given_boxes, given_scores = torch.tensor(rows, dtype=torch.float32).view(-1, 4), torch.tensor(scores)
    given_labels = torch.tensor(labels, dtype=torch.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", data.draw(st.sampled_from([1, 2, 3, 128])))
        assert batched_nms(given_boxes, given_scores, given_labels, float(thr)).tolist() == expected
    order = torch.sort(given_scores, descending=True, stable=True).indices
    keep = module._matrix(given_boxes[order], given_labels[order], float(thr))
    assert order[keep].tolist() == expected


@pytest.mark.parametrize("count", [300, 1000])
def test_many_boxes(count):
    found, scores = crowded(count)
    rows = nms(found, scores, 0.5)
    kept = found[rows]
    assert (scores[rows].diff() <= 0).all()
    assert (iou(kept, kept).triu(1) <= 0.5).all()
    gone = torch.ones(count, dtype=torch.bool).index_fill_(0, rows, False)
    over = (iou(found[gone], kept) > 0.5) & (scores[rows] >= scores[gone][:, None])
    assert over.any(1).all(), "something went that nothing better overlaps"
    assert 0 < gone.sum() < count


def test_the_matrix_settles_a_chain():
    """Each box overlaps the next: every other one stays, and none is decided before its neighbour."""
    left = torch.arange(40.0) * 4
    chain = torch.stack([left, torch.zeros(40), left + 10, torch.full((40,), 10.0)], 1)
    keep = module._matrix(chain, torch.zeros(40, dtype=torch.int64), 0.4)
    assert keep.tolist() == [i % 2 == 0 for i in range(40)]
    assert nms(chain, torch.linspace(1, 0, 40), 0.4).tolist() == list(range(0, 40, 2))


def test_labels_keep_to_themselves_whatever_they_are():
    """Offsets of a billion pixels would cost float32 its last digits."""
    found, scores = crowded(200)
    labels = torch.randint(3, (200,))
    expected = torch.cat([(labels == k).nonzero()[:, 0][nms(found[labels == k], scores[labels == k], 0.3)]
                          for k in range(3)])  # fmt: skip
    rows = batched_nms(found, scores, labels * 10**9 - 7, 0.3)
    assert sorted(rows.tolist()) == sorted(expected.tolist())
    assert (scores[rows].diff() <= 0).all()


def test_a_threshold_is_not_above_itself():
    """IoU is exactly 3/10 here; the nearest float32 is above the nearest float64."""
    rows = torch.tensor([[0.0, 0, 10, 1], [7, 0, 10, 1]])
    assert nms(rows, torch.tensor([1.0, 0.5]), 0.3).tolist() == [0, 1]
    assert nms(rows, torch.tensor([1.0, 0.5]), 0.29).tolist() == [0]


def test_empty_boxes_suppress_nothing_and_none_is_fine():
    twice = torch.tensor([[3.0, 3, 3, 3]]).repeat(2, 1)
    assert nms(twice, torch.ones(2), 0.0).tolist() == [0, 1]
    assert nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []


def test_half_precision_boxes_need_no_gradient():
    found, scores = crowded(50)
    rows = nms(found.bfloat16().requires_grad_(), scores.bfloat16().requires_grad_(), 0.5)
    assert torch.equal(rows, nms(found.bfloat16().float(), scores.bfloat16().float(), 0.5))
