"""Masks of regions: their targets and their loss, beside loops over pixels."""

from __future__ import annotations

import math

import pytest
import torch

from cocokit.baselines.batch import Target
from cocokit.baselines.ops.masks import paste
from cocokit.baselines.parts.classifying import Sample
from cocokit.baselines.parts.region_masks import mask_loss, masks_wanted
from cocokit.errors import DataError


@pytest.fixture
def target() -> Target:
    masks = torch.zeros(2, 64, 64, dtype=torch.bool)
    masks[0, 10:40, 20:50] = True
    masks[1, torch.arange(64)[:, None] + torch.arange(64) < 40] = True
    return Target(torch.tensor([[20.0, 10, 50, 40], [0, 0, 40, 40]]), torch.tensor([2, 0]), masks)


def test_a_region_as_large_as_its_mask_is_full(target: Target) -> None:
    assert (masks_wanted(Sample(target.boxes[:1], torch.tensor([0])), target, 28) == 1).all()


def test_a_region_twice_as_wide_is_half_full(target: Target) -> None:
    wanted = masks_wanted(Sample(torch.tensor([[20.0, 10, 80, 40]]), torch.tensor([0])), target, 28)[0]
    assert (wanted[:, :14] == 1).all()
    assert (wanted[:, 14:] == 0).all()


def test_what_is_pasted_back_is_the_mask(target: Target) -> None:
    assert target.masks is not None
    boxes = torch.tensor([[18.0, 6, 53, 41], [0, 0, 42, 45]])
    back = paste(masks_wanted(Sample(boxes, torch.tensor([0, 1])), target, 28), boxes, 64, 64)
    common = (back & target.masks).sum((1, 2)) / (back | target.masks).sum((1, 2))
    assert (common > 0.93).all()


def test_loss_beside_a_loop_and_only_the_gts_category_counts(target: Target) -> None:
    samples = [Sample(target.boxes + 1, torch.tensor([0, 1])), Sample(target.boxes[:0], torch.tensor([], dtype=int)),
               Sample(target.boxes[1:], torch.tensor([1]))]  # fmt: skip
    logits = torch.randn(3, 3, 6, 6, requires_grad=True)
    loss = mask_loss(logits, samples, [target] * 3)
    total, labels = 0.0, [2, 0, 0]
    wanted = torch.cat([masks_wanted(s, target, 6) for s in samples])
    for one, label, truth in zip(logits.detach().double(), labels, wanted, strict=True):
        for x, y in zip(one[label].flatten().tolist(), truth.flatten().tolist(), strict=True):
            total += math.log(1 + math.exp(-x if y else x))
    assert loss.item() == pytest.approx(total / (3 * 36), rel=1e-5)
    loss.backward()
    assert logits.grad is not None
    assert (logits.grad != 0).any(3).any(2).tolist() == [[k == label for k in range(3)] for label in labels]


def test_no_positives_are_a_loss_of_0_with_a_gradient(target: Target) -> None:
    logits = torch.zeros(0, 3, 28, 28, requires_grad=True)
    loss = mask_loss(logits, [Sample(target.boxes[:0], torch.tensor([], dtype=int))], [target])
    loss.backward()
    assert (loss.item(), logits.grad is not None) == (0.0, True)


def test_without_masks_it_is_one_sentence() -> None:
    bare = Target(torch.tensor([[0.0, 0, 9, 9]]), torch.tensor([0]))
    with pytest.raises(DataError, match="they have no masks; train a detector of boxes"):
        mask_loss(torch.zeros(1, 1, 4, 4), [Sample(bare.boxes, torch.tensor([0]))], [bare])
