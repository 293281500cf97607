"""Open Images: the real boxes, round trips, hostile input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format, lost
from tests.cocokit.formats.trips import RICH, by_photo, counts, plain, trip

OPEN = FORMATS["open-images"]
SAMPLE = "voc100_formats/gts/openimages_format"
_HEAD = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
)
_SIZES = "ImageID,FileName,Width,Height\n0a,0a.jpg,200,100\n"


def _read(folder: Path, rows: str, head: str = _HEAD, sizes: str = _SIZES) -> Any:
    (folder / "train-annotations-bbox.csv").write_text(head + rows)
    if sizes:
        (folder / "images.csv").write_text(sizes)
    return OPEN.read(str(folder))


def test_real_boxes_are_those_of_the_coco_file(shared_data: Path, tmp_path: Path) -> None:
    assert find_format(shared_data / SAMPLE) is OPEN
    photos = str(shared_data / "voc100_formats/images")
    found = OPEN.read(str(shared_data / SAMPLE), photos)
    coco = FORMATS["coco"].read(str(shared_data / "voc100_formats/gts/coco_format_v1/instances_default.json"))
    assert by_photo(found) == by_photo(coco)
    assert len(found.dataset.annotations) == 273
    assert lost(found.dataset, OPEN) == []
    assert trip("open-images", found.dataset, tmp_path).dataset.to_dict() == found.dataset.to_dict()


def test_without_photos_the_remedy_is_told(shared_data: Path) -> None:
    with pytest.raises(DataError, match=r"line 2: image '2007_000027.jpg' has no size: .*; give the folder .*--images"):
        OPEN.read(str(shared_data / SAMPLE))


def test_exactly_what_is_declared_is_lost(tmp_path: Path) -> None:
    want = plain(RICH, number_images=False)
    for row in want["annotations"]:
        row.pop("segmentation", None)
    boxes = [row for i in (7, 3) for row in RICH["annotations"] if row["image_id"] == i and "bbox" in row]
    for row, known in zip(want["annotations"], boxes, strict=True):
        row |= {"bbox": known["bbox"], "area": known["bbox"][2] * known["bbox"][3]}
    assert trip("open-images", RICH, tmp_path).dataset.to_dict() == want
    assert counts(OPEN, RICH) == {
        "top members": 2, "image members": 1, "category ids": 2, "supercategories": 1, "category members": 1,
        "annotations of unknown categories": 1, "annotation ids": 7, "places in the file": 5,
        "annotations without image": 1, "annotations without box": 1, "missing members": 1, "areas": 2,
        "segmentations": 3, "ignore": 1, "scores": 1, "keypoints": 1, "captions": 1, "annotation members": 1,
    }  # fmt: skip


def test_the_second_trip_loses_nothing(tmp_path: Path, shared_data: Path) -> None:
    truth = Dataset.read(shared_data / "cocoapi_val2014_100/instances_val2014_100.json")
    once = trip("open-images", truth, tmp_path).dataset
    assert counts(OPEN, once) == {}
    (tmp_path / "2").mkdir()
    assert trip("open-images", once, tmp_path / "2").dataset.to_dict() == once.to_dict()


def test_groups_flags_names_and_confidence(tmp_path: Path) -> None:
    (tmp_path / "class-descriptions-boxable.csv").write_text("/m/01,Tortoise\n/m/02,Sea lion\n")
    found = _read(tmp_path, "0a,xclick,/m/02,1,0.1,0.2,0.3,0.5,1,0,1,0,-1\n0a,,/m/01,0.7,0,1,0,1,0,0,0,0,0\n")
    value = found.dataset.to_dict()
    assert value["categories"] == [
        {"id": 1, "name": "Tortoise", "mid": "/m/01"}, {"id": 2, "name": "Sea lion", "mid": "/m/02"}
    ]  # fmt: skip
    assert value["annotations"][0] == {
        "id": 1, "image_id": 1, "category_id": 2, "bbox": [20, 30, 20, 20], "area": 400, "iscrowd": 1,
        "attributes": {"IsOccluded": 1, "IsTruncated": 0, "IsDepiction": 0, "Source": "xclick"},
    }  # fmt: skip
    assert found.lost == ("1 box is not sure, which is left out",)
    (tmp_path / "2").mkdir()
    assert trip("open-images", found.dataset, tmp_path / "2").dataset.to_dict() == value


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("0a,,x,1,zero,0.2,0.3,0.5,0,0,0,0,0\n", 'line 2: XMin is the string "zero"; it is a share'),
        ("0a,,x,1,nan,0.2,0.3,0.5,0,0,0,0,0\n", "XMin is"),
        ("0a,,x,1,0.1\n", "line 2: has 5 columns, not those of its header; was it cut off"),
        ('0a,,"x', "is no CSV in UTF-8"),
        ("0b,,x,1,0,1,0,1,0,0,0,0,0\n", "image '0b' has no size"),
    ],
)
def test_a_bad_row_is_told_in_a_sentence(rows: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        _read(tmp_path, rows)


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ("ImageID,FileName,Width,Height\n0a,../0a.jpg,2,2\n", "leads out of the folder"),
        ("ImageID,FileName,Width,Height\n0a,0a.jpg,2.5,2\n", "sizes and ids are whole numbers"),
        ("ImageID,FileName,Width,Height\n0a,0a.jpg,0,2\n", "image '0a' has no size"),
    ],
)
def test_a_bad_list_of_images_is_told(sizes: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        _read(tmp_path, "0a,,x,1,0,1,0,1,0,0,0,0,0\n", sizes=sizes)


def test_a_photo_that_is_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(_HEAD + "0a,,x,1,0,1,0,1,0,0,0,0,0\n")
    with pytest.raises(DataError, match="has no photo '0a'"):
        OPEN.read(str(tmp_path / "a.csv"), str(tmp_path))
