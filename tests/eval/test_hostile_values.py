"""The Python API against values that are no ids, no masks, no state: a DataError or ParamsError, never another."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit import rle
from cocokit.errors import CocokitError, DataError, ParamsError
from cocokit.eval import Evaluator

_DT = {"boxes": [[0, 0, 2, 2]], "scores": [0.5], "labels": [1]}
_GT = {"boxes": [[0, 0, 2, 2]], "labels": [1]}


@pytest.mark.parametrize(
    "ids",
    [["1"], [1.5], [2**63], [2**70], [None], [float("nan")], [float("inf")], np.array([[1]]), 1, None, "a", [True]],
    ids=repr,
)
def test_what_is_no_image_id_is_refused(ids: Any) -> None:
    with pytest.raises(DataError):
        Evaluator().update(ids, [_DT], [_GT])
    with pytest.raises(DataError):
        Evaluator().update([1], {**_DT, "image_ids": ids}, {**_GT, "image_ids": [1]})


@pytest.mark.parametrize("field", ["boxes", "scores", "labels"])
@pytest.mark.parametrize("value", ["x", 5, [["a"] * 4], {}, np.zeros((1, 4), complex), np.zeros((1, 4), "M8[s]"),
                                   np.zeros((1, 4), object), [float("nan")], [[1e400, 0, 1, 1]]], ids=repr)  # fmt: skip
def test_what_is_no_array_of_numbers_is_refused(field: str, value: Any) -> None:
    with pytest.raises(DataError):
        Evaluator().update([1], [{**_DT, field: value}], [_GT])


def test_a_label_beyond_64_bits_is_refused() -> None:
    with pytest.raises(DataError, match="whole numbers"):
        Evaluator().update([1], [{**_DT, "labels": np.array([2**63 + 5], np.uint64)}], [_GT])


def test_poses_without_points_are_refused() -> None:
    with pytest.raises(DataError, match="has no points"):
        Evaluator("keypoints").update([1], [{**_DT, "keypoints": np.zeros((1, 0, 3))}], [_GT])


def test_a_state_with_any_byte_changed_is_refused() -> None:
    fed, rng = Evaluator(), Random(1)
    fed.update([1], [_DT], [_GT])
    state = fed.state()
    for _ in range(300):
        damaged = bytearray(state)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        with pytest.raises(DataError, match="state"):
            Evaluator().merge(bytes(damaged))
    for other in (b"", b"x", state[:-1], state + b"x", None, 5):
        with pytest.raises(DataError):
            Evaluator().merge(other)  # type: ignore[arg-type]


_NO_RLES: list[Any] = [
    {"size": [3], "counts": "9"}, {"size": None, "counts": "9"}, {"counts": "9"}, {}, 5, "x",
    {"size": ["a", 3], "counts": "9"}, {"size": [3, 3], "counts": None}, {"size": [3, 3], "counts": 5},
    {"size": [3, 3], "counts": "é"}, {"size": [3, 3], "counts": ["a"]}, {"size": [3, 3], "counts": [2**70]},
    {"size": [3, 3], "counts": [-1, 10]}, {"size": [3, 3], "counts": [2**32 + 9]}, {"size": [1.5, 3], "counts": "9"},
    {"size": [2**40, 3], "counts": "9"}, {"size": [-1, 3], "counts": "9"}, {"size": [3, 3], "counts": [1.5, 7.5]},
    {"size": [float("nan"), 3], "counts": "9"}, {"size": [2**70, 3], "counts": "9"},
    {"size": [3, 3], "counts": "\ud800"},
]  # fmt: skip


@pytest.mark.parametrize("value", _NO_RLES, ids=ascii)
def test_what_is_no_rle_is_refused(value: Any) -> None:
    for function in (rle.area, rle.bbox, rle.decode, rle.runs, rle.compress, rle.uncompress):
        with pytest.raises(DataError):
            function(value)  # type: ignore[operator]
    with pytest.raises(DataError):
        rle.merge([value, value])


@pytest.mark.parametrize("counts", [[2**32 + 9], [-1, 10], [2**32, 9]])
def test_run_lengths_that_wrap_to_the_right_sum_are_refused(counts: list[int]) -> None:
    gt = {"images": [{"id": 1, "width": 3, "height": 3}], "categories": [{"id": 1, "name": "a"}], "annotations": []}
    dt = [{"image_id": 1, "category_id": 1, "score": 0.5, "segmentation": {"size": [3, 3], "counts": counts}}]
    with pytest.raises(DataError, match="do not sum"):
        cocokit.evaluate(gt, dt, "segm", lenient=True)


@pytest.mark.parametrize("setting", [
    {"iou_thrs": "x"}, {"area_rng": [["a", "b"]]}, {"area_rng": {"a": ("x", 1)}}, {"max_dets": "x"},
    {"max_dets": 5}, {"max_dets": [None]}, {"max_dets": [2**63]}, {"cat_ids": ["1"]}, {"cat_ids": [1.5]},
    {"img_ids": [2**63]}, {"img_ids": [float("inf")]},
])  # fmt: skip
def test_settings_of_a_wrong_type_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ParamsError):
        cocokit.EvalParams(**setting)


def test_curves_beyond_the_machine_are_refused_before_they_are_begun() -> None:
    gt = {"images": [{"id": 1}], "annotations": [], "categories": [{"id": i, "name": ""} for i in range(3000)]}
    settings = {"iou_thrs": np.linspace(0, 1, 1000), "rec_thrs": np.linspace(0, 1, 100_000)}
    with pytest.raises(CocokitError, match="GB for the curves of 1,000 IoU thresholds"):
        cocokit.evaluate(gt, [], **settings)
