"""Splits from a file: every image in one of them, or a sentence that says which is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.publishing import read_splits


def test_ids_become_rows_in_the_order_of_the_file(tmp_path: Path) -> None:
    dataset = Dataset.from_dict({"images": [{"id": i} for i in (9, 2, 10**12, 5)]})
    (tmp_path / "s.json").write_text('{"train": [5, 9], "val": [1000000000000], "test": [2], "none": []}')
    found = {name: rows.tolist() for name, rows in read_splits(tmp_path / "s.json", dataset).items()}
    assert found == {"train": [0, 3], "val": [2], "test": [1], "none": []}


@pytest.mark.parametrize(
    "value, sentence",
    [
        ([], "where splits were expected"),
        ({}, "where splits were expected"),
        ({"train": 3}, "is no list of whole numbers"),
        ({"train": ["1"]}, "is no list of whole numbers"),
        ({"train": [True]}, "is no list of whole numbers"),
        ({"train": [10**30]}, "is no list of whole numbers"),
        ({"train": [1, 2, 7]}, "no image has the id 7"),
        ({"train": [1]}, "image 2 is in no split"),
    ],
)
def test_what_names_no_splits_is_refused(tmp_path: Path, value: Any, sentence: str) -> None:
    (tmp_path / "s.json").write_text(json.dumps(value))
    with pytest.raises(DataError, match=sentence):
        read_splits(tmp_path / "s.json", Dataset.from_dict({"images": [{"id": 1}, {"id": 2}]}))
