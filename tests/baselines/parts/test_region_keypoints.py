"""Keypoints of regions: the cell of each, the loss beside a loop, and the way back to pixels."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cocokit.baselines.batch import Target
from cocokit.baselines.parts.classifying import Sample
from cocokit.baselines.parts.region_keypoints import NOWHERE, cells_wanted, keypoint_loss, read_keypoints
from cocokit.errors import DataError


def asked(points: list[list[float]], box: list[float]) -> tuple[Sample, Target]:
    boxes = torch.tensor([box])
    return Sample(boxes, torch.tensor([0])), Target(boxes, torch.tensor([0]), keypoints=torch.tensor([points]))


def test_cells_are_counted_by_row_and_column() -> None:
    points = [[10.0, 20, 2], [37.9, 20, 1], [66, 132, 2], [37, 75, 0], [9.9, 30, 2], [11, 22.1, 2]]
    sample, target = asked(points, [10, 20, 66, 132])  # cells of 1 x 2 px
    # the last corner belongs to the last cell; what is not marked, or outside, is nowhere
    assert cells_wanted(sample, target, 56).tolist() == [[0, 27, 3135, NOWHERE, NOWHERE, 57]]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 300), st.floats(1, 300))
def test_a_keypoint_comes_back_within_half_a_cell(u: float, v: float, width: float, height: float) -> None:
    box = [7.0, 3, 7 + width, 3 + height]
    x, y = min(7 + u * width, box[2]), min(3 + v * height, box[3])
    sample, target = asked([[x, y, 2]], box)
    cell = int(cells_wanted(sample, target, 56)[0, 0])
    if cell == NOWHERE:  # rounded to float32 it lies a hair outside
        assert min(abs(x - box[0]), abs(x - box[2]), abs(y - box[1]), abs(y - box[3])) < 1e-3
        return
    logits = torch.zeros(1, 1, 56 * 56)
    logits[0, 0, cell] = 30
    found = read_keypoints(logits.view(1, 1, 56, 56), torch.tensor([box]))[0, 0]
    assert abs(found[0] - x) <= 0.501 * width / 56 + 1e-3
    assert abs(found[1] - y) <= 0.501 * height / 56 + 1e-3
    assert found[2] == pytest.approx(1, abs=1e-4)


def test_before_training_every_cell_is_as_likely() -> None:
    """The softmax has 56² = 3136 ways, where the slide's superscript got lost ("562-way")."""
    sample, target = asked([[5.0, 5, 2], [3, 8, 1], [1, 1, 0]], [0, 0, 10, 10])
    loss = keypoint_loss(torch.zeros(1, 3, 56, 56), [sample], [target])
    assert loss.item() == pytest.approx(math.log(3136), rel=1e-6)


def test_loss_beside_a_loop() -> None:
    one = asked([[5.0, 5, 2], [3, 8, 1], [1, 1, 0]], [0, 0, 10, 10])
    two = asked([[5.0, 95, 2], [3, 8, 1], [1, 1, 2]], [0, 0, 10, 10])
    none = Sample(torch.zeros(0, 4), torch.tensor([], dtype=int)), Target(torch.zeros(0, 4), torch.tensor([]))
    logits = torch.randn(2, 3, 4, 4, requires_grad=True)
    loss = keypoint_loss(logits, [one[0], none[0], two[0]], [one[1], none[1], two[1]])
    flat, total = logits.detach().double().flatten(2), 0.0
    marked = {(0, 0): 2 * 4 + 2, (0, 1): 3 * 4 + 1, (1, 1): 3 * 4 + 1, (1, 2): 0}
    for (region, point), cell in marked.items():
        values = flat[region, point].tolist()
        total += math.log(sum(math.exp(x) for x in values)) - values[cell]
    assert loss.item() == pytest.approx(total / 4, rel=1e-5)
    loss.backward()
    assert logits.grad is not None
    assert (logits.grad != 0).flatten(2).any(2).tolist() == [[True, True, False], [False, True, True]]


def test_nothing_marked_is_a_loss_of_0_with_a_gradient() -> None:
    sample, target = asked([[1.0, 1, 0]], [0, 0, 10, 10])
    empty = Sample(sample.boxes[:0], sample.rows[:0])
    for logits, given_sample in ((torch.zeros(1, 1, 56, 56, requires_grad=True), sample),
                                 (torch.zeros(0, 1, 56, 56, requires_grad=True), empty)):  # fmt: skip
        loss = keypoint_loss(logits, [given_sample], [target])
        loss.backward()
        assert (loss.item(), logits.grad is not None) == (0.0, True)


def test_without_keypoints_it_is_one_sentence() -> None:
    bare = Target(torch.tensor([[0.0, 0, 9, 9]]), torch.tensor([0]))
    with pytest.raises(DataError, match="they have no keypoints"):
        keypoint_loss(torch.zeros(1, 1, 4, 4), [Sample(bare.boxes, torch.tensor([0]))], [bare])
