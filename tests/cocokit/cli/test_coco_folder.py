"""Folders and zips with a COCO file and its photos: found, read, and nothing in them left out in silence."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format
from tests.cocokit.cli.data import Folder, dataset


@pytest.fixture(name="home")
def home_fixture(folder: Folder) -> Folder:
    """A workspace with the folder ``set``: instances.json and images/ at its top."""
    folder.write_photos()
    os.mkdir("set")
    os.rename("photos", "set/images")
    folder.write("set/instances.json", dataset())
    folder.write("cocokit.toml", "")
    return folder


def zipped(folder: str) -> str:
    with zipfile.ZipFile("packed.zip", "w") as archive:
        for path in sorted(Path(folder).rglob("*")):
            archive.write(path, path.relative_to(folder))
    return "packed.zip"


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_and_its_photos_at_the_top_are_a_dataset(packed: bool, home: Folder) -> None:
    source = zipped("set") if packed else "set"
    assert home.run("convert", source, "back.json").exit_code == 0
    assert Path("back.json").read_bytes() == Path("set/instances.json").read_bytes()
    result = home.run("import", source, "--name", "a")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"datasets/a: 3 images, 6 annotations, 3 photos, 2 categories from {source} (coco)")


@pytest.mark.parametrize("packed", [False, True])
def test_photos_to_annotate_come_with_categories_and_say_what_stays_behind(packed: bool, home: Folder) -> None:
    result = home.run("import", zipped("set") if packed else "set", "--as", "images", "--name", "a")
    assert result.exit_code == 0
    assert result.stdout.startswith("datasets/a: 3 images, 2 categories from ")
    assert result.stderr == "note: 6 annotations left out: --as images brings photos and categories\n"
    assert [row["name"] for row in json.loads(Path("datasets/a/dataset.json").read_text())["categories"]] == ["a", "b"]


def test_what_is_not_read_is_told(home: Folder) -> None:
    shutil.copy("set/images/1.png", "set/images/9.png")
    home.write("set/notes.txt", "")
    home.write("set/dets.json", [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5}])
    told = home.run("import", "set", "--name", "a").stderr.splitlines()
    assert told == [
        "note: 2 files beside instances.json not read: dets.json, notes.txt",
        "note: 1 photo of no image left out: images/9.png",
    ]


def test_a_folder_of_photos_says_which_files_are_none(home: Folder) -> None:
    home.write("set/images/notes.txt", "")
    result = home.run("import", "set/images", "--as", "images", "--name", "a")
    assert result.stderr == "note: 1 file left out, no photo by the name: notes.txt\n"


@pytest.mark.parametrize("place", ["set", "set/images", "set/val2017"])
def test_photos_are_found_beside_and_below(place: str, home: Folder) -> None:
    os.makedirs(place, exist_ok=True)
    if place != "set/images":
        for name in os.listdir("set/images"):
            os.rename(f"set/images/{name}", f"{place}/{name}")
    found = FORMATS["coco"].read("set")
    assert (found.images, found.notes) == (place, ())
    assert FORMATS["coco"].read("set", "elsewhere").images == "elsewhere"


def test_several_files_are_named(home: Folder) -> None:
    home.write("set/more.json", dataset())
    result = home.run("import", "set", "--name", "a")
    assert result.exit_code == 1
    sentence = "set: has 2 COCO files: instances.json, more.json; give one of them, and its photos: --images DIR\n"
    assert result.stderr == f"cocokit: {sentence}"
    with pytest.raises(DataError, match="has no COCO file at its top"):
        FORMATS["coco"].read("set/images")


def test_a_file_in_annotations_is_found_and_another_format_keeps_its_folder(home: Folder) -> None:
    os.mkdir("set/annotations")
    os.rename("set/instances.json", "set/annotations/instances.json")
    assert find_format("set").name == "coco"
    assert len(FORMATS["coco"].read("set").dataset.annotations) == 6
    home.write("set/images/1.json", {"shapes": [], "imagePath": "1.png"})
    assert find_format("set").name == "labelme"


def test_datasets_of_others_are_found(shared_data: Path) -> None:
    found = FORMATS["coco"].read(str(shared_data / "fruits_nuts"))
    assert (find_format(shared_data / "fruits_nuts").name, len(found.dataset.images)) == ("coco", 18)
    assert found.images == str(shared_data / "fruits_nuts" / "images")
