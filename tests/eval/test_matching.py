"""Matching beyond what one word holds, and with many equal overlaps."""

from __future__ import annotations

import time

import numpy as np
import pytest

import cocokit
from tests.eval import oracle
from tests.eval.compare import assert_same_bits
from tests.eval.naive import Settings


def tie_between_two(seed: int) -> tuple[dict, list[dict]]:
    """One detection overlaps two ground truths equally; the next one overlaps only one of the two (B2 decides)."""
    rng = np.random.default_rng(seed)
    lone = float(rng.choice([0, 8]))
    boxes = [[0.0, 0.0, 10.0, 10.0], [8.0, 0.0, 10.0, 10.0]]
    gt = {
        "images": [{"id": 1, "width": 40, "height": 40}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": i + 1, "image_id": 1, "category_id": 1, "bbox": b, "area": 100.0, "iscrowd": 0}
            for i, b in enumerate(boxes if rng.random() < 0.5 else boxes[::-1])
        ],
    }
    dt = [
        {"image_id": 1, "category_id": 1, "bbox": [4.0, 0.0, 10.0, 10.0], "score": 0.9},
        {"image_id": 1, "category_id": 1, "bbox": [lone, 0.0, 10.0, 10.0], "score": 0.8},
    ]
    return gt, dt


@pytest.mark.parametrize("thresholds", [10, 62, 63, 124, 150])
@pytest.mark.parametrize("seed", range(6))
def test_b2_the_later_of_equal_overlaps_is_taken_in_every_word(thresholds: int, seed: int) -> None:
    gt, dt = tie_between_two(seed)
    iou_thrs = np.linspace(0.01, 0.42, thresholds)
    settings = Settings(iou_type="bbox", iou_thrs=iou_thrs.tolist())
    assert_same_bits(cocokit.evaluate(gt, dt, iou_thrs=iou_thrs), oracle.evaluate(gt, dt, settings))


def test_thousands_of_identical_ground_truths_take_no_quadratic_time() -> None:
    box = [5.0, 5.0, 20.0, 20.0]
    gt = {
        "images": [{"id": 1, "width": 40, "height": 40}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": i + 1, "image_id": 1, "category_id": 1, "bbox": box, "area": 400.0, "iscrowd": 0}
            for i in range(2000)
        ],
    }
    dt = [{"image_id": 1, "category_id": 1, "bbox": box, "score": 1 / (i + 1)} for i in range(1000)]
    start = time.process_time()
    report = cocokit.evaluate(gt, dt, max_dets=(1, 10, 1000))
    assert time.process_time() - start < 1.0  # 1.2 s with a sort that is quadratic in equal overlaps
    assert report.recall[0, 0, 0, 2] == 0.5
