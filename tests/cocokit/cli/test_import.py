"""``cocokit import``: datasets of any format and photos into a workspace; hostile archives leave nothing behind."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cocokit.formats import FORMATS
from tests.cocokit.cli.data import Folder, dataset


@pytest.fixture(name="home")
def home_fixture(folder: Folder) -> Folder:
    """A workspace with a dataset and its photos outside of it."""
    folder.write_photos()
    folder.write("instances.json", dataset())
    os.mkdir("home")
    os.chdir("home")
    Path("cocokit.toml").write_text("")
    return folder


def _tree(root: str = ".") -> list[str]:
    return sorted(str(path.relative_to(root)) for path in Path(root).rglob("*") if path.is_file())


def _story(name: str = "instances") -> Any:
    return json.loads(Path(f"datasets/{name}/provenance.json").read_text())


def test_a_finished_dataset_with_its_photos(home: Folder) -> None:
    result = home.run("import", "../instances.json", "--images", "../photos")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "datasets/instances: 3 images, 6 annotations, 3 photos, 2 categories from ../instances.json (coco)",
        "next: cocokit check datasets/instances/dataset.json",
    ]
    original = Path("../instances.json").read_bytes()
    assert Path("datasets/instances/dataset.json").read_bytes() == original
    for name in ("1.png", "2.png", "3.png"):
        assert Path("datasets/instances/images", name).read_bytes() == Path("../photos", name).read_bytes()
    story, digest = _story(), hashlib.sha256(original).hexdigest()
    assert story["source"] == {"path": str(home.path / "instances.json"), "sha256": digest, "files": 1}
    assert story["dataset"] == {"file": "dataset.json", "sha256": digest}
    assert (story["format"], story["losses"], story["left_out"]) == ("coco", [], [])
    assert story["photos"]["copied"] == 3


@pytest.mark.parametrize("name", ["labelme", "cvat", "lvis", "label-studio", "open-images", "parquet"])
def test_datasets_of_other_formats(name: str, home: Folder) -> None:
    read = FORMATS["coco"].read("../instances.json").dataset
    FORMATS[name].write(read, "../other")
    result = home.run("import", "../other", "--name", "mine", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    told = json.loads(result.stdout)
    assert (told["format"], told["images"], told["annotations"], told["folder"]) == (name, 3, 6, "datasets/mine")
    assert len(_story("mine")["source"]["sha256"]) == 64
    assert len(json.loads(Path("datasets/mine/dataset.json").read_text())["annotations"]) == 6


def test_what_a_format_could_not_tell_is_told_and_kept(home: Folder, shared_data: Path) -> None:
    result = home.run("import", str(shared_data / "labelme_examples/examples/primitives"))
    assert result.exit_code == 0
    assert "note: 1 line left out: no area" in result.stderr.splitlines()
    assert "1 line left out: no area" in _story("primitives")["losses"]
    assert (Path("datasets/primitives/images/primitives.jpg")).is_file()


def test_images_for_a_campaign(home: Folder) -> None:
    result = home.run("import", "../instances.json", "--as", "images", "--images", "../photos", "--name", "pets")
    told = "note: 6 annotations left out: --as images brings photos and categories\n"
    assert (result.exit_code, result.stderr) == (0, told)
    assert result.stdout.splitlines() == [
        "datasets/pets: 3 images, 2 categories from ../instances.json (coco)",
        "next: cocokit campaign create NAME --coco datasets/pets/dataset.json",
    ]
    value = json.loads(Path("datasets/pets/dataset.json").read_text())
    assert [(row["id"], row["original_name"]) for row in value["images"]] == [(i, f"{i}.png") for i in (1, 2, 3)]
    for row in value["images"]:
        photo = Path("images", row["file_name"])
        assert hashlib.sha256(photo.read_bytes()).hexdigest() == photo.stem
    assert home.run("db", "migrate").exit_code == 0
    made = home.run("campaign", "create", "pets", "--coco", "datasets/pets/dataset.json")
    assert made.exit_code == 0
    assert made.stdout.splitlines()[0] == "campaign pets is a draft: 3 images, 2 categories"


def test_a_folder_of_photos_is_a_source_of_images(home: Folder) -> None:
    shutil.copy("../photos/1.png", "../photos/again.png")
    result = home.run("import", "../photos", "--as", "images", "--json")
    told = json.loads(result.stdout)
    assert (told["format"], told["images"]) == ("photos", 3)
    assert told["notes"] == ["1 photo is the same as another and was not taken again"]


def test_photos_that_do_not_fit_are_left_out_or_with_strict_an_error(home: Folder) -> None:
    Image.new("RGB", (7, 9)).save("../photos/1.png")
    Path("../photos/2.png").write_bytes(Path("../photos/3.png").read_bytes()[:10])
    result = home.run("import", "../instances.json", "--images", "../photos")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "left out: ../photos/1.png: is 7 x 9 px, and the dataset says 100 x 100; give the photos that the dataset was "
        "made of",
        "left out: ../photos/2.png: is not an image that can be read; give a JPEG, PNG, WebP, BMP or TIFF",
    ]
    assert _story()["photos"]["copied"] == 1
    assert len(_story()["left_out"]) == 2
    strict = home.run("import", "../instances.json", "--images", "../photos", "--strict", "--name", "b")
    assert strict.exit_code == 1
    assert strict.stderr.startswith("cocokit: ../photos/1.png: is 7 x 9 px")
    assert not Path("datasets/b").exists()


def test_an_import_is_replaced_only_when_told_to(home: Folder) -> None:
    assert home.run("import", "../instances.json").exit_code == 0
    again = home.run("import", "../instances.json")
    assert again.exit_code == 1
    assert "there is a datasets/instances already; choose another --name, or --replace it" in again.stderr
    assert home.run("import", "../instances.json", "--replace").exit_code == 0
    os.mkdir("datasets/mine")
    Path("datasets/mine/notes.txt").write_text("not an import")
    refused = home.run("import", "../instances.json", "--name", "mine", "--replace")
    assert refused.exit_code == 1
    assert Path("datasets/mine/notes.txt").read_text() == "not an import"


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "", "a\0"])
def test_a_name_is_a_name(name: str, home: Folder) -> None:
    result = home.run("import", "../instances.json", "--name", name)
    assert result.exit_code == 1
    assert "--name is" in result.stderr


def test_without_a_workspace_the_remedy_is_named(folder: Folder) -> None:
    folder.write("instances.json", dataset())
    Path("cocokit.toml").unlink(missing_ok=True)
    result = folder.run("import", "instances.json")
    assert result.exit_code == 1
    assert "run cocokit init DIR" in result.stderr


def _zip(fill: Callable[[zipfile.ZipFile], object]) -> str:
    with zipfile.ZipFile("../source.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return "../source.zip"


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def test_a_zip_of_photos_and_annotations(home: Folder) -> None:
    FORMATS["cvat"].write(FORMATS["coco"].read("../instances.json").dataset, "../annotations.xml")

    def fill(archive: zipfile.ZipFile) -> None:
        archive.write("../annotations.xml", "task/annotations.xml")
        for name in ("1.png", "2.png", "3.png"):
            archive.write(f"../photos/{name}", f"task/images/{name}")

    result = home.run("import", _zip(fill))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        "datasets/source: 3 images, 6 annotations, 3 photos, 2 categories from ../source.zip (cvat)"
    )
    digest = hashlib.sha256(Path("../source.zip").read_bytes()).hexdigest()
    assert _story("source")["source"]["sha256"] == digest


def _bomb(archive: zipfile.ZipFile) -> None:
    Image.new("1", (30000, 30000)).save("../bomb.png")
    archive.write("../bomb.png", "a/panoptic/1.png")
    row = {"image_id": 1, "file_name": "1.png", "segments_info": [{"id": 1, "category_id": 1}]}
    value = {"images": [{"id": 1, "width": 9, "height": 9, "file_name": "1.jpg"}], "annotations": [row],
             "categories": [{"id": 1, "name": "a", "isthing": 1}]}  # fmt: skip
    archive.writestr("a/panoptic.json", json.dumps(value))


@pytest.mark.parametrize(
    ("fill", "told"),
    [
        (lambda z: z.writestr("../../evil.json", "{}"), "leads out of the folder"),
        (lambda z: z.writestr("/tmp/evil.json", "{}"), "leads out of the folder"),
        (lambda z: z.writestr("C:\\evil.json", "{}"), "leads out of the folder"),
        (lambda z: z.writestr(_entry("a", stat.S_IFLNK | 0o777), "/etc/passwd"), "is a symbolic link"),
        (lambda z: z.writestr("instances.json", '{"images": [{"id"'), "the file ends in the middle of a value"),
        (lambda z: z.writestr("a.xml", "<annotations><image id='1'"), "is not XML"),
        (lambda z: z.writestr("readme.txt", "hello"), "is none of the formats that are known"),
        (_bomb, "900.0 megapixels, and the limit is"),
        (lambda z: z.writestr("instances.json", json.dumps(
            {"images": [{"id": 1, "file_name": "../../x.png", "width": 1, "height": 1}]})), "leads out of the folder"),
    ],
)  # fmt: skip
def test_hostile_archives_are_one_sentence_and_leave_nothing(
    fill: Callable[[zipfile.ZipFile], object], told: str, home: Folder
) -> None:
    path, before = _zip(fill), _tree("..")
    for more in ([], ["--as", "images"]):
        result = home.run("import", path, "--images", "../photos", *more)
        assert result.exit_code == 1
        assert told in result.stderr
        assert result.stderr.count("\n") == 1
        assert result.stdout == ""
        after = [name for name in _tree("..") if not name.endswith("bomb.png")]
        assert after == [name for name in before if not name.endswith("bomb.png")]
    assert not Path("datasets").exists() or os.listdir("datasets") == []


def test_a_zip_that_was_cut_off_is_told(home: Folder) -> None:
    path = Path(_zip(lambda z: z.write("../instances.json", "instances.json")))
    path.write_bytes(path.read_bytes()[:-30])
    result = home.run("import", str(path))
    assert result.exit_code == 1
    assert "is a damaged zip archive" in result.stderr


def test_a_full_disk_leaves_the_old_import_whole(home: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.run("import", "../instances.json", "--images", "../photos").exit_code == 0
    before = {name: Path(name).read_bytes() for name in _tree(".")}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cocokit.formats.importing.write_provenance", full)
    result = home.run("import", "../instances.json", "--images", "../photos", "--replace")
    assert result.exit_code == 1
    assert "cannot be written: No space left on device" in result.stderr
    assert {name: Path(name).read_bytes() for name in _tree(".")} == before
