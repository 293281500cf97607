"""YOLO v1: 1470 outputs, 98 boxes, who is responsible, the loss beside a naive twin, and eight pictures by heart."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from cocokit.baselines.batch import Batch, Target
from cocokit.baselines.detectors.yolo1 import Config, YOLOv1, first_of_each
from cocokit.baselines.ops.boxes import iou
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

TINY = Config(backbone="tiny", stride=16, width=64, hidden=256, dropout=0.0)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return collate([*shapes_batches(1, (96, 128), seed=3), *shapes_batches(1, (128, 96), seed=4)])


def made(config: Config = TINY, categories: int = 3, seed: int = 0) -> YOLOv1:
    torch.manual_seed(seed)
    return YOLOv1(config, categories)


def test_the_outputs_of_the_slides() -> None:
    config = Config(backbone="tiny", width=8, hidden=16)
    assert config.size == 448
    detector = made(config, categories=20).eval()
    assert detector.head[-1].out_features == 7 * 7 * (2 * 5 + 20) == 7 * 7 * 30 == 1470
    codes, scores, categories = detector(torch.rand(1, 3, 448, 448))
    assert codes.shape == (1, 49, 2, 4)
    assert scores.shape == (1, 49, 2)
    assert categories.shape == (1, 49, 20)
    assert detector.decode(codes)[0].flatten(0, 1).shape == (98, 4)


@pytest.mark.parametrize(("stride", "side"), [(16, 112), (32, 224), (64, 448)])
def test_the_grid_is_seven_cells_of_any_stride(stride: int, side: int) -> None:
    detector = made(replace(TINY, stride=stride, width=8))
    assert detector.neck(detector.backbone(torch.rand(1, 3, side, side))[detector.last]).shape == (1, 8, 7, 7)
    assert detector.cells[8].tolist() == [stride, stride, 2 * stride, 2 * stride]


def test_a_code_is_a_place_in_the_cell_and_square_roots_of_shares_of_the_image() -> None:
    detector = made()
    codes = torch.zeros(49, 2, 4)
    codes[24, 1] = torch.tensor([0.5, 0.25, 0.5, math.sqrt(0.5)])  # the middle cell, 48 to 64 px
    x, y, w, h = 48 + 8, 48 + 4, 112 / 4, 112 / 2
    expected = torch.tensor([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    torch.testing.assert_close(detector.decode(codes)[24, 1], expected)


def test_the_best_box_of_the_cell_is_responsible() -> None:
    detector = made()
    gt = torch.tensor([[40.0, 40, 72, 72]])
    wanted = torch.tensor([[0.5, 0.5, math.sqrt(32 / 112), math.sqrt(32 / 112)]])
    worse, better = wanted * torch.tensor([1, 1, 1.4, 1.4]), wanted * torch.tensor([1, 1, 1.1, 1.1])
    codes = torch.stack([worse, better], 1)
    chosen, overlap = detector.responsible(codes, torch.tensor([24]), gt, wanted)
    assert chosen.tolist() == [1]
    assert overlap.item() == pytest.approx(1 / 1.1**4, rel=1e-5)


def test_where_no_box_overlaps_the_nearest_code_is_responsible() -> None:
    detector = made()
    codes = torch.zeros(1, 2, 4)
    codes[0, 1, :2] = 0.4  # still a point, but a nearer one
    gt, wanted = torch.tensor([[40.0, 40, 72, 72]]), torch.tensor([[0.5, 0.5, 0.5, 0.5]])
    chosen, overlap = detector.responsible(codes, torch.tensor([24]), gt, wanted)
    assert (chosen.tolist(), overlap.tolist()) == ([1], [0.0])


def test_a_cell_learns_one_gt() -> None:
    rows, cells = first_of_each(torch.tensor([5, 3, 5, 3, 9]))
    assert (rows.tolist(), cells.tolist()) == ([0, 1, 4], [5, 3, 9])
    rows, cells = first_of_each(torch.zeros(0, dtype=torch.int64))
    assert (len(rows), len(cells)) == (0, 0)


def naive(detector: YOLOv1, batch: Batch) -> dict[str, float]:
    """The equation of the paper, cell by cell and box by box."""
    side, total = detector.config.size, {"box": 0.0, "score": 0.0, "empty": 0.0, "category": 0.0}
    outputs, step = detector(warp(batch, side)), detector.config.size / 7
    boxes = detector.decode(outputs[0])
    for image, target in enumerate(warp_targets(batch, side)):
        codes, scores, categories = (output[image].tolist() for output in outputs)
        learned: set[int] = set()
        duty: set[tuple[int, int]] = set()
        for box, label in zip(target.boxes.tolist(), target.labels.tolist(), strict=True):
            x, y, w, h = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]
            column, row = int(x // step), int(y // step)
            cell = row * 7 + column
            if cell in learned:
                continue
            learned.add(cell)
            wanted = (x / step - column, y / step - row, math.sqrt(w / side), math.sqrt(h / side))
            overlaps = iou(boxes[image, cell], torch.tensor([box]))[:, 0].tolist()
            errors = [sum((a - b) ** 2 for a, b in zip(code, wanted, strict=True)) for code in codes[cell]]
            one = max(range(2), key=overlaps.__getitem__) if max(overlaps) > 0 else errors.index(min(errors))
            duty.add((cell, one))
            total["box"] += 5 * errors[one]
            total["score"] += (scores[cell][one] - overlaps[one]) ** 2
            total["category"] += sum((p - (k == label)) ** 2 for k, p in enumerate(categories[cell]))
        total["empty"] += sum(0.5 * scores[i][j] ** 2 for i in range(49) for j in range(2) if (i, j) not in duty)
    return {name: value / len(batch) for name, value in total.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_beside_loops(batch: Batch, seed: int) -> None:
    detector = made(seed=seed)
    assert {name: loss.item() for name, loss in detector.loss(batch).items()} == pytest.approx(
        naive(detector, batch), rel=1e-4
    )


def test_every_weight_is_moved(batch: Batch) -> None:
    losses = check_gradients(made(), batch)
    assert set(losses) == {"box", "score", "empty", "category"}


def test_an_empty_cell_learns_neither_category_nor_box(batch: Batch) -> None:
    losses = check_gradients(made(), without_boxes(batch))
    assert losses["box"] == losses["score"] == losses["category"] == 0
    assert losses["empty"] > 0


def test_nothing_is_learned_from_a_crowd(batch: Batch) -> None:
    assert check_gradients(made(), all_crowd(without_boxes(batch)))["empty"] == 0
    losses, crowded = made().loss(batch), made().loss(all_crowd(batch))
    assert crowded["empty"].item() == 0
    torch.testing.assert_close(crowded["box"], losses["box"])


def test_half_a_crowd_hides_half_of_the_cells() -> None:
    detector = made()
    empty = torch.zeros(0, dtype=torch.int64)
    target = Target(torch.zeros(0, 4), empty, crowd=torch.tensor([[0.0, 0, 112, 64]]))  # four of seven rows
    scores = torch.ones(49, 2)
    losses = detector.loss_of_one(torch.zeros(49, 2, 4), scores, torch.zeros(49, 3), target)
    assert losses["empty"].item() == 0.5 * 3 * 7 * 2


def test_a_score_is_that_of_the_box_times_that_of_the_category() -> None:
    detector = made(replace(TINY, floor=0.1)).eval()
    with torch.no_grad():
        detector.head[-1].weight.zero_()
        numbers = torch.zeros(49, 13)
        numbers[24, :5] = torch.tensor([0.5, 0.5, 0.5, 0.5, 0.8])
        numbers[24, 10:] = torch.tensor([0.05, 0.75, 1.5])  # 1.5 counts as 1
        detector.head[-1].bias.copy_(numbers.flatten())
    found = detector.detect(Batch(torch.rand(1, 3, 112, 112), ((112, 112),)))[0]
    assert found.labels.tolist() == [2, 1]
    assert found.scores.tolist() == pytest.approx([0.8, 0.6])
    torch.testing.assert_close(found.boxes, torch.tensor([[42.0, 42, 70, 70]] * 2))


def test_bfloat16_stays_inside(batch: Batch) -> None:
    check_bfloat16(made(), batch)


def test_it_can_be_exported_for_any_number_of_images(batch: Batch) -> None:
    check_export(made(), warp(batch, 112))


def test_results_keep_the_promises_of_results(batch: Batch) -> None:
    detector = made(replace(TINY, floor=0.0)).eval()
    check_results(detector.detect(batch), batch, 3)
    check_round_trip(lambda: made(detector.config, seed=9), detector, batch)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"stride": 8}, "16, 32 or 64"), ({"grid": 0}, "a cell"), ({"dropout": 1.0}, "below 1")],
)
def test_settings_that_cannot_work_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamsError, match=words):
        Config(**changes)


def test_eight_pictures_by_heart() -> None:
    assert overfit(made(), shapes_batches(8, 112, seed=1), steps=70) >= 0.9
