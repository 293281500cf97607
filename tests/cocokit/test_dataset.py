"""The columnar dataset: look-ups, selections and single records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.coco_json import results_from_json
from cocokit.columns import Ragged, take_ragged
from cocokit.dataset import Dataset
from cocokit.errors import NotFoundError
from cocokit.records import detection_record
from cocokit.types import Annotation, Detection, Image, Rle


def sample() -> dict[str, Any]:
    return {
        "info": {"year": 2026},
        "images": [{"id": 30, "width": 9, "height": 8, "file_name": "a.jpg", "own": 1}, {"id": 10}, {"id": 20}],
        "annotations": [
            {"id": 5, "image_id": 30, "category_id": 2, "bbox": [0, 1, 2, 3], "segmentation": [[0, 0, 1, 0, 1, 1]]},
            {"id": 4, "image_id": 10, "category_id": 1, "segmentation": {"size": [2, 3], "counts": "06"}, "x": [None]},
            {"id": 3, "image_id": 30, "category_id": 1, "segmentation": {"size": [2, 3], "counts": [1, 5]}},
            {"id": 2, "image_id": 77, "category_id": 2, "segmentation": [], "iscrowd": 1, "area": 2.5},
            {"id": 1, "image_id": 30, "caption": "Two cats."},
        ],
        "categories": [{"id": 2, "name": "cat"}, {"id": 1, "name": "dog"}],
    }


def test_rows_are_found_by_image_and_category_in_file_order() -> None:
    ds = Dataset.from_dict(sample())
    assert ds.annotations_of_image(30).tolist() == [0, 2, 4]
    assert ds.annotations_of_image(20).tolist() == []
    assert ds.annotations_of_image(2**63 - 1).tolist() == []
    assert ds.annotations_of_category(1).tolist() == [1, 2]
    assert ds.annotations_of_category(0).tolist() == []
    assert ds.image_row(20) == 2
    with pytest.raises(NotFoundError, match="no image has the id 99"):
        ds.image_row(99)


def test_ids_at_the_ends_of_64_bits_are_found() -> None:
    ends = [2**63 - 1, -(2**63), 0]
    ds = Dataset.from_dict({"images": [{"id": i} for i in ends]})
    assert [ds.image_row(i) for i in ends] == [0, 1, 2]


def test_the_last_of_two_images_with_one_id_counts() -> None:
    assert Dataset.from_dict({"images": [{"id": 1}, {"id": 1, "width": 5}]}).image_row(1) == 1


def test_records_say_what_the_rows_say() -> None:
    ds = Dataset.from_dict(sample())
    assert ds.image(0) == Image(30, 9, 8, "a.jpg", {"own": 1})
    assert ds.image(1) == Image(10, 0, 0)
    polygons = ((0.0, 0.0, 1.0, 0.0, 1.0, 1.0),)
    assert ds.annotation(0) == Annotation(5, 30, 2, bbox=(0.0, 1.0, 2.0, 3.0), segmentation=polygons)
    assert ds.annotation(1) == Annotation(4, 10, 1, segmentation=Rle(2, 3, b"06"), extras={"x": [None]})
    assert ds.annotation(2) == Annotation(3, 30, 1, segmentation=Rle(2, 3, (1, 5)))
    assert ds.annotation(3) == Annotation(2, 77, 2, area=2.5, segmentation=(), iscrowd=True)
    assert ds.annotation(4) == Annotation(1, 30, caption="Two cats.")


def test_a_result_becomes_a_detection() -> None:
    rows = results_from_json([{"image_id": 1, "category_id": 2, "score": 0.5, "keypoints": [1, 2, 0]}])
    assert detection_record(rows, 0) == Detection(1, 2, 0.5, keypoints=(1.0, 2.0, 0.0))


def test_a_selection_by_image_keeps_everything_of_these_images() -> None:
    value = sample()
    chosen = Dataset.from_dict(value).select(img_ids=[30, 12345]).to_dict()
    value["images"] = value["images"][:1]
    value["annotations"] = [a for a in value["annotations"] if a["image_id"] == 30]
    assert chosen == value


def test_a_selection_by_category_drops_captions_and_other_categories() -> None:
    value = sample()
    chosen = Dataset.from_dict(value).select(cat_ids=[1]).to_dict()
    value["categories"] = value["categories"][1:]
    value["annotations"] = value["annotations"][1:3]
    assert chosen == value


def test_an_empty_selection_is_a_data_set() -> None:
    ds = Dataset.from_dict(sample()).select(img_ids=[], cat_ids=[])
    assert repr(ds) == "Dataset(0 images, 0 annotations, 0 categories)"
    assert ds.to_dict() == {"info": {"year": 2026}, "images": [], "annotations": [], "categories": []}


def test_reading_and_writing_go_through_files(tmp_path: Path) -> None:
    Dataset.from_dict(sample()).write(tmp_path / "d.json")
    assert Dataset.read(tmp_path / "d.json").to_dict() == sample()


def test_images_of_real_data_find_their_annotations(shared_data: Path) -> None:
    ds = Dataset.read(shared_data / "coco_mini" / "annotations" / "instances_val2017.json")
    counts = [len(ds.annotations_of_image(i)) for i in ds.images.id.tolist()]
    assert sum(counts) == len(ds.annotations) == 624
    halves = [ds.select(img_ids=ds.images.id[part].tolist()) for part in (slice(0, 40), slice(40, None))]
    assert sum(len(half.annotations) for half in halves) == 624


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=6), st.data())
def test_ragged_rows_are_taken_like_lists(rows: list[list[int]], data: st.DataObject) -> None:
    offsets = np.cumsum([0, *map(len, rows)])
    ragged = Ragged(np.array([value for row in rows for value in row], np.int64), offsets)
    pick = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=8)) if rows else []
    taken = take_ragged(ragged, np.array(pick, np.int64))
    assert [taken[i].tolist() for i in range(len(taken))] == [rows[i] for i in pick]
