"""Fast R-CNN: regions that are given, the table of its trainings, and eight pictures by heart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors.fast_rcnn import Config, FastRCNN
from cocokit.baselines.ops.regions import roi_pool, with_rows
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import DataError
from tests.baselines.contract import (
    all_crowd,
    check_bfloat16,
    check_gradients,
    check_results,
    check_round_trip,
    without_boxes,
)
from tests.baselines.overfit import overfit

TINY = Config(backbone="tiny", width=64, regions=32, hidden=256, canonical=112)
NARROW = replace(TINY, width=16, hidden=16)
#: The rows of Table 4.2.
NECKS: dict[str, dict[str, Any]] = {
    "a": {"stage_head": True},
    "b": {"neck": "c5"},
    "c": {"neck": "fpn", "pool": "align"},
    "d": {"neck": "fpn", "top_down": False},
    "e": {"neck": "fpn", "lateral": False},
    "f": {"neck": "fpn", "levels": ("P2",)},
    "the paper's": {},
}


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate(shapes_batches(2, 64, seed=3, proposals=30))


def made(config: Config = NARROW, seed: int = 0) -> FastRCNN:
    torch.manual_seed(seed)
    return FastRCNN(config, 3)


def gradients(config: Config, batch: Batch) -> dict[str, torch.Tensor]:
    detector = made(config)
    sum(detector.loss(batch).values(), torch.zeros(())).backward()
    return {name: p.grad for name, p in detector.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("row", NECKS)
def test_every_weight_is_moved_whatever_the_neck(batch: Batch, row: str) -> None:
    losses = check_gradients(made(replace(NARROW, **NECKS[row])), batch)
    assert set(losses) == {"score", "box"}
    assert all(loss > 0 for loss in losses.values())


def test_regions_are_seven_by_seven_maxima_of_one_map(batch: Batch) -> None:
    detector = made()
    maps = detector.trunk(batch.pixels)
    assert batch.proposals is not None
    wanted = roi_pool(maps["C4"], with_rows(list(batch.proposals)), 7, 1 / 16)
    assert torch.equal(detector.classifier.read(maps, batch.proposals, detector.classifier.bins), wanted)


class TestTraining:
    """ "Multi-task training helps": four columns of a table, from three ways to learn boxes."""

    def test_joint_boxes_change_what_is_shared(self, batch: Batch) -> None:
        joint, none = gradients(NARROW, batch), gradients(replace(NARROW, boxes="none", regress=False), batch)
        assert not torch.equal(joint["classifier.head.fc6.weight"], none["classifier.head.fc6.weight"])

    def test_apart_only_their_own_layer_learns_from_boxes(self, batch: Batch) -> None:
        """All else has the gradients of a training without boxes: stage-wise, but in one go."""
        apart = gradients(replace(NARROW, boxes="apart"), batch)
        none = gradients(replace(NARROW, boxes="none", regress=False), batch)
        assert set(apart) - set(none) == {"classifier.head.delta.weight", "classifier.head.delta.bias"}
        assert apart["classifier.head.delta.weight"].abs().sum() > 0
        for name, gradient in none.items():
            assert torch.equal(apart[name], gradient)

    @pytest.mark.parametrize("stage_head", [True, False])
    def test_apart_holds_for_both_heads(self, batch: Batch, stage_head: bool) -> None:
        detector = made(replace(NARROW, boxes="apart", stage_head=stage_head))
        detector.loss(batch)["box"].backward()
        touched = {name for name, p in detector.named_parameters() if p.grad is not None}
        assert touched == {"classifier.head.delta.weight", "classifier.head.delta.bias"}

    def test_without_boxes_there_is_no_loss_of_them(self, batch: Batch) -> None:
        assert set(made(replace(NARROW, boxes="none", regress=False)).loss(batch)) == {"score"}

    def test_boxes_that_are_not_used_are_the_proposals(self, batch: Batch) -> None:
        config = replace(NARROW, regress=False, floor=0.0)
        assert batch.proposals is not None
        for result, given in zip(made(config).eval().detect(batch), batch.proposals, strict=True):
            assert len(result.boxes)
            assert (result.boxes[:, None] == given).all(2).any(1).all()


def test_an_image_without_boxes_is_all_background(batch: Batch) -> None:
    losses = check_gradients(made(), without_boxes(batch))
    assert losses["box"] == 0
    assert losses["score"] > 0


def test_a_crowd_is_not_background(batch: Batch) -> None:
    detector = made()
    detector.classifier.loss = lambda maps, samples, targets: {  # type: ignore[method-assign]
        "least": torch.cat([s.rows for s in samples]).min()
    }
    assert detector.loss(all_crowd(batch))["least"] >= 0
    assert detector.loss(batch)["least"] == -1


def test_results_keep_the_promises_of_results(batch: Batch) -> None:
    config = replace(NARROW, floor=0.0)
    detector = made(config).eval()
    check_results(detector.detect(batch), batch, 3)
    check_round_trip(lambda: made(config, seed=9), detector, batch)


def test_no_proposals_are_no_detections(batch: Batch) -> None:
    empty = replace(batch, proposals=(torch.zeros(0, 4),) * 2)
    assert [len(r.boxes) for r in made().eval().detect(empty)] == [0, 0]
    one = replace(batch, proposals=(torch.zeros(0, 4), (batch.proposals or ())[1]))
    check_results(made(replace(NARROW, floor=0.0)).eval().detect(one), one, 3)
    check_gradients(made(), one)


def test_proposals_of_targets_will_do_for_training(batch: Batch) -> None:
    check_gradients(made(), replace(batch, proposals=None))


def test_without_proposals_it_is_one_sentence(batch: Batch) -> None:
    bare = without_boxes(replace(batch, proposals=None))
    for call in (made().loss, made().eval().detect):
        with pytest.raises(DataError, match="without proposals; give the results of a detector of proposals"):
            call(bare)


def test_half_precision(batch: Batch) -> None:
    check_bfloat16(made(), batch)


def test_compressed_layers_see_nearly_the_same(batch: Batch) -> None:
    detector = made(replace(NARROW, floor=0.0)).eval()
    before = detector.detect(batch)
    detector.compress(16, 16)  # all there are
    for one, two in zip(before, detector.detect(batch), strict=True):
        torch.testing.assert_close(one.scores, two.scores, rtol=1e-3, atol=1e-5)
    weights = sum(p.numel() for p in detector.classifier.head.parameters())
    small = made().eval()
    small.compress(2, 2)
    assert sum(p.numel() for p in small.classifier.head.parameters()) < weights / 5
    check_results(small.detect(batch), batch, 3)


def test_eight_pictures_by_heart() -> None:
    """Large shapes, for a cell of C4 has 16 px; proposals that training leaves out (``low``) would be guessed at."""
    batches = shapes_batches(8, 96, seed=1, domain="iconic", proposals=100)
    assert overfit(made(replace(TINY, low=0.0)), batches, steps=90, lr=4e-3) >= 0.9


def test_eight_pictures_by_heart_on_a_pyramid() -> None:
    config = replace(TINY, neck="fpn", hidden=128, low=0.0)
    assert overfit(made(config), shapes_batches(8, 96, seed=1, proposals=100), steps=70) >= 0.9
