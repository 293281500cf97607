"""Results: found, kept byte for byte, made from datasets, told where something is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format
from tests.cocokit.formats.trips import RICH, counts, trip

RESULTS = FORMATS["results"]
_BOX = {"image_id": 7, "category_id": 2, "bbox": [1.5, 2, 10, 4], "score": 0.5}
_MASK = {"image_id": 7, "category_id": 2, "segmentation": {"size": [2, 2], "counts": "04"}, "score": 0.25}
_POSE = {"image_id": 7, "category_id": 1, "keypoints": [1, 2, 1.5], "score": 1}


@pytest.mark.parametrize("row", [_BOX, _MASK, _POSE, {"image_id": 3, "caption": "two"}, {**_BOX, "id": 4, "own": [1]}])
def test_every_kind_is_found_and_keeps_its_bytes(row: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\n[" + json.dumps(row, indent=3) + " ,\n" + json.dumps(row) + "]\n\n")
    assert find_format(path) is RESULTS
    found = RESULTS.read(str(path)).dataset
    assert counts(RESULTS, found) == {}
    RESULTS.write(found, str(tmp_path / "b.json"))
    assert (tmp_path / "b.json").read_bytes() == path.read_bytes()
    assert trip("coco", found, tmp_path).dataset.to_dict() == {"annotations": json.loads(path.read_text())}


def test_a_dataset_without_scores_has_no_results_and_a_scored_row_is_one(tmp_path: Path) -> None:
    assert counts(RESULTS, RICH) == {"top members": 2, "images": 3, "categories": 3, "annotations without score": 8}
    left = trip("results", Dataset.from_dict({**RICH, "annotations": RICH["annotations"][5:6]}), tmp_path).dataset
    assert left.to_dict() == {"annotations": RICH["annotations"][5:6]}


def test_a_file_that_changed_meanwhile_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([_BOX]))
    found = RESULTS.read(str(path)).dataset
    path.write_text(json.dumps([_BOX, _BOX]))
    with pytest.raises(DataError, match="has changed since it was opened"):
        RESULTS.write(found, str(tmp_path / "b.json"))
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize("text", ['[{"image_id": 1', '[{"image_id": 1, "bbox": [1, 2, 3, 4]}]', '[{"image_id": "x"}]'])
def test_bad_results_are_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=r"a\.json"):
        RESULTS.read(str(tmp_path / "a.json"))
