"""``cocokit dedup``: folders and datasets, tables, pages, exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cocokit.cli.data import Folder, dataset


@pytest.fixture(name="doubled")
def doubled_fixture(folder: Folder) -> Folder:
    """Photos of which 1.png and 3.png are one, and their dataset."""
    folder.write_photos()
    shutil.copy("photos/1.png", "photos/3.png")
    folder.write("instances.json", dataset())
    return folder


def test_a_folder(doubled: Folder) -> None:
    result = doubled.run("dedup", "photos", "--csv", "groups.csv", "--sheet", "near.html")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "3 photos: 1 group of near duplicates with 2 photos.",
        "  group 1: 1.png, 3.png",
    ]
    assert Path("groups.csv").read_text().splitlines() == ["group,file_name", "1,1.png", "1,3.png"]
    assert "1 group of near duplicates" in Path("near.html").read_text()


def test_a_dataset(doubled: Folder) -> None:
    result = doubled.run("dedup", "instances.json", "--images", "photos", "--json", "--csv", "groups.csv", "--fail")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {
        "photos": 3, "groups": [["1.png", "3.png"]], "pairs": [["1.png", "3.png", 1]], "rejected": 0, "failed": [],
    }  # fmt: skip
    assert Path("groups.csv").read_text().splitlines() == ["group,file_name,image_id", "1,1.png,1", "1,3.png,3"]


def test_missing_and_broken_photos_are_named(doubled: Folder) -> None:
    Path("photos/1.png").unlink()
    Path("photos/2.png").write_bytes(b"x")
    result = doubled.run("dedup", "instances.json", "--images", "photos", "--fail")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "3 photos: no near duplicates.",
        "2 files could not be compared:",
        "  photos/1.png: no such file; check the path",
        "  photos/2.png: is not an image that can be read; give a JPEG, PNG, WebP, BMP or TIFF",
    ]


def test_a_file_name_that_leads_out_of_the_folder_is_not_followed(doubled: Folder) -> None:
    data = dataset()
    shutil.move("photos/1.png", "1.png")
    data["images"][0]["file_name"] = "../1.png"
    doubled.write("instances.json", data)
    assert "photos/1.png: no such file" in doubled.run("dedup", "instances.json", "--images", "photos").stdout


def test_what_cannot_be_done_is_said_in_one_sentence(doubled: Folder) -> None:
    data = dataset()
    del data["images"][1]["file_name"]
    doubled.write("nameless.json", data)
    Path("empty").mkdir()
    for words, code, sentence in [
        (["none"], 1, "none: no such file"),
        (["empty"], 1, "empty: has no photos in it"),
        (["instances.json"], 2, "give --images DIR"),
        (["instances.json", "--images", "none"], 1, "none: is no folder"),
        (["nameless.json", "--images", "photos"], 1, "images[1].file_name: is missing"),
        (["photos", "--radius", "8"], 1, "radius is 8; use 0 to 7 bits"),
        (["photos", "--threshold", "2"], 1, "threshold is 2.0; use a number from 0 to 1"),
        (["photos", "--sheet", "near.png"], 2, "does not end in .html"),
        (["photos", "--csv", "none/groups.csv"], 1, "create its folder first"),
    ]:
        result = doubled.run("dedup", *words)
        assert result.exit_code == code, words
        assert sentence in result.stderr
