"""R-CNN: what a region is taken for in each stage, the stages, and eight pictures by heart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors import selective_search
from cocokit.baselines.detectors.rcnn import RCNN, Config
from cocokit.baselines.detectors.three_stages import draw
from cocokit.baselines.ops.boxes import iou
from cocokit.baselines.ops.coding import decode
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError
from tests.baselines.contract import all_crowd, check_results, check_round_trip, without_boxes
from tests.baselines.overfit import overfit

SEARCH = selective_search.Config(smallest=6)
TINY = Config(backbone="tiny", size=48, context=4, cells=2, width=128, steps=60, rois=64, chunk=256, search=SEARCH)
QUICK = replace(TINY, size=32, width=16, steps=2, rois=8)


def made(config: Config = QUICK, categories: int = 3, seed: int = 0) -> RCNN:
    torch.manual_seed(seed)
    return RCNN(config, categories)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return shapes_batches(1, 96, seed=1, proposals=80)[0]


class TestWhatRegionsAreTakenFor:
    """Of the slides: above 0.5 positive, below 0.3 negative, neutral between; of the paper: SVMs and boxes."""

    def test_each_region_beside_the_rules(self, batch: Batch) -> None:
        assert batch.targets is not None
        (target,), detector = batch.targets, made()
        asked = detector.ask(batch)
        assert torch.equal(asked.boxes[: len(target.boxes)], target.boxes)
        assert len(asked.boxes) == len(target.boxes) + 80
        seen = set()
        for row, box in enumerate(asked.boxes):
            overlaps = iou(box[None], target.boxes)[0]
            most, which = float(overlaps.max()), int(overlaps.argmax())
            label = int(target.labels[which])
            seen.add((most >= 0.5, most < 0.3))
            assert int(asked.tune[row]) == (label if most >= 0.5 else 3 if most < 0.3 else -1)
            assert int(asked.labels[row]) == (label if most >= 0.6 else -1)
            if most >= 0.6:
                back = decode(asked.codes[row][None], box[None])[0]
                torch.testing.assert_close(back, target.boxes[which], atol=1e-3, rtol=1e-4)
            for k in range(3):
                mine = overlaps[target.labels == k]
                gt = row < len(target.boxes) and int(target.labels[row]) == k
                assert int(asked.signs[row, k]) == (1 if gt else -1 if (mine < 0.3).all() else 0)
        assert seen == {(True, False), (False, True), (False, False)}

    def test_in_a_crowd_nothing_is_negative(self, batch: Batch) -> None:
        asked = made().ask(all_crowd(batch))
        assert not (asked.tune == 3).any()
        assert not (asked.signs < 0).any()
        assert (asked.signs > 0).any()

    def test_without_boxes_everything_is(self, batch: Batch) -> None:
        asked = made().ask(without_boxes(batch))
        assert (asked.tune == 3).all()
        assert (asked.signs == -1).all()
        assert (asked.labels == -1).all()


def test_a_step_has_32_regions_with_something_and_96_without(batch: Batch) -> None:
    config = replace(QUICK, rois=128, steps=1)
    detector, counted = made(config), []
    detector.softmax.register_forward_hook(lambda module, given, out: counted.append(len(out)))
    detector.tune([batch], [detector.ask(batch)], lambda *_: None)
    assert counted == [128]
    assert round(Config().rois * Config().positive) == 32
    assert draw(torch.arange(3), 96).shape == (96,)
    assert draw(torch.arange(0), 96).shape == (0,)


def test_fine_tuning_moves_every_weight(batch: Batch) -> None:
    detector = made(replace(QUICK, steps=6))
    before = {name: value.clone() for name, value in detector.named_parameters()}
    detector.tune([batch], [detector.ask(batch)], lambda *_: None)
    assert [name for name, value in detector.named_parameters() if torch.equal(value, before[name])] == []


def test_features_do_not_depend_on_who_is_beside(batch: Batch) -> None:
    """Each region goes through the network by itself: also at once, in parts, or behind padding."""
    detector = made().eval()
    boxes = (batch.proposals or ())[0]
    with torch.no_grad():
        whole = detector.features(detector.keep(batch)[0], boxes)
        padded = collate([batch, shapes_batches(1, 128, seed=2, proposals=3)[0]])
        other = RCNN(replace(QUICK, chunk=7), 3).eval()
        other.load_state_dict(detector.state_dict())
        parts = other.features(other.keep(padded)[0], boxes)
    torch.testing.assert_close(parts, whole, atol=1e-5, rtol=1e-4)


def test_images_without_boxes_and_with_crowds_are_learnt_from(batch: Batch) -> None:
    detector = made()
    detector.fit([batch, without_boxes(batch), all_crowd(batch)])
    check_results(detector.detect(batch), batch, 3)
    nothing = made()
    nothing.fit([without_boxes(batch)])
    assert all(len(result.boxes) == 0 for result in nothing.detect(batch))


def test_it_tells_how_far_it_is(batch: Batch) -> None:
    said: list[tuple[int, int, str]] = []
    made().fit([batch], lambda *at: said.append(at))
    assert [what for _, _, what in said] == ["proposals", "fine-tuning", "fine-tuning", "boxes", "SVMs", "SVMs"]
    assert all(0 <= done <= total for done, total, _ in said)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"context": 112}, "half of size, which is 224"),
        ({"low": 0.6}, "high, which is 0.5"),
        ({"positive": 0.0}, "above 0"),
        ({"steps": 0}, "at least 1"),
        ({"cells": 0}, "at least 1"),
    ],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)


def test_eight_pictures_by_heart() -> None:
    detector, batches = made(TINY), shapes_batches(8, 96, seed=1)  # no regions given: Selective Search finds them
    assert overfit(detector, batches) >= 0.9
    both = collate(batches[:2])
    check_results(detector.detect(both), both, 3)
    check_round_trip(lambda: made(TINY, seed=1), detector, both)
