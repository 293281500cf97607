"""LVIS: bytes kept, crowds named as such, what it wants counted."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format
from tests.cocokit.formats.trips import RICH, counts

LVIS = FORMATS["lvis"]
_URL = "http://images.cocodataset.org/train2017/000000391895.jpg"
SAMPLE: dict[str, Any] = {
    "info": {"version": "v1.0"},
    "annotations": [{"id": 1, "image_id": 391895, "category_id": 3, "bbox": [1.0, 2.0, 3.0, 4.0], "area": 6.0,
                     "segmentation": [[1.0, 2.0, 4.0, 2.0, 4.0, 6.0]]}],
    "images": [{"id": 391895, "width": 640, "height": 360, "coco_url": _URL, "license": 3, "neg_category_ids": [1],
                "not_exhaustive_category_ids": [2]}],
    "categories": [{"id": 3, "name": "aerosol_can", "synset": "aerosol.n.02", "synonyms": ["aerosol_can"],
                    "def": "a dispenser", "frequency": "c", "image_count": 64, "instance_count": 109}],
}  # fmt: skip


def test_a_file_is_known_and_its_names_come_from_the_addresses(tmp_path: Path) -> None:
    (tmp_path / "lvis.json").write_text(json.dumps(SAMPLE, indent=1))
    assert find_format(tmp_path / "lvis.json") is LVIS
    found = LVIS.read(str(tmp_path / "lvis.json"))
    assert found.dataset.image(0).file_name == "train2017/000000391895.jpg"
    assert found.notes == ("file names of 1 images are the ends of their coco_url",)
    LVIS.write(found.dataset, str(tmp_path / "out.json"))
    want = copy.deepcopy(SAMPLE)
    want["images"][0]["file_name"] = "train2017/000000391895.jpg"
    assert json.loads((tmp_path / "out.json").read_text()) == want


def test_a_file_with_names_is_written_as_the_bytes_that_it_was(tmp_path: Path) -> None:
    value = copy.deepcopy(SAMPLE)
    value["images"][0]["file_name"] = "a.jpg"
    text = json.dumps(value, indent=3)
    (tmp_path / "lvis.json").write_text(text)
    LVIS.write(LVIS.read(str(tmp_path / "lvis.json")).dataset, str(tmp_path / "out.json"))
    assert (tmp_path / "out.json").read_text() == text


def test_a_file_is_known_by_its_end_alone(tmp_path: Path) -> None:
    value = {"images": [{"id": i, "width": 5, "height": 5} for i in range(5000)], "categories": SAMPLE["categories"]}
    (tmp_path / "lvis.json").write_text(json.dumps(value))
    assert find_format(tmp_path / "lvis.json") is LVIS


def test_exactly_what_is_declared_is_lost(tmp_path: Path) -> None:
    LVIS.write(Dataset.from_dict(copy.deepcopy(RICH)), str(tmp_path / "out.json"))
    assert find_format(tmp_path / "out.json") is LVIS
    found = LVIS.read(str(tmp_path / "out.json")).dataset.to_dict()
    assert counts(LVIS, RICH) == {"crowds": 1, "annotations without category": 1}
    rows = [row for row in RICH["annotations"] if not row.get("iscrowd") and "category_id" in row]
    assert found["annotations"] == rows
    assert [row.pop("neg_category_ids") for row in found["images"]] == [[], [], []]
    assert [row.pop("not_exhaustive_category_ids") for row in found["images"]] == [[], [5], []]
    assert found["images"] == RICH["images"]
    assert [(row["image_count"], row["instance_count"], row["frequency"]) for row in found["categories"]] == [
        (1, 1, "r"), (3, 5, "r"), (0, 0, "r")
    ]  # fmt: skip
    kept = [{k: row[k] for k in want} for row, want in zip(found["categories"], RICH["categories"], strict=True)]
    assert kept == RICH["categories"]
    assert (found["info"], found["licenses"]) == (RICH["info"], RICH["licenses"])


def test_a_real_file_keeps_its_instances(shared_data: Path, tmp_path: Path) -> None:
    truth = Dataset.open(shared_data / "cocoapi_val2014_100/instances_val2014_100.json")
    LVIS.write(truth, str(tmp_path / "out.json"))
    found = LVIS.read(str(tmp_path / "out.json")).dataset
    assert len(found.annotations) == 839 - 9
    assert counts(LVIS, truth) == {"crowds": 9}
    kept = [row for row in truth.to_dict()["annotations"] if not row["iscrowd"]]
    assert found.to_dict()["annotations"] == kept


def test_a_file_that_was_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "lvis.json").write_text(json.dumps(SAMPLE)[:-40])
    with pytest.raises(DataError, match="the file ends in the middle of a value"):
        LVIS.read(str(tmp_path / "lvis.json"))
