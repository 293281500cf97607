"""SSD: the paper's default boxes, its loss beside a naive twin, and eight pictures by heart."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors.ssd import SSD, Config, default_shapes, map_sizes
from cocokit.baselines.ops.coding import encode
from cocokit.baselines.parts.matching import assign
from cocokit.baselines.parts.square import warp, warp_targets
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import ParamsError
from tests.baselines.contract import (
    all_crowd,
    check_bfloat16,
    check_export,
    check_gradients,
    check_results,
    check_round_trip,
    without_boxes,
)
from tests.baselines.overfit import overfit

TINY = Config(backbone="tiny", size=96, width=64)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate([*shapes_batches(1, (64, 96), seed=3), *shapes_batches(1, (96, 64), seed=4)])


def made(config: Config = TINY, categories: int = 3, seed: int = 0) -> SSD:
    torch.manual_seed(seed)
    return SSD(config, categories)


@pytest.mark.parametrize(("side", "count"), [(300, 8732), (512, 24_564)])
def test_default_boxes_are_as_many_as_in_the_paper(side: int, count: int) -> None:
    detector = made(replace(TINY, size=side))
    assert detector.defaults.shape == (count, 4)
    assert 8_000 <= count <= 26_000  # "SSD: about 8 to 26k"
    logits, codes = detector(torch.rand(1, 3, side, side))
    assert logits.shape == (1, count, 4)
    assert codes.shape == (1, count, 4)


@pytest.mark.parametrize("side", [64, 96, 127, 160, 200, 300, 321, 513])
def test_every_map_is_as_large_as_its_default_boxes_think(side: int) -> None:
    detector = made(replace(TINY, size=side))
    logits, _ = detector(torch.rand(1, 3, side, side))
    assert logits.shape[1] == len(detector.defaults)
    assert map_sizes(side)[-1] == 1


def test_scales_grow_evenly_and_ratios_are_the_paper_s() -> None:
    shapes = default_shapes(Config(), 6)
    assert [len(s) for s in shapes] == [4, 6, 6, 6, 4, 4]
    sides = [s[0, 0].item() / 300 for s in shapes]
    assert sides == pytest.approx([0.1, 0.2, 0.375, 0.55, 0.725, 0.9])
    assert shapes[1][1, 0].item() / 300 == pytest.approx(math.sqrt(0.2 * 0.375))
    assert sorted((s[0] / s[1]).item() for s in shapes[1][2:]) == pytest.approx([1 / 3, 1 / 2, 2, 3])
    for s in shapes:  # of one area, but for the second square
        torch.testing.assert_close(s[2:].prod(1), s[0].prod().expand(len(s) - 2))


def test_default_boxes_stand_on_the_centres_of_cells() -> None:
    centres = (made().defaults[:, :2] + made().defaults[:, 2:]) / 2
    assert centres[0].tolist() == [4, 4]  # the first of twelve cells of 8 px
    assert centres[-1].tolist() == [48, 48]


def test_every_weight_is_moved(batch: Batch) -> None:
    losses = check_gradients(made(), batch)
    assert set(losses) == {"score", "box"}
    assert all(loss > 0 for loss in losses.values())


def test_the_loss_beside_loops(batch: Batch) -> None:
    detector = made()
    logits, codes = detector(warp(batch, 96))
    score, box, positives = 0.0, 0.0, 0
    for image, target in enumerate(warp_targets(batch, 96)):
        rows = assign(detector.defaults, target, 0.5, 0.5).tolist()
        background = []
        for a, row in enumerate(rows):
            label = 3 if row < 0 else int(target.labels[row])
            loss = -logits[image, a].double().log_softmax(0)[label].item()
            if row < 0:
                background.append(loss)
                continue
            positives += 1
            score += loss
            wanted = encode(target.boxes[row][None], detector.defaults[a][None])[0] * torch.tensor([10, 10, 5, 5])
            box += sum(x * x / 2 if x < 1 else x - 0.5 for x in (codes[image, a] - wanted).abs().tolist())
        score += sum(sorted(background)[-3 * (len(rows) - len(background)) :])
    found = detector.loss(batch)
    assert found["score"].item() == pytest.approx(score / positives, rel=1e-4)
    assert found["box"].item() == pytest.approx(box / positives, rel=1e-4)


def test_three_negatives_for_each_positive(batch: Batch) -> None:
    detector = made()
    rows = torch.full((1, 500), -1)
    rows[0, :7] = 0
    logits = torch.randn(1, 500, 4, requires_grad=True)
    detector.score_loss(logits, torch.where(rows < 0, 3, 0), rows).backward()
    assert logits.grad is not None
    taught = (logits.grad != 0).any(2)[0]
    assert (taught[:7].sum().item(), taught[7:].sum().item()) == (7, 21)


def test_an_image_without_boxes_teaches_nothing_unless_asked(batch: Batch) -> None:
    assert check_gradients(made(), without_boxes(batch)) == {"score": 0, "box": 0}
    asked = check_gradients(made(replace(TINY, least=10)), without_boxes(batch))
    assert asked["score"] > 0
    assert asked["box"] == 0


def test_nothing_is_learned_from_a_crowd(batch: Batch) -> None:
    """No negative is left inside: the score's loss is that of the positives, and of boxes that mostly lie outside."""
    detector, crowded = made(), all_crowd(batch)
    rows = [assign(detector.defaults, target, 0.5, 0.5) for target in warp_targets(crowded, 96)]
    whole = torch.cat([detector.defaults[(row == -1)] for row in rows])
    inside = whole.clamp(0, 96)
    share = (inside[:, 2:] - inside[:, :2]).prod(1) / (whole[:, 2:] - whole[:, :2]).prod(1)
    assert (share < 0.5).all()
    assert detector.loss(crowded)["score"] < detector.loss(batch)["score"]
    torch.testing.assert_close(detector.loss(crowded)["box"], detector.loss(batch)["box"])


def test_bfloat16_stays_inside(batch: Batch) -> None:
    check_bfloat16(made(), batch)


def test_it_can_be_exported_for_any_number_of_images(batch: Batch) -> None:
    check_export(made(), warp(batch, 96))


def test_results_keep_the_promises_of_results(batch: Batch) -> None:
    detector = made().eval()
    check_results(detector.detect(batch), batch, 3)
    check_round_trip(lambda: made(seed=9), detector, batch)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"size": 32}, "at least 64"), ({"smallest": 0.95}, "to 0.9"), ({"negatives": 0.0}, "above 0")],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)


def test_eight_pictures_by_heart() -> None:
    assert overfit(made(), shapes_batches(8, 96, seed=1), steps=50) >= 0.9
