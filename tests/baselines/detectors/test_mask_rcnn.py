"""Mask R-CNN: its size, its two ways of reading regions, masks and keypoints learned by heart."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from cocokit.baselines.batch import Batch, Result
from cocokit.baselines.detectors.faster_rcnn import Config as BoxConfig
from cocokit.baselines.detectors.faster_rcnn import FasterRCNN
from cocokit.baselines.detectors.mask_rcnn import Config, MaskRCNN
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from tests.baselines.contract import (
    all_crowd,
    check_bfloat16,
    check_gradients,
    check_results,
    check_round_trip,
    without_boxes,
)
from tests.baselines.overfit import average_precision, overfit

TINY = Config(
    backbone="tiny", width=48, levels=("P2", "P3", "P4", "P5"), sides=(12, 24, 48, 96), rpn_count=64, rpn_each=100,
    rpn_each_train=100, proposals=30, proposals_train=60, regions=24, hidden=128, canonical=112, mask_convs=2,
    mask_width=32, keypoint_convs=2, keypoint_width=48,
)  # fmt: skip
NARROW = replace(TINY, width=16, hidden=16, mask_width=8, mask_convs=1, keypoint_width=8, keypoint_convs=1)
FIGURES = ("square", "figure")


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate(shapes_batches(2, 64, seed=3))


@pytest.fixture(scope="module")
def figures() -> Batch:
    return collate(shapes_batches(3, 64, seed=3, kinds=FIGURES))


def made(config: Config = NARROW, categories: int = 3, keypoints: int = 0, seed: int = 0) -> MaskRCNN:
    torch.manual_seed(seed)
    return MaskRCNN(config, categories, keypoints)


@pytest.mark.parametrize("pool", ["align", "pool"])
@pytest.mark.parametrize("neck", ["fpn", "c4", "c5"])
def test_every_weight_is_moved(batch: Batch, pool: str, neck: str) -> None:
    losses = check_gradients(made(replace(NARROW, pool=pool, neck=neck)), batch)  # type: ignore[arg-type]
    assert set(losses) == {"rpn_score", "rpn_box", "score", "box", "mask"}
    assert all(loss > 0 for loss in losses.values())


def test_keypoints_where_the_dataset_has_some(figures: Batch) -> None:
    assert set(check_gradients(made(NARROW, 2, 5), figures)) >= {"mask", "keypoint"}
    assert "mask" not in check_gradients(made(replace(NARROW, masks=False), 2, 5), figures)


def test_the_full_network_is_as_large_as_the_paper_makes_it() -> None:
    """Four 3x3 of 256, a deconvolution, a mask for each of 80; eight of 512 and 17 keypoints."""
    boxes = sum(p.numel() for p in FasterRCNN(BoxConfig(), 80).parameters())
    mask = 4 * (9 * 256 * 256 + 256) + 4 * 256 * 256 + 256 + 80 * 257
    points = 9 * 256 * 512 + 512 + 7 * (9 * 512 * 512 + 512) + 16 * 512 * 17 + 17
    assert sum(p.numel() for p in MaskRCNN(Config(), 80, 17).parameters()) == boxes + mask + points


def test_an_image_without_boxes_has_nothing_to_draw(figures: Batch) -> None:
    losses = check_gradients(made(NARROW, 2, 5), without_boxes(figures))
    assert (losses["mask"], losses["keypoint"], losses["box"]) == (0, 0, 0)


def test_nothing_is_drawn_in_a_crowd(batch: Batch) -> None:
    """All that a crowd changes is which background is asked for: positives and their masks stay."""
    detector = made(replace(NARROW, regions=4000, positive=0.9, rpn_count=4000))
    torch.testing.assert_close(detector.loss(batch)["mask"], detector.loss(all_crowd(batch))["mask"])


def test_results_keep_the_promises_of_results(figures: Batch) -> None:
    detector = made(replace(NARROW, floor=0.0, count=30), 2, 5).eval()
    results = detector.detect(figures)
    check_results(results, figures, 2)
    check_round_trip(lambda: made(detector.config, 2, 5, seed=9), detector, figures)
    for result in results:
        count = len(result.boxes)
        assert result.masks is not None
        assert result.keypoints is not None
        assert (result.masks.shape, result.keypoints.shape) == ((count, 28, 28), (count, 5, 3))
        assert ((result.masks >= 0) & (result.masks <= 1)).all()
        inside = (result.keypoints[..., :2] - result.boxes[:, None, :2]) / (result.boxes[:, 2:] - result.boxes[:, :2])[
            :, None]  # fmt: skip
        assert ((inside > 0) & (inside < 1)).all()


def test_no_detections_have_no_masks(figures: Batch) -> None:
    for result in made(replace(NARROW, floor=0.999), 2, 5).eval().detect(figures):
        assert result.masks is not None
        assert result.keypoints is not None
        assert (len(result.boxes), result.masks.shape, result.keypoints.shape) == (0, (0, 28, 28), (0, 5, 3))


def test_the_mask_is_that_of_the_category_which_was_chosen(batch: Batch) -> None:
    detector = made().eval()
    assert detector.mask is not None
    with torch.no_grad():
        detector.mask.last.weight.zero_()
        detector.mask.last.bias.copy_(torch.tensor([-20.0, 0, 20]))
    maps = detector.trunk(batch.pixels)
    boxes = torch.tensor([[1.0, 1, 30, 30]]).repeat(3, 1)
    given = [Result(boxes, torch.ones(3), torch.tensor([2, 0, 1])), Result(boxes[:1], torch.ones(1), torch.tensor([1]))]
    one, two = (r.masks for r in detector.draw(maps, given))
    assert one is not None
    assert two is not None
    assert one.mean((1, 2)).tolist() == pytest.approx([1, 0, 0.5], abs=1e-6)
    assert two.mean((1, 2)).tolist() == [0.5]


def test_half_precision(figures: Batch) -> None:
    check_bfloat16(made(NARROW, 2, 5), figures)


def test_eight_pictures_by_heart() -> None:
    detector, batches = made(TINY), shapes_batches(8, 96, seed=1)
    assert overfit(detector, batches, steps=70, lr=3e-3, iou_type="segm") >= 0.9
    assert average_precision(detector, batches)["AP50"] >= 0.9


def test_eight_figures_by_heart() -> None:
    detector = made(replace(TINY, masks=False), 1, 5)
    batches = shapes_batches(8, 96, seed=1, kinds=("figure",))
    assert overfit(detector, batches, steps=50, iou_type="keypoints") >= 0.9
