from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cocokit.errors import DataError, ParamsError
from cocokit.eval.voc import voc_ap
from tests.eval.naive_masks import box_iou
from tests.eval.strategies import make_dataset

# The worked example of github.com/rafaelpadilla/Object-Detection-Metrics (MIT): seven images, one category, IoU 0.3.
TRUTHS = {
    1: [(25, 16, 38, 56), (129, 123, 41, 62)],
    2: [(123, 11, 43, 55), (38, 132, 59, 45)],
    3: [(16, 14, 35, 48), (123, 30, 49, 44), (99, 139, 47, 47)],
    4: [(53, 42, 40, 52), (154, 43, 31, 34)],
    5: [(59, 31, 44, 51), (48, 128, 34, 52)],
    6: [(36, 89, 52, 76), (62, 58, 44, 67)],
    7: [(28, 31, 55, 63), (58, 67, 50, 58)],
}
FOUND = {
    1: [(0.88, 5, 67, 31, 48), (0.70, 119, 111, 40, 67), (0.80, 124, 9, 49, 67)],
    2: [(0.71, 64, 111, 64, 58), (0.54, 26, 140, 60, 47), (0.74, 19, 18, 43, 35)],
    3: [(0.18, 109, 15, 77, 39), (0.67, 86, 63, 46, 45), (0.38, 160, 62, 36, 53), (0.91, 105, 131, 47, 47),
        (0.44, 18, 148, 40, 44)],
    4: [(0.35, 83, 28, 28, 26), (0.78, 28, 68, 42, 67), (0.45, 87, 89, 25, 39), (0.14, 10, 155, 60, 26)],
    5: [(0.62, 50, 38, 28, 46), (0.44, 95, 11, 53, 28), (0.95, 29, 131, 72, 29), (0.23, 29, 163, 72, 29)],
    6: [(0.45, 43, 48, 74, 38), (0.84, 17, 155, 29, 35), (0.43, 95, 110, 25, 42)],
    7: [(0.48, 16, 20, 101, 88), (0.95, 33, 116, 37, 49)],
}  # fmt: skip


def worked_example() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rows = [(image, box) for image, boxes in TRUTHS.items() for box in boxes]
    gt = {
        "images": [{"id": i, "width": 200, "height": 200} for i in TRUTHS],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [
            {"id": n + 1, "image_id": image, "category_id": 1, "bbox": list(box), "area": box[2] * box[3], "iscrowd": 0}
            for n, (image, box) in enumerate(rows)
        ],
    }
    found = [(image, *row) for image, rows_ in FOUND.items() for row in rows_]
    return gt, [{"image_id": i, "category_id": 1, "bbox": box, "score": score} for i, score, *box in found]


def test_the_worked_example_has_its_published_numbers() -> None:
    report = voc_ap(*worked_example(), iou_thr=0.3, pixel_boxes=True)
    (person,) = report.per_category
    assert round(100 * person.ap10, 2) == 24.57
    assert round(100 * person.ap07, 2) == 26.84
    assert [f"{p:.2f}" for p in person.precision] == [
        "1.00", "0.50", "0.67", "0.50", "0.40", "0.33", "0.29", "0.25", "0.22", "0.30", "0.27", "0.33", "0.38", "0.43",
        "0.40", "0.38", "0.35", "0.33", "0.32", "0.30", "0.29", "0.27", "0.30", "0.29",
    ]  # fmt: skip
    assert [f"{r:.2f}" for r in person.recall][-3:] == ["0.40", "0.47", "0.47"]
    assert (report.map07, report.map10) == (person.ap07, person.ap10)


def naive(gt: dict[str, Any], dt: list[dict[str, Any]], thr: float) -> dict[int, tuple[list[bool], int]]:
    """VOC's loop as its devkit describes it, over parsed JSON."""
    made = {}
    for category in gt["categories"]:
        truths = [t for t in gt["annotations"] if t["category_id"] == category["id"]]
        taken: set[int] = set()
        right = []
        for row in sorted((r for r in dt if r["category_id"] == category["id"]), key=lambda r: -r["score"]):
            best, mine = 0.0, None
            for n, truth in enumerate(truths):
                iou = box_iou(row["bbox"], truth["bbox"], crowd=False) if truth["image_id"] == row["image_id"] else 0
                if iou > best:
                    best, mine = iou, n
            if mine is not None and best >= thr:
                if truths[mine]["iscrowd"] or truths[mine].get("ignore"):
                    continue
                right.append(mine not in taken)
                taken.add(mine)
            else:
                right.append(False)
        made[category["id"]] = right, sum(not (t["iscrowd"] or t.get("ignore")) for t in truths)
    return made


def naive_ap(right: list[bool], positives: int) -> tuple[float, float]:
    """Both averages by their definitions."""
    found = np.cumsum(right)
    recall, precision = found / positives, found / np.arange(1, len(right) + 1)
    pairs = list(zip(precision, recall, strict=True))
    best = [max((p for p, r in pairs if r >= x), default=0) for x in np.linspace(0, 1, 11)]
    area = last = 0.0
    for i in range(len(right)):
        area += (recall[i] - last) * max(precision[i:])
        last = recall[i]
    return sum(best) / 11, area


@pytest.mark.parametrize("thr", [0.3, 0.5, 1.0])
def test_every_category_agrees_with_the_devkits_loop(thr: float) -> None:
    compared = 0
    for seed in range(30):
        gt, dt = make_dataset("bbox", 3, 3, 15, 60, False, seed)
        report = voc_ap(gt, dt, iou_thr=thr)
        expected = naive(gt, dt, thr)
        for one in report.per_category:
            right, positives = expected[one.cat_id]
            assert one.tp.tolist() == right
            assert one.positives == positives
            if positives:
                assert (one.ap07, one.ap10) == pytest.approx(naive_ap(right, positives), abs=1e-12)
                compared += 1
            else:
                assert (one.ap07, one.ap10) == (-1, -1)
    assert compared > 60


def test_a_second_detection_of_a_ground_truth_is_wrong_even_where_another_would_do() -> None:
    box, near = [0, 0, 10, 10], [0, 0, 10, 9]
    gt = {
        "images": [{"id": 1, "width": 20, "height": 20}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 1, "bbox": b, "area": 90, "iscrowd": 0}
            for n, b in ((1, box), (2, near))
        ],
    }
    dt = [{"image_id": 1, "category_id": 1, "bbox": box, "score": s} for s in (0.9, 0.8)]
    assert voc_ap(gt, dt).per_category[0].tp.tolist() == [True, False]


def test_an_overlap_equal_to_the_threshold_is_enough() -> None:
    gt, _ = worked_example()
    half = {"image_id": 1, "category_id": 1, "bbox": [25, 16, 19, 56], "score": 0.5}
    assert voc_ap(gt, [half], iou_thr=0.5).per_category[0].tp.tolist() == [True]


def test_masks_are_compared_by_the_same_rules() -> None:
    for seed in range(5):
        gt, dt = make_dataset("segm", 2, 2, 8, 20, False, seed)
        report = voc_ap(gt, dt, "segm")
        assert all(len(one.tp) <= 20 for one in report.per_category)
        assert report.map10 <= 1


def test_a_mask_of_another_size_than_its_image_is_refused() -> None:
    gt, dt = make_dataset("segm", 1, 1, 4, 5, False, 0)
    gt["images"][0]["width"] += 1
    for truth in gt["annotations"]:
        truth["segmentation"] = [[0, 0, 3, 0, 3, 3]]
    with pytest.raises(DataError, match="segmentation"):
        voc_ap(gt, [row for row in dt if "segmentation" in row], "segm")


def test_settings_that_cannot_work_are_refused() -> None:
    gt, dt = worked_example()
    with pytest.raises(ParamsError, match="VOC compares boxes and masks"):
        voc_ap(gt, dt, "keypoints")
    with pytest.raises(ParamsError, match="iou_thr is 0"):
        voc_ap(gt, dt, iou_thr=0)


def test_the_report_is_plain_json_values() -> None:
    import json

    text = json.dumps(voc_ap(*worked_example(), iou_thr=0.3, pixel_boxes=True).to_dict(), allow_nan=False)
    assert json.loads(text)["per_category"][0]["annotations"] == 15
