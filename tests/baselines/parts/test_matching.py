"""Matching: thresholds, the best box of each ground truth, crowds."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.batch import Target
from cocokit.baselines.parts.matching import IGNORED, NEGATIVE, assign, bipartite, centre_cells, ignored, match
from tests.baselines.ops import naive
from tests.baselines.ops.strategies import boxes


def tensor(rows):
    return torch.tensor(rows, dtype=torch.float32).view(-1, 4)


def naive_match(anchors, gt, low, high, force):
    rows = []
    overlaps = [[float(naive.iou(a, g)) for g in gt] for a in anchors]
    for line in overlaps:
        best = max(line, default=0.0)
        rows.append(line.index(best) if gt and best >= high else NEGATIVE if best < low else IGNORED)
    for a, line in enumerate(overlaps):
        wanted = [g for g in range(len(gt)) if force and 0 < line[g] == max(other[g] for other in overlaps)]
        if wanted:
            rows[a] = max(wanted, key=lambda g, line=line: (line[g], -g))
    return rows


@settings(deadline=None)
@given(boxes(10), boxes(4), st.sampled_from([(0.3, 0.7), (0.4, 0.5), (0.5, 0.5)]), st.booleans())
def test_matching_is_its_naive_twin(anchors, gt, thresholds, force):
    found = match(tensor(anchors), tensor(gt), *thresholds, force)
    assert found.tolist() == naive_match(anchors, gt, *thresholds, force)


@settings(deadline=None)
@given(boxes(10), boxes(4))
def test_each_gt_that_touches_a_box_has_one(anchors, gt):
    """Unless a box that is its best was wanted more by another."""
    found = match(tensor(anchors), tensor(gt), 0.3, 0.7).tolist()
    for row, truth in enumerate(gt):
        overlaps = [naive.iou(a, truth) for a in anchors]
        if row not in found and max(overlaps, default=0) > 0:
            taken = [found[i] for i, o in enumerate(overlaps) if o == max(overlaps)]
            assert all(other >= 0 for other in taken)


def test_thresholds_of_the_rpn():
    """IoU 0.7 and above is positive, below 0.3 negative; both ends as the slides have them."""
    gt = tensor([[0, 0, 10, 10]])
    anchors = tensor([[0, 0, 7, 10], [0, 0, 3, 10], [0, 0, 2.9, 10], [0, 0, 6.9, 10], [50, 50, 60, 60]])
    assert match(anchors, gt, 0.3, 0.7, force=False).tolist() == [0, IGNORED, NEGATIVE, IGNORED, NEGATIVE]


def test_without_ground_truth_all_is_negative():
    assert match(tensor([[0, 0, 1, 1]] * 2), tensor([]), 0.3, 0.7).tolist() == [NEGATIVE] * 2
    assert match(tensor([]), tensor([[0, 0, 1, 1]]), 0.3, 0.7).tolist() == []


def test_a_gt_that_no_box_touches_takes_none():
    assert match(tensor([[0, 0, 1, 1]] * 3), tensor([[5, 5, 9, 9]]), 0.3, 0.7).tolist() == [NEGATIVE] * 3


def test_negatives_inside_a_crowd_count_neither_way():
    target = Target(tensor([[0, 0, 10, 10]]), torch.zeros(1, dtype=torch.int64), crowd=tensor([[0, 0, 10, 40]]))
    found = tensor([[0, 0, 10, 10], [0, 20, 10, 30], [5, 20, 15, 30], [6, 20, 16, 30]])
    assert assign(found, target, 0.3, 0.7).tolist() == [0, IGNORED, IGNORED, NEGATIVE]
    assert ignored(found, target.crowd[:0]).tolist() == [False] * 4


def test_assigning_without_crowds():
    target = Target(tensor([[0, 0, 10, 10]]), torch.zeros(1, dtype=torch.int64))
    assert assign(tensor([[0, 0, 10, 10], [30, 0, 40, 10]]), target, 0.3, 0.7).tolist() == [0, NEGATIVE]


def test_the_best_pair_first():
    """The second ground truth's best box is taken by the first, who wants it more."""
    anchors, gt = tensor([[0, 0, 10, 10], [4, 0, 14, 10]]), tensor([[3, 0, 13, 10], [5, 0, 17, 10]])
    assert bipartite(anchors, gt).tolist() == [1, 0]
    assert bipartite(anchors[:1], gt).tolist() == [0]
    assert bipartite(anchors, gt[:0]).tolist() == [NEGATIVE] * 2


@pytest.mark.parametrize("box, cell", [([0, 0, 2, 2], 0), ([60, 0, 70, 8], 1), ([120, 60, 136, 70], 5)])
def test_cells_of_centres(box, cell):
    """Three rows and columns of cells of 64 px, row after row."""
    assert centre_cells(tensor([box]), 3, (192, 192)).item() == cell


def test_cells_need_not_be_square():
    assert centre_cells(tensor([[10, 90, 20, 100]]), 2, (100, 20)).item() == 3


def test_a_centre_on_the_far_edge_is_in_the_last_cell():
    assert centre_cells(tensor([[120, 120, 136, 136]]), 7, (128, 128)).item() == 48
