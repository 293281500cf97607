"""Columns made by hand are refused before a kernel reads beyond them, and taken when they are merely strided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit.columns import Annotations, CategoryRow, Images, Ragged
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.masks import measure, runs_of

_RLE = {"size": [4, 6], "counts": "84<"}


def _rows(**more: Any) -> dict[str, Any]:
    return {"image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "keypoints": [1, 1, 2], **more}


def _truth() -> Dataset:
    images = [{"id": 1, "width": 6, "height": 4}]
    rows = [_rows(id=i, area=4, iscrowd=0, num_keypoints=1, segmentation=_RLE) for i in (1, 2, 3)]
    return Dataset.from_dict({"images": images, "annotations": rows, "categories": [{"id": 1, "name": "a"}]})


def _results(**columns: Any) -> Annotations:
    from cocokit.coco_json import results_from_json

    return replace(results_from_json([_rows(score=0.5, segmentation=_RLE) for _ in range(3)]), **columns)


def _outlines(**columns: Any) -> Any:
    return replace(_results().segmentation, **columns)  # type: ignore[type-var]


_HUGE = Ragged(np.zeros(9), np.array([0, 3, 6, 1 << 40]))
_WRONG: dict[str, Any] = {
    "bbox of two rows": {"bbox": np.zeros((2, 4))},
    "bbox of three numbers": {"bbox": np.zeros((3, 3))},
    "bbox of float32": {"bbox": np.zeros((3, 4), np.float32)},
    "bbox as a list": {"bbox": [[0.0, 0.0, 1.0, 1.0]] * 3},
    "a short score": {"score": np.zeros(2)},
    "big-endian ids": {"image_id": np.ones(3, ">i8")},
    "offsets behind the values": {"keypoints": _HUGE},
    "offsets that fall": {"keypoints": Ragged(np.zeros(9), np.array([0, 6, 3, 9]))},
    "offsets that begin below": {"keypoints": Ragged(np.zeros(9), np.array([-3, 3, 6, 9]))},
    "too few offsets": {"keypoints": Ragged(np.zeros(9), np.array([0, 9]))},
    "no offsets": {"keypoints": Ragged(np.zeros(0), np.zeros(0, np.int64))},
    "an unknown kind": {"segmentation": _outlines(kind=np.full(3, 9, np.uint8))},
    "a size too few": {"segmentation": _outlines(size=np.zeros((2, 2), np.int64))},
    "rings that are not there": {"segmentation": _outlines(rings=np.array([0, 0, 0, 5]))},
    "text that is not there": {"segmentation": _outlines(text=Ragged(np.zeros(2, np.uint8), np.array([0, 2, 4, 99])))},
    "outlines of two rows": {"segmentation": _outlines(kind=np.zeros(2, np.uint8))},
    "a table of flags": {"iscrowd": np.zeros((3, 1), np.uint8)},
}


@pytest.mark.parametrize("what", list(_WRONG))
def test_results_whose_columns_do_not_fit_are_refused(what: str) -> None:
    with pytest.raises(DataError, match="results"):
        cocokit.evaluate(_truth(), _results(**_WRONG[what]))


@pytest.mark.parametrize("what", list(_WRONG))
def test_ground_truth_whose_columns_do_not_fit_is_refused(what: str) -> None:
    truth = _truth()
    truth.annotations = replace(truth.annotations, **_WRONG[what])
    with pytest.raises(DataError, match="ground truth"):
        cocokit.evaluate(truth, _results())


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_strided_columns_count_as_their_copies_do(iou_type: str) -> None:
    results = _results()
    wide = np.repeat(results.bbox, 2, axis=1)  # type: ignore[arg-type, type-var]
    strided = replace(results, bbox=wide[:, ::2], score=np.repeat(results.score, 2)[::2])  # type: ignore[arg-type, type-var]
    truth, sigmas = _truth(), {"sigmas": [0.1]} if iou_type == "keypoints" else {}
    expected = cocokit.evaluate(truth, results, iou_type, **sigmas)
    assert cocokit.evaluate(truth, strided, iou_type, **sigmas).stats.tolist() == expected.stats.tolist()


def test_images_and_categories_made_by_hand_are_checked() -> None:
    truth = _truth()
    short = Images(np.ones(2, np.int64), np.ones(1, np.int64), np.ones(2, np.int64))
    with pytest.raises(DataError, match="width"):
        cocokit.evaluate(Dataset(short, truth.annotations, truth.categories), _results())
    odd = [CategoryRow("1", "a")]  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"categories\[0\].id"):
        cocokit.evaluate(Dataset(truth.images, truth.annotations, odd), _results())


def test_outlines_are_checked_before_they_are_measured_or_decoded() -> None:
    bad = _outlines(text=Ragged(np.zeros(2, np.uint8), np.array([0, 2, 4, 1 << 40])))
    with pytest.raises(DataError, match=r"segmentation.text.offsets"):
        measure(bad)
    with pytest.raises(DataError, match=r"segmentation.text.offsets"):
        runs_of(bad, np.array([0]))
    with pytest.raises(IndexError):
        runs_of(_outlines(), np.array([3]))
    last = runs_of(_outlines(), np.array([-1]))
    assert last.values.tolist() == [8, 4, 12]


@pytest.mark.parametrize("size", [[2**32, 2**32], [4 * 10**9, 4 * 10**9], [3037000500, 3037000500], [-1, 4]])
def test_a_size_whose_product_wraps_is_no_size(size: list[int]) -> None:
    with pytest.raises(DataError, match="no size of an image"):
        measure(_outlines(size=np.array([size] * 3, np.int64)))


@pytest.mark.parametrize("source", [None, 5, [1], object()])
def test_what_is_no_source_at_all_is_refused(source: Any) -> None:
    with pytest.raises(DataError):
        cocokit.evaluate(source, _results())
    with pytest.raises(DataError):
        cocokit.evaluate(_truth(), source)
