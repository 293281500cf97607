"""Label Studio: exports as it writes them, round trips, hostile input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format
from tests.cocokit.formats.trips import RICH, counts, plain, trip

STUDIO = FORMATS["label-studio"]
_SIZE = {"original_width": 200, "original_height": 100, "image_rotation": 0}


def _region(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    tag = f"{kind}labels"
    return {
        "id": "aB3",
        "type": tag,
        "to_name": "i",
        "from_name": "l",
        **_SIZE,
        "value": {**value, tag: ["cat"]},
        **more,
    }


_BOX = _region("rectangle", {"x": 10, "y": 20, "width": 33.333333333333336, "height": 40, "rotation": 0})


def _task(*regions: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 5,
        "data": {"image": "/data/upload/3/1a2b-cat.jpg"},
        "annotations": [{"result": list(regions)}],
        **more,
    }


def _read(folder: Path, *tasks: Any) -> Any:
    (folder / "export.json").write_text(json.dumps(list(tasks)))
    return STUDIO.read(str(folder / "export.json"))


def _rows(folder: Path, *regions: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _read(folder, _task(*regions)).dataset.to_dict()["annotations"]
    return found


def test_an_export_is_known_and_its_rectangles_are_pixels(tmp_path: Path) -> None:
    found = _read(tmp_path, _task(_BOX))
    assert find_format(tmp_path / "export.json") is STUDIO
    assert found.dataset.to_dict() == {
        "images": [{"id": 5, "width": 200, "height": 100, "file_name": "1a2b-cat.jpg"}],
        "annotations": [{"id": 1, "image_id": 5, "category_id": 1, "bbox": [20, 20, 66.666666667, 40],
                         "area": 66.666666667 * 40, "iscrowd": 0}],
        "categories": [{"id": 1, "name": "cat"}],
    }  # fmt: skip
    assert found.notes == ()


def test_exactly_what_is_declared_is_lost(tmp_path: Path) -> None:
    want = plain(RICH, number_images=False)
    categories = {row["name"]: row["id"] for row in RICH["categories"]} | {"77": 4}
    new = {row["id"]: categories[row["name"]] for row in want["categories"]}
    rows = [row for i in (7, 3, 12) for row in RICH["annotations"] if row["image_id"] == i and "category_id" in row]
    for row, known in zip(want["annotations"], rows, strict=True):
        row |= {"id": known["id"], "category_id": new[row["category_id"]]}
    for row in want["categories"]:
        row["id"] = new[row["id"]]
    assert trip("label-studio", RICH, tmp_path).dataset.to_dict() == want
    assert counts(STUDIO, RICH) == {
        "top members": 2, "image members": 1, "supercategories": 1, "category members": 1,
        "annotations of unknown categories": 1, "places in the file": 5, "annotations without image": 1,
        "annotations without place": 1, "missing members": 1, "areas": 1, "boxes": 1, "compressed masks": 1,
        "ignore": 1, "scores": 1, "keypoints": 1, "captions": 1, "annotation members": 1,
    }  # fmt: skip


def test_the_second_trip_loses_nothing_and_category_ids_stay(tmp_path: Path, shared_data: Path) -> None:
    truth = Dataset.read(shared_data / "cocoapi_val2014_100/instances_val2014_100.json")
    once = trip("label-studio", truth, tmp_path).dataset
    assert [row.id for row in once.categories] == [row.id for row in truth.categories]
    ids = [[dataset.annotation(row).id for row in range(839)] for dataset in (once, truth)]
    assert sorted(map(str, ids[0])) == sorted(map(str, ids[1]))
    assert counts(STUDIO, once) == {}
    (tmp_path / "2").mkdir()
    assert trip("label-studio", once, tmp_path / "2").dataset.to_dict() == once.to_dict()


def test_turned_boxes_and_ellipses_are_polygons(tmp_path: Path) -> None:
    turned = _region("rectangle", {"x": 50, "y": 20, "width": 20, "height": 10, "rotation": 90})
    round_ = _region("ellipse", {"x": 50, "y": 50, "radiusX": 10, "radiusY": 10, "rotation": 0}, id="e")
    rows = _rows(tmp_path, turned, round_)
    assert np.allclose(rows[0]["bbox"], [90, 20, 10, 40])
    assert np.allclose(rows[1]["bbox"], [80, 40, 40, 20], atol=1)


def test_a_question_about_a_region_is_no_second_region(tmp_path: Path) -> None:
    plain_shape: dict[str, Any] = {"id": "aB3", "type": "rectangle", "to_name": "i", "from_name": "r", **_SIZE,
                   "value": {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}}  # fmt: skip
    labelled = {**plain_shape, "type": "labels", "value": {**plain_shape["value"], "labels": ["dog"]}}
    choice = {**plain_shape, "type": "choices", "value": {**plain_shape["value"], "choices": ["blurred"]}}
    found = _read(tmp_path, _task(labelled, choice))
    assert len(found.dataset.annotations) == 1
    assert found.notes == ()


def test_parts_are_joined_by_their_parent_and_not_by_an_id_that_is_there_twice(tmp_path: Path) -> None:
    ring = {"points": [[1, 1], [5, 1], [5, 5]]}
    root = _region("polygon", ring, id="a", meta={"text": ["iscrowd"]})
    parts = [_region("polygon", ring, id="b", parentID="a"), root]
    rows = _rows(tmp_path, *parts, _region("polygon", ring, id="a"))
    assert [(len(row["segmentation"]), row["iscrowd"]) for row in rows] == [(2, 1), (1, 0)]


def test_one_annotation_counts_and_the_others_are_told(tmp_path: Path) -> None:
    other = _region("rectangle", {"x": 0, "y": 0, "width": 100, "height": 100, "rotation": 0})
    each = [{"result": [_BOX], "was_cancelled": True}, {"result": [other]}, {"result": [_BOX], "ground_truth": True}]
    found = _read(tmp_path, _task(annotations=each, predictions=[{"result": []}]))
    assert found.dataset.annotation(0).bbox == (20, 20, 66.666666667, 40)
    assert found.lost == ("1 cancelled annotation left out", "1 further annotation left out", "1 prediction left out")


def test_regions_without_area_are_counted(tmp_path: Path) -> None:
    line = _region("vector", {"vertices": [{"x": 1, "y": 2}]})
    nameless = {**_BOX, "type": "rectangle"}
    found = _read(tmp_path, _task(line, nameless))
    assert len(found.dataset.annotations) == 0
    assert found.lost == ("2 regions left out: no area or no label",)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/local-files/?d=train/a%20b.jpg", "train/a b.jpg"),
        ("s3://bucket/photos/a.jpg", "photos/a.jpg"),
        ("https://example.org/photos/a%20b.jpg?size=2", "photos/a b.jpg"),
        ("photos/a.jpg", "photos/a.jpg"),
    ],
)
def test_names_of_photos(address: str, name: str, tmp_path: Path) -> None:
    assert _read(tmp_path, {"id": 1, "data": {"image": address}, "annotations": []}).dataset.image(0).file_name == name


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (_task({**_BOX, "original_width": "200"}), r"\[0\]: original_width and original_height are the string"),
        (_task({**_BOX, "original_width": 10**12}), "they are sizes in pixels"),
        (_task({**_BOX, "value": {**_BOX["value"], "x": "1"}}), r'result\[0\]\.value\.x: is the string "1"'),
        (_task({**_BOX, "value": {**_BOX["value"], "x": float("nan")}}), "is NaN; it is a number"),
        (_task(_region("polygon", {"points": [[1]]})), "a point is two numbers"),
        (_task(_region("brush", {"format": "rle", "rle": [0, 0, 0, 9, 9]})), "has 9 values where 200 x 100 px have"),
        (_task(data={}), r"\[0\]\.data: is an empty object"),
        (_task(data={"image": "/data/local-files/?d=../../a"}), "leads out of the folder"),
        (_task(annotations=[{"result": 7}]), "has a result that is no list"),
        (7, "where a list of tasks was expected"),
    ],
)
def test_a_bad_task_is_told_in_a_sentence(task: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        _read(tmp_path, task)


def test_a_file_that_was_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(json.dumps([_task(_BOX)])[:-9])
    with pytest.raises(DataError, match="the file ends in the middle of a value"):
        STUDIO.read(str(tmp_path / "export.json"))


def test_images_without_a_size_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    value = {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "annotations": [{"id": 1, "image_id": 1, "bbox": [0, 0, 1, 1]}],
    }
    with pytest.raises(DataError, match="is on image 1, which has no width and height; regions are percent"):
        STUDIO.write(Dataset.from_dict(value), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
