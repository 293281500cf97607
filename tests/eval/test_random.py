"""cocokit's evaluator against pycocotools, its slow twin and the slow count of quirks, on random and nasty data.

Every comparison is of all three arrays, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from cocokit import compiled
from tests.eval import naive, naive_quirks, oracle, ours, strategies
from tests.eval.compare import assert_same_bits
from tests.eval.naive import Settings

Row = dict[str, Any]
Check = Callable[[Row, list[Row], Settings], None]

IOU_TYPES = ("bbox", "segm", "keypoints")


def strict_has_pycocotools_bits(gt: Row, dt: list[Row], settings: Settings) -> None:
    report = ours.evaluate(gt, dt, settings)
    assert_same_bits(report, oracle.evaluate(gt, dt, settings), stats=oracle.comparable(settings))


def fixed_has_the_twins_bits(gt: Row, dt: list[Row], settings: Settings) -> None:
    settings.fixed = True
    assert_same_bits(ours.evaluate(gt, dt, settings), naive.evaluate(gt, dt, settings))


def the_report_counts_its_quirks(gt: Row, dt: list[Row], settings: Settings) -> None:
    reported, counted = ours.quirks(ours.evaluate(gt, dt, settings)), naive_quirks.count(gt, dt, settings)
    if "X2" in counted:  # strict then reads other rows than those of the file, so what X6 counts is a matter of taste
        reported.pop("X6", None)
        counted.pop("X6", None)
    assert reported == dict(sorted(counted.items()))


CHECKS = (strict_has_pycocotools_bits, fixed_has_the_twins_bits, the_report_counts_its_quirks)


def run(check: Check, iou_type: str, examples: int, *, many: bool = False) -> None:
    """Try a check on so many random datasets."""

    @budget(max_examples=examples, deadline=None, derandomize=examples < 100, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def attempt(data: Any) -> None:
        gt, dt = data.draw(strategies.datasets(iou_type, many=many))
        check(gt, dt, data.draw(strategies.settings(iou_type, gt)))

    attempt()


@pytest.mark.parametrize("iou_type", IOU_TYPES)
@pytest.mark.parametrize("check", CHECKS)
def test_random_data(check: Check, iou_type: str) -> None:
    run(check, iou_type, 60)


@pytest.mark.slow
@pytest.mark.parametrize("iou_type", IOU_TYPES)
@pytest.mark.parametrize("check", CHECKS)
def test_much_random_data(check: Check, iou_type: str) -> None:
    run(check, iou_type, 3000)


def missing_fields_are_derived(gt: Row, dt: list[Row], settings: Settings) -> None:
    """pycocotools has no answer here (X5); the twin derives the same values in both modes."""
    for number, row in enumerate(gt["annotations"]):
        for place, name in enumerate(("area", "iscrowd", "num_keypoints")):
            if number % 4 == place or number % 4 == 3:
                row.pop(name, None)
    for settings.fixed in (False, True):
        report = ours.evaluate(gt, dt, settings)
        assert_same_bits(report, naive.evaluate(gt, dt, settings))
        assert ours.quirks(report).get("X5", 0) == naive_quirks.count(gt, dt, settings).get("X5", 0)


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_x5_fields_that_are_missing_are_derived(iou_type: str) -> None:
    run(missing_fields_are_derived, iou_type, 40)


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_three_hundred_detections_in_one_image(iou_type: str) -> None:
    run(strict_has_pycocotools_bits, iou_type, 6, many=True)


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_random_data_with_the_kernels_as_plain_python(iou_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_chosen", compiled._Plain())
    run(strict_has_pycocotools_bits, iou_type, 12)


@pytest.mark.slow
@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_much_random_data_with_the_kernels_as_plain_python(iou_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_chosen", compiled._Plain())
    run(strict_has_pycocotools_bits, iou_type, 200)


@pytest.mark.parametrize("side", ["annotations", "results"])
@pytest.mark.parametrize("seed", range(12))
def test_nan_boxes_have_pycocotools_bits_where_they_are_let_in(side: str, seed: int) -> None:
    gt, dt = strategies.make_dataset("bbox", 3, 3, truths=14, results=40, odd_ids=False, seed=seed)
    for i, row in enumerate((dt if side == "results" else gt["annotations"])[:12]):
        row["bbox"] = list(row["bbox"])
        row["bbox"][i % 4] = float("nan")
    settings = Settings("bbox")
    assert_same_bits(ours.evaluate(gt, dt, settings, lenient=True), oracle.evaluate(gt, dt, settings))
