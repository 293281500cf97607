"""The scanner and the ordinary reader give the same columns, on real files and on made-up ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit import scanner
from cocokit.coco_json import dataset_from_json, read_dataset, read_results
from cocokit.columns import ALL, Annotations, Field, Images, Ragged, Segmentations
from cocokit.rows import rows_to_annotations
from tests.cocokit.test_coco_json import DATASETS, RESULTS, annotations, json_values

WANTS = [ALL, Field.IMAGE_ID | Field.CATEGORY_ID | Field.SCORE | Field.BBOX, Field.IMAGE_ID | Field.SEGMENTATION]


def assert_same(one: Any, other: Any, name: str = "") -> None:
    """Columns of equal types and values; extras are compared as what they mean."""
    assert type(one) is type(other), name
    if isinstance(one, (Annotations, Images, Segmentations)):
        for slot in type(one).__slots__:
            assert_same(getattr(one, slot), getattr(other, slot), f"{name}.{slot}")
    elif isinstance(one, Ragged) and name.endswith("extras"):
        assert [json.loads(b"{%b}" % one[i].tobytes()) for i in range(len(one))] == [
            json.loads(b"{%b}" % other[i].tobytes()) for i in range(len(other))
        ]
    elif isinstance(one, Ragged):
        assert_same(one.values, other.values, f"{name}.values")
        assert_same(one.offsets, other.offsets, f"{name}.offsets")
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, name
        assert one.shape == other.shape, name
        assert one.tobytes() == other.tobytes(), name
    else:
        assert one == other, name


@pytest.mark.parametrize("want", WANTS)
@pytest.mark.parametrize("name", DATASETS)
def test_a_real_data_set_is_the_same_both_ways(name: str, want: Field, shared_data: Path) -> None:
    path = shared_data / name
    fast = scanner.scan_dataset(path, want, True)
    slow = dataset_from_json(json.loads(path.read_bytes()), want=want)
    assert_same(fast.annotations, slow.annotations)
    assert_same(fast.images, slow.images)
    assert fast.members == slow.members


@pytest.mark.parametrize("extras", [False, True])
@pytest.mark.parametrize("want", WANTS[:2])
@pytest.mark.parametrize("name", RESULTS)
def test_real_results_are_the_same_both_ways(name: str, want: Field, extras: bool, shared_data: Path) -> None:
    path = shared_data / name
    slow = rows_to_annotations(json.loads(path.read_bytes()), want, kind="results", extras=extras)
    assert_same(scanner.scan_results(path, want, extras), slow)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(annotations, max_size=5),
    st.dictionaries(st.text(), json_values, max_size=3),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_any_file_is_the_same_both_ways(
    tmp_path: Path, rows: list[Any], top: dict[str, Any], indent: int | None, ascii_only: bool
) -> None:
    value = top | {"images": [{"id": 1, "file_name": "x", "own": 1}], "annotations": rows, "categories": []}
    path = tmp_path / "d.json"
    path.write_text(json.dumps(value, indent=indent, ensure_ascii=ascii_only), "utf-8", errors="surrogatepass")
    fast, slow = read_dataset(path), dataset_from_json(value)
    assert_same(fast.annotations, slow.annotations)
    assert_same(fast.images, slow.images)
    assert fast.to_dict() == value


def test_rows_of_the_scanner_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]')
    with pytest.raises(ValueError, match=r"\[0\]\.score \(image_id 1\): is missing"):
        read_results(path)
    path.write_text('{"annotations": [{"id": 1}]}')
    with pytest.raises(ValueError, match=r"annotations\[0\]\.image_id: is missing"):
        read_dataset(path)
