"""The same 273 boxes of 100 photographs, written by others in eight text formats: one dataset."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cocokit.dataset import Dataset
from cocokit.formats import FORMATS, find_format

#: Where each lies below the folder, and the format that it is found to be.
FILES = {
    "coco_format_v1/instances_default.json": "coco",
    "coco_format_v2/instances_v2.json": "coco",
    "pascalvoc_format": "voc",
    "imagenet_format": "voc",
    "yolo_format": "darknet",
    "labelme_format": "labelme",
    "cvat_format/annotations.xml": "cvat",
    "openimages_format": "open-images",
}
Box = tuple[str, str, float, float, float, float]


def boxes(dataset: Dataset) -> Counter[Box]:
    """Each box with its photo and category by name, to a thousandth of a pixel."""
    value = dataset.to_dict()
    photos = {row["id"]: Path(row["file_name"]).stem for row in value["images"]}
    names = {row["id"]: row["name"] for row in value["categories"]}
    return Counter(
        (photos[row["image_id"]], names[row["category_id"]], *(round(v, 3) for v in row["bbox"]))
        for row in value["annotations"]
    )  # fmt: skip


@pytest.fixture(name="gts")
def gts_fixture(shared_data: Path) -> Path:
    return shared_data / "voc100_formats" / "gts"


@pytest.fixture(name="truth")
def truth_fixture(gts: Path) -> Counter[Box]:
    return boxes(Dataset.read(gts / "coco_format_v1" / "instances_default.json"))


@pytest.mark.parametrize("name", [name for name, format_ in FILES.items() if format_ in FORMATS])
def test_every_format_is_found_and_says_the_same(name: str, gts: Path, truth: Counter[Box]) -> None:
    format_ = find_format(gts / name)
    assert format_.name == FILES[name]
    found = format_.read(str(gts / name), images=str(gts.parent / "images")).dataset
    assert (len(found.images), len(found.annotations), len(found.categories)) == (100, 273, 20)
    sizes = {(Path(row["file_name"]).stem, row["width"], row["height"]) for row in found.to_dict()["images"]}
    known = Dataset.read(gts / "coco_format_v1" / "instances_default.json").to_dict()["images"]
    assert sizes == {(Path(row["file_name"]).stem, row["width"], row["height"]) for row in known}
    assert boxes(found) == truth
    assert all(row["area"] == pytest.approx(row["bbox"][2] * row["bbox"][3])
               for row in found.to_dict()["annotations"])  # fmt: skip


@pytest.mark.parametrize("name", ["yolo", "yolo-seg", "darknet", "voc"])
def test_and_what_we_write_says_it_too(name: str, gts: Path, truth: Counter[Box], tmp_path: Path) -> None:
    found = Dataset.open(gts / "coco_format_v1" / "instances_default.json")
    FORMATS[name].write(found, str(tmp_path / "out"))
    back = find_format(tmp_path / "out").read(str(tmp_path / "out"), images=str(gts.parent / "images")).dataset
    assert boxes(back) == truth
    assert list(back.images.file_name or []) == list(found.images.file_name or [])
