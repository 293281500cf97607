"""The second stage: what is drawn to train on, its losses beside loops, and what becomes a detection."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from cocokit.baselines.batch import Target
from cocokit.baselines.ops.boxes import iou, share
from cocokit.baselines.ops.coding import encode
from cocokit.baselines.parts.classifying import Classifier, RegionConfig, Sample, sample_regions
from cocokit.baselines.parts.trunk import Trunk
from cocokit.errors import ParamsError

CONFIG = RegionConfig(backbone="tiny", neck="c5", hidden=16, bins=2, regions=128)


@pytest.fixture
def target() -> Target:
    boxes = torch.tensor([[10.0, 10, 50, 50], [60, 60, 90, 90]])
    return Target(boxes, torch.tensor([2, 0]), crowd=torch.zeros(0, 4))


@pytest.fixture
def proposals() -> Tensor:
    corner = torch.rand(2000, 2) * 70
    boxes = torch.cat([corner, corner + 5 + torch.rand(2000, 2) * 40], 1)
    return torch.cat([boxes, torch.tensor([[10.0, 10, 50, 50], [60, 60, 90, 90]]).repeat(60, 1) + torch.rand(120, 4)])


def made(config: RegionConfig = CONFIG) -> Classifier:
    return Classifier(config, Trunk(config), 3)


class TestSample:
    def test_a_quarter_of_128_is_32_and_96_are_background(self, target: Target, proposals: Tensor) -> None:
        """[S 003]: 32 of IoU >= 0.5, 96 of 0.1 <= IoU < 0.5."""
        sample = sample_regions(proposals, target, replace(CONFIG, low=0.1))
        assert (len(sample.rows), len(sample.positives.rows)) == (128, 32)
        best, row = iou(sample.boxes, target.boxes).max(1)
        assert (best[:32] >= 0.5).all()
        assert torch.equal(sample.rows[:32], row[:32])
        assert ((best[32:] >= 0.1) & (best[32:] < 0.5)).all()
        assert (sample.rows[32:] == -1).all()

    def test_the_lowest_iou_is_a_setting(self, target: Target, proposals: Tensor) -> None:
        sample = sample_regions(proposals, target, CONFIG)
        assert (iou(sample.boxes[32:], target.boxes).amax(1) == 0).any()

    def test_the_gt_is_among_them(self, target: Target) -> None:
        sample = sample_regions(torch.zeros(0, 4), target, CONFIG)
        assert torch.equal(sample.boxes[sample.rows.argsort()], target.boxes)

    def test_crowds_are_not_background(self, target: Target, proposals: Tensor) -> None:
        crowd = torch.tensor([[0.0, 50, 60, 100]])
        sample = sample_regions(proposals, replace(target, crowd=crowd), replace(CONFIG, regions=3000))
        bad = sample.boxes[sample.rows < 0]
        assert (share(bad, crowd) < 0.5).all()
        assert len(bad) > 500

    def test_an_image_without_boxes_gives_background(self, proposals: Tensor) -> None:
        nothing = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))
        sample = sample_regions(proposals, nothing, replace(CONFIG, low=0.1))
        assert sample.rows.tolist() == [-1] * 128


def test_losses_beside_a_loop(target: Target, proposals: Tensor) -> None:
    classifier = made(replace(CONFIG, beta=0.5))
    maps = {"C5": torch.rand(2, 128, 3, 3)}
    samples = [sample_regions(proposals, target, CONFIG), Sample(proposals[:5], torch.full((5,), -1))]
    found = classifier.loss(maps, samples, [target, target])
    logits, codes = classifier(maps, [s.boxes for s in samples])
    score = box = 0.0
    for logit, code, row, region in zip(logits.double().tolist(), codes, torch.cat([s.rows for s in samples]).tolist(),
                                        torch.cat([s.boxes for s in samples]), strict=True):  # fmt: skip
        label = int(target.labels[row]) if row >= 0 else 3
        score += math.log(sum(math.exp(x) for x in logit)) - logit[label]
        if row >= 0:
            wanted = encode(target.boxes[row][None], region[None])[0] * torch.tensor([10.0, 10, 5, 5])
            box += sum(x * x if x < 0.5 else x - 0.25 for x in (code[label] - wanted).abs().tolist())
    assert found["score"].item() == pytest.approx(score / 133, rel=1e-4)
    assert found["box"].item() == pytest.approx(box / 133, rel=1e-4)


def test_a_worked_loss_of_the_slides() -> None:
    """[S 003]: of (bg, cat, dog, duck), a cat at 0.7 and the background at 0.6; boxes count for the cat alone."""
    classifier = made()
    logits = torch.tensor([[0.7, 0.1, 0.1, 0.1], [1e-9, 0.2, 0.2, 0.6]]).log()  # the background is last here
    codes = torch.zeros(2, 3, 4)
    codes[0, 0] = torch.tensor([-1.0, 3.0, 4.0, 6.0])
    classifier.forward = lambda maps, boxes: (logits, codes)  # type: ignore[method-assign]
    region = torch.tensor([[0.0, 0, 10, 10], [30, 30, 40, 40]])
    sides = math.exp(0.2), math.exp(0.2)  # so that the code is (-2, 2, 1, 1) after the weights 10 and 5
    centre = torch.tensor([5 - 2.0, 5 + 2.0])
    half = torch.tensor([5 * sides[0], 5 * sides[1]])
    target = Target(torch.cat([centre - half, centre + half])[None], torch.tensor([0]))
    losses = classifier.loss({}, [Sample(region, torch.tensor([0, -1]))], [target])
    assert losses["score"].item() == pytest.approx(-(math.log(0.7) + math.log(0.6)) / 2, rel=1e-5)
    assert losses["box"].item() == pytest.approx((0.5 + 0.5 + 2.5 + 4.5) / 2, rel=1e-4)


def test_nobody_to_learn_from_is_a_loss_of_0() -> None:
    nothing = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))
    losses = made().loss({"C5": torch.rand(1, 128, 2, 2)}, [sample_regions(torch.zeros(0, 4), nothing, CONFIG)],
                         [nothing])  # fmt: skip
    assert {name: loss.item() for name, loss in losses.items()} == {"score": 0.0, "box": 0.0}


@pytest.mark.parametrize("regress", [True, False])
def test_detections_are_categories_above_the_floor(regress: bool) -> None:
    classifier = made(replace(CONFIG, regress=regress))
    logits = torch.tensor([[0.02, 0.58, 0.3, 0.1], [0.0, 0.9, 0.0, 0.1], [0.3, 0.3, 0.3, 0.1]]).log()
    codes = torch.zeros(3, 3, 4)
    codes[0, 2] = torch.tensor([5.0, 0, 0, 0])  # the third category would move the first box by half its width
    classifier.forward = lambda maps, boxes: (logits, codes)  # type: ignore[method-assign]
    boxes = torch.tensor([[0.0, 0, 20, 20], [1, 0, 21, 20], [50, 50, 70, 70]])
    one, two = classifier.detect({}, [boxes[:2], boxes[2:]], [(100, 100), (60, 60)])
    assert one.labels.tolist() == [1, 2]  # the first box's 0.58 is suppressed by the second's 0.9; 0.02 is too low
    assert one.scores.tolist() == pytest.approx([0.9, 0.3])
    assert one.boxes[1].tolist() == ([10.0, 0, 30, 20] if regress else [0.0, 0, 20, 20])
    assert sorted(two.labels.tolist()) == [0, 1, 2]
    assert two.boxes.tolist() == [[50, 50, 60, 60]] * 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pool": "max"}, "'align' or 'pool'"),
        ({"positive": 0.0}, "above 0"),
        ({"low": 0.6}, "high, which is 0.5"),
        ({"canonical": 0.0}, "above 0 px"),
        ({"boxes": "later"}, "'joint', 'apart' or 'none'"),
        ({"boxes": "none"}, "set it to false"),
    ],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        RegionConfig(**changes)
