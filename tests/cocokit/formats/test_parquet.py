"""Parquet: every kind of file comes back byte for byte; damaged tables are told."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.dataset import Dataset
from cocokit.errors import CocokitError, DataError
from cocokit.formats import FORMATS, find_format, lost
from tests.cocokit.formats.trips import RICH
from tests.cocokit.test_coco_json import DATASETS

PARQUET = FORMATS["parquet"]


@pytest.mark.parametrize("name", DATASETS)
def test_real_files_come_back_byte_for_byte(name: str, shared_data: Path, tmp_path: Path) -> None:
    first = Dataset.read(shared_data / name)
    first.write(tmp_path / "first.json")
    PARQUET.write(first, str(tmp_path / "out"))
    assert find_format(tmp_path / "out") is PARQUET
    assert lost(first, PARQUET) == []
    PARQUET.read(str(tmp_path / "out")).dataset.write(tmp_path / "second.json")
    assert (tmp_path / "second.json").read_bytes() == (tmp_path / "first.json").read_bytes()


_NUMBER = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, width=64))
_ID = st.integers(-(2**63), 2**63 - 1)
_OUTLINE = st.one_of(
    st.lists(st.lists(_NUMBER, max_size=7), max_size=3),
    st.fixed_dictionaries({"size": st.tuples(_ID, _ID).map(list), "counts": st.lists(_ID, max_size=4)}),
    st.fixed_dictionaries({"size": st.tuples(_ID, _ID).map(list), "counts": st.text("0123abcXYZ", max_size=5)}),
)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_ROW = st.fixed_dictionaries(
    {"image_id": _ID},
    optional={
        "id": _ID, "category_id": _ID, "bbox": st.lists(_NUMBER, min_size=4, max_size=4), "area": _NUMBER,
        "iscrowd": st.integers(0, 1), "ignore": st.integers(0, 1), "score": _NUMBER, "segmentation": _OUTLINE,
        "keypoints": st.lists(_NUMBER, max_size=4), "num_keypoints": _ID, "caption": _TEXT, "note": _TEXT,
        "more": st.lists(_ID, max_size=2),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(_ROW, max_size=5))
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("p")
    first = Dataset.from_dict({"images": [{"id": 1}], "annotations": rows, "extra": [None, {"a": 1.5}]})
    PARQUET.write(first, str(folder / "out"))
    assert PARQUET.read(str(folder / "out")).dataset.to_dict() == first.to_dict()


def test_the_columns_are_those_documented(tmp_path: Path) -> None:
    PARQUET.write(Dataset.from_dict(copy.deepcopy(RICH)), str(tmp_path / "out"))
    table = pq.read_table(tmp_path / "out/annotations.parquet")
    assert table.column("polygons").to_pylist()[0] == RICH["annotations"][0]["segmentation"]
    assert table.column("rle_runs").to_pylist()[2] == RICH["annotations"][2]["segmentation"]["counts"]
    assert table.column("iscrowd").to_pylist()[:3] == [False, False, True]
    assert table.column("extras").to_pylist()[3] == '{"note":"by hand"}'
    assert table.column("caption").to_pylist()[6] == "two of them"
    told = str(sys.modules[PARQUET.read.__module__].__doc__).replace(",", " ").replace(":", " ").split()
    assert set(table.column_names) <= set(told)


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("id", pa.array(["x"] * 9), "id: is of type string where int64 was expected"),
        ("bbox", pa.array([[1.0]] * 9), "bbox: has lists that are not of 4 numbers"),
        ("bbox", pa.array([[1.0, None]] * 9), "bbox: has a null in a list"),
        ("rle_size", pa.array([[1, 2]] * 9), "polygons: has rows with two outlines, or half of one"),
        ("extras", pa.array(["[1]"] * 9), r"extras\[0\]: is '\[1\]', no JSON object"),
        ("extras", pa.array(['{"a"'] * 9), "no JSON object"),
    ],
)
def test_a_column_that_does_not_fit_is_told(column: str, values: Any, told: str, tmp_path: Path) -> None:
    PARQUET.write(Dataset.from_dict(copy.deepcopy(RICH)), str(tmp_path / "out"))
    path = tmp_path / "out/annotations.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(table.column_names.index(column), column, values), path)
    with pytest.raises(DataError, match=told):
        PARQUET.read(str(tmp_path / "out"))


@pytest.mark.parametrize("table", ["images", "annotations", "categories"])
@pytest.mark.parametrize("size", [0, 4, -100])
def test_a_table_that_was_cut_off_is_told(table: str, size: int, tmp_path: Path) -> None:
    PARQUET.write(Dataset.from_dict(copy.deepcopy(RICH)), str(tmp_path / "out"))
    path = tmp_path / f"out/{table}.parquet"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=f"{table}.parquet: is no Parquet file that can be read"):
        PARQUET.read(str(tmp_path / "out"))


def test_tables_of_somebody_else_are_told(tmp_path: Path) -> None:
    for name in ("images", "annotations", "categories"):
        pq.write_table(pa.table({"id": [1]}), tmp_path / f"{name}.parquet")
    with pytest.raises(DataError, match="has no metadata of cocokit"):
        PARQUET.read(str(tmp_path))


def test_a_text_that_is_no_utf_8_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    value = {"images": [{"id": 1, "file_name": "\ud800.jpg"}]}
    with pytest.raises(DataError, match="has a text that is not UTF-8"):
        PARQUET.write(Dataset.from_dict(value), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(CocokitError, match=r"Parquet needs pyarrow; install it with: pip install 'cocokit\[parquet\]'"):
        PARQUET.write(Dataset.from_dict({"images": []}), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
