"""The drop-in COCOeval beside pycocotools': arrays, dicts, mutations, printed lines and exceptions are the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from cocokit import compiled
from cocokit.eval.dropin import COCOeval
from tests.eval import strategies
from tests.eval.dropin_runs import (
    OURS,
    Api,
    assert_same_behaviour,
    attempt,
    complete,
    evaluation,
    everything,
    loaded,
    sample,
)
from tests.eval.naive import Settings
from tests.eval.parity import make

Row = dict[str, Any]

IOU_TYPES = ("bbox", "segm", "keypoints")
FOLDER = Path(__file__).parent / "parity"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/expected.json") if path.parent.name not in make.ENDLESS)


def took_the_fast_path(iou_type: str, seed: int, settings: Settings) -> bool:
    """Whether the columns took a sample."""
    gt, dt = sample(iou_type, seed)

    def script(api: Api) -> bool:
        run = evaluation(api, gt, dt, settings)
        run.evaluate()
        return run._run is not None

    return bool(attempt(script, OURS).value)


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_of_the_table_behaves_as_with_pycocotools(name: str) -> None:
    gt, dt, params = (
        json.loads((FOLDER / name / f"{part}.json").read_text(encoding="utf-8")) for part in ("gt", "dt", "params")
    )
    assert_same_behaviour(complete(gt, dt, make.settings(params)))


def compare_random_data(iou_type: str, examples: int) -> None:
    """Everything that two evaluations leave behind, on so many random datasets."""

    @budget(max_examples=examples, deadline=None, derandomize=examples < 100, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def compare(data: Any) -> None:
        gt, dt = data.draw(strategies.datasets(iou_type))
        assert_same_behaviour(complete(gt, dt, data.draw(strategies.settings(iou_type, gt))))

    compare()


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_random_data(iou_type: str) -> None:
    compare_random_data(iou_type, 40)


@pytest.mark.slow
@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_much_random_data(iou_type: str) -> None:
    compare_random_data(iou_type, 2000)


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_random_data_with_the_kernels_as_plain_python(iou_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_chosen", compiled._Plain())
    compare_random_data(iou_type, 8)


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_ordinary_data_take_the_fast_path(iou_type: str) -> None:
    assert took_the_fast_path(iou_type, 3, Settings(iou_type))
    assert took_the_fast_path(iou_type, 4, Settings(iou_type, use_cats=False, max_dets=[1, 2, 3]))


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_more_thresholds_than_a_word_has_bits(iou_type: str) -> None:
    gt, dt = sample(iou_type)
    thresholds = np.linspace(0.05, 0.95, 70).tolist()
    assert_same_behaviour(complete(gt, dt, Settings(iou_type, iou_thrs=thresholds)))




def _nan_score(rows: list[Row]) -> None:
    rows[0]["score"] = float("nan")
    rows[5]["score"] = float("-inf")


def _nan_boxes(rows: list[Row]) -> None:
    for i, row in enumerate(rows[:12]):
        row["bbox"] = list(row["bbox"])
        row["bbox"][i % 4] = float("nan")


def _huge_boxes(rows: list[Row]) -> None:
    for row in rows[:4]:
        row["bbox"] = [0.0, 0.0, float("inf"), 1e308]
    for row in rows[4:8]:
        row["bbox"] = [10.0, 10.0, -5.0, -3.0]
    rows[8]["bbox"] = [0, 0, 2**54 + 1, 2**60]


def _whole_scores(rows: list[Row]) -> None:
    for i, row in enumerate(rows):
        row["score"] = [2**53, 2**53 + 1, 2**60, 0, -1][i % 5]


def _truths_as_scores(rows: list[Row]) -> None:
    for i, row in enumerate(rows):
        row["score"] = i % 2 == 0


def _short_floats(rows: list[Row]) -> None:
    for i, row in enumerate(rows):
        row["score"] = np.float32(0.1 * (i % 7))


@pytest.mark.parametrize(
    "spoil", [_nan_score, _nan_boxes, _huge_boxes, _whole_scores, _truths_as_scores, _short_floats]
)
@pytest.mark.parametrize("seed", range(6))
def test_odd_numbers_in_results(spoil: Callable[[list[Row]], None], seed: int) -> None:
    gt, dt = sample(seed=seed)
    spoil(dt)
    assert_same_behaviour(complete(gt, dt, Settings("bbox")))


@pytest.mark.parametrize("seed", range(6))
def test_nan_boxes_in_the_ground_truth(seed: int) -> None:
    gt, dt = sample(seed=seed)
    _nan_boxes(gt["annotations"])
    assert_same_behaviour(complete(gt, dt, Settings("bbox")))


def renamed(gt: Row, dt: list[Row], name: Callable[[Any], Any]) -> tuple[Row, list[Row]]:
    """The same data with other image and category ids."""
    gt, dt = copy.deepcopy(gt), copy.deepcopy(dt)
    for row in [*gt["images"], *gt["categories"]]:
        row["id"] = name(row["id"])
    for row in [*gt["annotations"], *dt]:
        row["image_id"], row["category_id"] = name(row["image_id"]), name(row["category_id"])
    return gt, dt


@pytest.mark.parametrize("name", [str, float, lambda i: i % 1000 + 0.5, lambda i: i + 2**63, lambda i: -i])
@pytest.mark.parametrize("iou_type", IOU_TYPES)
@pytest.mark.parametrize("use_cats", [True, False])
def test_ids_of_any_type_that_hashes(name: Callable[[Any], Any], iou_type: str, use_cats: bool) -> None:
    gt, dt = renamed(*sample(iou_type), name)
    assert_same_behaviour(complete(gt, dt, Settings(iou_type, use_cats=use_cats)))


def test_annotation_ids_that_are_text_numbers_fractions_and_negative() -> None:
    for ids in (["7", "8"], [0.0, 0.5], [-1, -2], [2**53, 2**53 + 1], [2**70, 3], [True, False], ["a", "b"]):
        gt, dt = sample()
        for i, row in enumerate(gt["annotations"]):
            row["id"] = ids[i] if i < 2 else 100 + i
        assert_same_behaviour(complete(gt, dt, Settings("bbox")))


@pytest.mark.parametrize(
    "ids", [lambda i: i, lambda i: -i, lambda i: i // 2 + 1, lambda i: i + 0.5, lambda i: i + 2**62]
)
def test_results_made_by_hand_with_any_ids(ids: Callable[[int], Any]) -> None:
    gt, dt = sample()

    def script(api: Api) -> Row:
        truth, results = loaded(api, gt, dt)
        for i, row in enumerate(results.dataset["annotations"]):
            row["id"] = ids(i)
        results.createIndex()
        run = api.COCOeval(truth, results, "bbox")
        run.evaluate()
        run.accumulate()
        return everything(run)

    assert_same_behaviour(script)


def test_pooled_keypoints_with_a_category_minus_one_are_compared_after_all() -> None:
    gt, dt = renamed(*sample("keypoints"), lambda i: -1 if i == 2 else i)
    assert_same_behaviour(complete(gt, dt, Settings("keypoints", use_cats=False)))


def test_unknown_fields_missing_fields_and_wrong_types_raise_what_pycocotools_raises() -> None:
    for member in ("area", "iscrowd", "num_keypoints", "keypoints", "bbox", "image_id", "category_id", "id"):
        gt, dt = sample("keypoints")
        for row in gt["annotations"]:
            row.pop(member, None)
        assert_same_behaviour(complete(gt, dt, Settings("keypoints")))
    wrong: list[tuple[str, Any]] = [("score", "0.9"), ("score", None)]
    wrong += [("bbox", value) for value in ([1, 2], "1234", (1, 2, 3, 4))]
    for member, value in wrong:
        gt, dt = sample()
        dt[3][member] = value
        assert_same_behaviour(complete(gt, dt, Settings("bbox")))


def test_a_missing_score_is_named_with_its_place() -> None:
    gt, dt = sample()
    listed = {category["id"] for category in gt["categories"]}
    i = next(i for i, row in enumerate(dt) if i and row["category_id"] in listed)
    del dt[i]["score"]
    error = attempt(complete(gt, dt, Settings("bbox")), OURS).error
    assert isinstance(error, KeyError)
    assert str(error) == f"results: [{i}] (image_id {dt[i]['image_id']}): has no score; every row needs it"



@pytest.mark.parametrize("iou_type", IOU_TYPES)
@pytest.mark.parametrize("use_cats", [True, False])
def test_val2014_behaves_as_with_pycocotools(shared_data: Path, iou_type: str, use_cats: bool) -> None:
    folder = shared_data / "cocoapi_val2014_100"
    if iou_type == "keypoints":
        gt = json.loads((shared_data / "coco_mini/annotations/person_keypoints_val2017.json").read_text())
        fields = ("image_id", "category_id", "keypoints")
        dt = [{name: row[name] for name in fields} | {"score": row["id"] % 10 / 10} for row in gt["annotations"]]
    else:
        gt = json.loads((folder / "instances_val2014_100.json").read_text())
        dt = json.loads((folder / f"instances_val2014_fake{iou_type}100_results.json").read_text())
    value = assert_same_behaviour(complete(gt, dt, Settings(iou_type, use_cats=use_cats)))
    assert value["stats"][0] >= 0


def test_the_class_says_where_it_comes_from() -> None:
    assert COCOeval.__module__ == "cocokit.eval.dropin.cocoeval"
