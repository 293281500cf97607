"""From scores and codes to detections."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.ops.coding import encode
from cocokit.baselines.parts.anchors import Anchors
from cocokit.baselines.parts.post import best, dense, finish

ANCHORS = Anchors([[16], [32]], [1], [8, 16])
SIZES = [(8, 8), (4, 4)]


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 5)] * 2), max_size=12), st.integers(0, 9), st.sampled_from([-1.0, 2.0]))
def test_the_best_pairs(rows, count, floor):
    found = best(torch.tensor(rows, dtype=torch.float32).view(-1, 2), count, floor)
    pairs = sorted(((-s, i, k) for i, row in enumerate(rows) for k, s in enumerate(row) if s > floor))[:count]
    assert [x.tolist() for x in found] == [[i for _, i, _ in pairs], [k for *_, k in pairs], [-s for s, *_ in pairs]]


def test_clipped_small_dropped_suppressed_counted():
    boxes = torch.tensor([[-5.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60], [90, 0, 95, 5]])
    scores, labels = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.99]), torch.tensor([0, 0, 1, 0, 0])
    found = finish(boxes, scores, labels, (55, 80), iou_thr=0.5, count=9, small=1.0)
    assert found.boxes.tolist() == [[0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 55]]
    assert found.labels.tolist() == [0, 1, 0]
    torch.testing.assert_close(found.scores, torch.tensor([0.9, 0.7, 0.6]))
    assert len(finish(boxes, scores, labels, (55, 80), iou_thr=0.5, count=2).boxes) == 2
    grouped = finish(boxes, scores, labels, (55, 80), iou_thr=0.5, count=9, groups=torch.zeros_like(labels))
    assert len(grouped.boxes) == 2


def answers(gt, labels):
    """Scores and codes of a head that knows the answer: sure where an anchor's centre is inside a box."""
    scores, codes = [], []
    for level in ANCHORS.levels(SIZES):
        score, code = torch.full((len(level), 3), 0.01), torch.zeros(len(level), 4)
        for box, label in zip(gt, labels, strict=True):
            middle = (level[:, :2] + level[:, 2:]) / 2
            inside = ((middle > box[:2]) & (middle < box[2:])).all(1)
            score[inside, label] = 0.9
            code[inside] = encode(box.expand(len(level), 4), level)[inside]
        scores.append(score)
        codes.append(code)
    return scores, codes


def test_a_head_that_knows_the_answer_finds_each_box_once():
    gt, labels = torch.tensor([[3.0, 5, 30, 28], [20, 35, 60, 62]]), [2, 0]
    scores, codes = answers(gt, labels)
    found = dense(scores, codes, ANCHORS.levels(SIZES), (64, 64), each=100, iou_thr=0.5, count=10, floor=0.05)
    assert sorted(found.labels.tolist()) == [0, 2]
    for box, label in zip(gt, labels, strict=True):
        torch.testing.assert_close(found.boxes[found.labels == label][0], box, atol=1e-4, rtol=1e-4)


def test_bfloat16_heads_give_float32_detections():
    scores, codes = answers(torch.tensor([[3.0, 5, 30, 28]]), [1])
    found = dense([s.bfloat16() for s in scores], [c.bfloat16() for c in codes], ANCHORS.levels(SIZES), (64, 64),
                  each=100, iou_thr=0.5, count=10, floor=0.05)  # fmt: skip
    assert found.boxes.dtype == found.scores.dtype == torch.float32


def test_levels_suppress_within_themselves():
    """The proposals of an RPN: the same box of two levels stays twice, and of one level once."""
    anchors = [torch.tensor([[0.0, 0, 16, 16]] * 2), torch.tensor([[0.0, 0, 16, 16]])]
    scores, codes = [torch.tensor([[0.5], [0.6]]), torch.tensor([[0.7]])], [torch.zeros(2, 4), torch.zeros(1, 4)]
    both = dense(scores, codes, anchors, (64, 64), each=9, iou_thr=0.7, count=9, by_level=True)
    torch.testing.assert_close(both.scores, torch.tensor([0.7, 0.6]))
    assert len(dense(scores, codes, anchors, (64, 64), each=9, iou_thr=0.7, count=9).scores) == 1


def test_so_many_of_each_level():
    scores, codes = [torch.rand(64, 1), torch.rand(16, 1)], [torch.zeros(64, 4), torch.zeros(16, 4)]
    found = dense(scores, codes, ANCHORS.levels(SIZES), (64, 64), each=5, iou_thr=1.0, count=99)
    kept = {round(x, 6) for x in found.scores.tolist()}
    assert kept == {round(x, 6) for s in scores for x in s.flatten().topk(5).values.tolist()}


def test_nothing_above_the_floor_is_no_detection():
    scores, codes = [torch.zeros(64, 2), torch.zeros(16, 2)], [torch.zeros(64, 4), torch.zeros(16, 4)]
    found = dense(scores, codes, ANCHORS.levels(SIZES), (64, 64), each=5, iou_thr=0.5, count=99, floor=0.05)
    assert found.boxes.shape == (0, 4)
    assert found.scores.shape == found.labels.shape == (0,)
