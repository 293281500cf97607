"""Faster R-CNN: its necks and sizes, what it learns from and what not, and eight pictures by heart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors.faster_rcnn import Config, FasterRCNN
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from tests.baselines.contract import (
    all_crowd,
    check_bfloat16,
    check_gradients,
    check_results,
    check_round_trip,
    without_boxes,
)  # fmt: skip
from tests.baselines.overfit import overfit

TINY = Config(
    backbone="tiny", width=64, levels=("P2", "P3", "P4", "P5"), sides=(12, 24, 48, 96), rpn_count=64, rpn_each=200,
    rpn_each_train=200, proposals=50, proposals_train=100, regions=32, hidden=128, canonical=112,
)  # fmt: skip
NARROW = replace(TINY, width=16, hidden=16, proposals=20, proposals_train=20)
#: The rows of Tables 4.2 and 4.3.
TABLE: dict[str, dict[str, Any]] = {
    "a": {"neck": "c4"},
    "b": {"neck": "c5"},
    "c": {},
    "d": {"top_down": False},
    "e": {"lateral": False},
    "f": {"levels": ("P2",)},
    "with RoIPool": {"pool": "pool"},
}


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate(shapes_batches(2, 64, seed=3))


def made(config: Config = NARROW, seed: int = 0) -> FasterRCNN:
    torch.manual_seed(seed)
    return FasterRCNN(config, 3)


@pytest.mark.parametrize("row", TABLE)
def test_every_weight_is_moved_whatever_the_neck(batch: Batch, row: str) -> None:
    losses = check_gradients(made(replace(NARROW, **TABLE[row])), batch)
    assert set(losses) == {"rpn_score", "rpn_box", "score", "box"}
    assert all(loss > 0 for loss in losses.values())


def test_the_full_network_is_as_large_as_the_paper_makes_it() -> None:
    """ResNet-50, d = 256, a shared 3x3 and 1x1 at three anchors, 2 x 1024 hidden, 81 scores and 80 boxes."""
    trunk = 23_508_032 + sum(c * 256 + 256 for c in (256, 512, 1024, 2048)) + 4 * (9 * 256 * 256 + 256)
    rpn = 9 * 256 * 256 + 256 + 3 * 5 * (256 + 1)
    head = 49 * 256 * 1024 + 1024 + 1024 * 1024 + 1024 + (81 + 320) * (1024 + 1)
    assert sum(p.numel() for p in FasterRCNN(Config(), 80).parameters()) == trunk + rpn + head


def test_on_c4_the_last_stage_is_the_head() -> None:
    detector = made(replace(NARROW, neck="c4"))
    assert list(detector.trunk.backbone.stages) == ["C2", "C3", "C4"]
    assert detector.classifier.read({"C4": torch.rand(1, 96, 4, 4)}, [torch.rand(5, 4)], 14).shape == (5, 96, 14, 14)
    assert any(name.startswith("classifier.head.stage") for name, _ in detector.named_parameters())


def test_an_image_without_boxes_is_all_background(batch: Batch) -> None:
    losses = check_gradients(made(), without_boxes(batch))
    assert (losses["rpn_box"], losses["box"]) == (0, 0)
    assert losses["score"] > 0


def test_all_crowd_is_all_ignored_but_the_gt(batch: Batch) -> None:
    """Every proposal lies in the crowd, so that only what overlaps a gt is left to learn from."""
    detector = made(replace(NARROW, rpn_positive=1.0))
    detector.classifier.loss = lambda maps, samples, targets: {  # type: ignore[method-assign]
        "least": torch.cat([s.rows for s in samples]).min()
    }
    assert detector.loss(all_crowd(batch))["least"] >= 0
    assert detector.loss(batch)["least"] == -1


def test_proposals_are_no_path_for_gradients(batch: Batch) -> None:
    detector = made()
    losses = detector.loss(batch)
    (losses["score"] + losses["box"]).backward()
    assert all(p.grad is None for p in detector.rpn.parameters())


@pytest.mark.parametrize("row", ["a", "c"])
def test_results_keep_the_promises_of_results(batch: Batch, row: str) -> None:
    config = replace(NARROW, floor=0.0, count=40, **TABLE[row])
    detector = made(config).eval()
    results = detector.detect(batch)
    check_results(results, batch, 3)
    assert max(len(r.boxes) for r in results) <= 40
    check_round_trip(lambda: made(config, seed=9), detector, batch)
    narrow = replace(batch, sizes=((64, 40), (30, 64)))
    check_results(detector.detect(narrow), narrow, 3)


def test_half_precision(batch: Batch) -> None:
    check_bfloat16(made(), batch)


def test_a_batch_is_its_images_one_by_one(batch: Batch) -> None:
    detector = made(replace(NARROW, floor=0.0)).eval()
    alone = detector.detect(Batch(batch.pixels[1:], batch.sizes[1:]))[0]
    torch.testing.assert_close(detector.detect(batch)[1].scores, alone.scores, rtol=1e-3, atol=1e-5)


def test_eight_pictures_by_heart() -> None:
    assert overfit(made(TINY), shapes_batches(8, 96, seed=1), steps=70) >= 0.9


@pytest.mark.slow
def test_eight_pictures_by_heart_on_c4() -> None:
    """Cells of 16 px are coarse for shapes of 30."""
    config = replace(TINY, neck="c4", regions=16, rpn_count=32, proposals_train=40, proposals=20)
    assert overfit(made(config), shapes_batches(8, 96, seed=1), steps=160, lr=4e-3) >= 0.9
