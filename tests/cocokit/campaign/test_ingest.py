"""Photos of a folder and images of a COCO file become a campaign's images."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cocokit.campaign.ingest import ingest_coco, ingest_folder, read_gold
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from tests.cocokit.test_photos import NOISE, hostile


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with two photos, one of them twice, and a folder inside."""
    folder = tmp_path / "photos"
    (folder / "inner").mkdir(parents=True)
    Image.fromarray(NOISE).save(folder / "b.JPG", "JPEG")
    Image.fromarray(NOISE[::-1]).save(folder / "inner" / "a.png")
    shutil.copy(folder / "b.JPG", folder / "c.jpeg")
    (folder / "notes.txt").write_text("not looked at")
    (folder / ".hidden.jpg").write_text("not looked at")
    return folder


def test_a_folder_comes_in_once_each_under_its_content(photos: Path, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    found = ingest_folder(photos, tmp_path / "images", progress=lambda done, total: calls.append((done, total)))
    assert [(i.coco_id, i.origin["name"]) for i in found.images] == [(1, "b.JPG"), (2, "inner/a.png")]
    assert (found.duplicates, found.broken) == (1, [])
    assert calls == [(1, 3), (2, 3), (3, 3)]
    for image in found.images:
        assert image.sha256
        assert image.sha256 in image.file_name
        with Image.open(tmp_path / "images" / image.file_name) as kept:
            assert kept.size == (image.width, image.height) == (30, 20)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "images").rglob("*.*")}
    assert ingest_folder(photos, tmp_path / "images") == found
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "images").rglob("*.*")} == before


def test_broken_files_are_left_out_with_a_sentence_each(tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    broken = hostile(folder)
    found = ingest_folder(folder, tmp_path / "images")
    assert [i.origin["name"] for i in found.images] == ["good.jpg"]
    assert len(found.broken) == len(broken)
    for name, words in broken.items():
        assert any(name in sentence and words in sentence for sentence in found.broken), name
    with pytest.raises(DataError, match=r"cut\.jpg"):
        ingest_folder(folder, tmp_path / "strict", strict=True)


@pytest.mark.parametrize("name, words", [("missing", "no such folder"), ("empty", "has no photo")])
def test_a_folder_without_photos_is_one_sentence(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=words):
        ingest_folder(tmp_path / name, tmp_path / "images")


def dataset(**image: Any) -> Dataset:
    row = {"id": 7, "file_name": "b.JPG", "width": 30, "height": 20, "license": 3, "coco_url": "u", **image}
    licenses = [{"id": 3, "name": "CC0", "url": "x"}]
    return Dataset.from_dict({"images": [row], "annotations": [], "categories": [], "licenses": licenses})


def test_images_of_a_coco_file_keep_ids_and_origins(photos: Path, tmp_path: Path) -> None:
    (bare,) = ingest_coco(dataset(), "gt.json", None, tmp_path / "images").images
    assert (bare.coco_id, bare.file_name, bare.sha256) == (7, "b.JPG", None)
    assert bare.origin["license"] == {"id": 3, "name": "CC0", "url": "x"}
    (full,) = ingest_coco(dataset(), "gt.json", photos, tmp_path / "images").images
    assert (full.coco_id, full.origin["name"], full.origin["coco_url"]) == (7, "b.JPG", "u")
    assert (tmp_path / "images" / full.file_name).exists()


@pytest.mark.parametrize(
    "image, words",
    [({"width": 20, "height": 30}, "is 30 x 20 px upright, and the dataset says 20 x 30"),
     ({"file_name": "z.jpg"}, "no such file")],
)  # fmt: skip
def test_a_photo_that_does_not_fit_its_dataset(photos: Path, tmp_path: Path, image: Any, words: str) -> None:
    found = ingest_coco(dataset(**image), "gt.json", photos, tmp_path / "images")
    assert not found.images
    assert words in found.broken[0]
    with pytest.raises(DataError, match=words):
        ingest_coco(dataset(**image), "gt.json", photos, tmp_path / "images", strict=True)


def test_a_coco_file_that_cannot_be_a_campaign(tmp_path: Path) -> None:
    twice = dataset().to_dict()
    twice["images"] *= 2
    with pytest.raises(DataError, match=r"images\[1\].id: 7 is there twice"):
        ingest_coco(Dataset.from_dict(twice), "gt.json", None, tmp_path)
    with pytest.raises(DataError, match="images: is empty"):
        ingest_coco(Dataset.from_dict({"images": []}), "gt.json", None, tmp_path)
    found = ingest_coco(dataset(width=0), "gt.json", None, tmp_path)
    assert "has no file_name, width or height" in found.broken[0]


def test_gold_finds_its_images_by_name_and_by_id(photos: Path, tmp_path: Path) -> None:
    square = [2.0, 2.0, 9.0, 2.0, 9.0, 9.0, 2.0, 9.0]
    note = {"image_id": 7, "iscrowd": 0, "area": 49, "bbox": [2, 2, 7, 7]}
    notes = [
        {**note, "id": 1, "category_id": 18, "segmentation": [square]},
        {**note, "id": 2, "category_id": 18, "segmentation": {"size": [20, 30], "counts": [21, 3, 576]}},
        {**note, "id": 3, "category_id": 18, "segmentation": {"size": [20, 30], "counts": [0, 600]}, "iscrowd": 1},
        {**note, "id": 4, "category_id": 99, "segmentation": [square]},
    ]
    path = tmp_path / "gold.json"
    path.write_text(json.dumps({**dataset().to_dict(), "annotations": notes}))
    images = ingest_folder(photos, tmp_path / "images").images
    gold = read_gold(path, images, [18])
    assert [(g.coco_id, g.category_id, g.mask.area, g.mask.tool) for g in gold] == [
        (1, 18, 49.0, "polygon"), (1, 18, 3.0, "brush"),
    ]  # fmt: skip
    by_id = ingest_coco(dataset(file_name="other.jpg"), "gt.json", None, tmp_path).images
    with pytest.raises(DataError, match="has no mask on an image and of a category of this campaign"):
        read_gold(path, by_id, [18])
    with pytest.raises(DataError, match="has no mask"):
        read_gold(path, images, [1])
