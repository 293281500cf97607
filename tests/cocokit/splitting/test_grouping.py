"""What keeps images together: photographers and days, files of groups, near duplicates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.near.grouping import join
from cocokit.splitting.grouping import near_groups, photographer_groups, read_groups
from tests.cocokit.splitting.made import dataset, instances


def photographed(*rows: dict[str, Any]) -> Dataset:
    """A dataset whose images have these members too."""
    data = instances([[1]] * len(rows))
    for image, members in zip(data["images"], rows, strict=True):
        image |= members
    return Dataset.from_dict(data)


def test_photos_of_one_photographer_and_day_are_together() -> None:
    made = photographed(
        {"photographer": "ann", "date_captured": "2013-11-24 04:49:37"},
        {"photographer": "bob", "date_captured": "2013-11-24 05:00:00"},
        {"photographer": "ann", "date_captured": "2013-11-24 23:59:59"},
        {"photographer": "ann", "date_captured": "2013-11-25 00:00:01"},
        {"date_captured": "2013-11-24 04:49:37"},
        {"date_captured": "2013-11-24 04:49:37", "photographer": None},
        {"author": "bob", "date_captured": "2013-11-24"},
        {"photographer": "ann"},
        {"photographer": "ann", "date_captured": ""},
        {"photographer": 7, "date_captured": 20131124},
    )
    assert photographer_groups(made).tolist() == [0, 1, 0, 3, 4, 5, 1, 7, 7, 9]


def test_without_photographers_that_is_said() -> None:
    with pytest.raises(DataError, match="images: have no photographer; name them in a member photographer"):
        photographer_groups(dataset([[1]] * 3))


def test_groups_in_a_file(tmp_path: Path) -> None:
    made, path = dataset([[1]] * 5), tmp_path / "groups.csv"  # ids 3, 13, 23, 33, 43
    path.write_text("group,file_name,image_id\n1,x,13\n1,y,43\n2,z,3\n2,z,99\n")
    assert [found.tolist() if hasattr(found, "tolist") else found for found in read_groups(path, made)] == [
        [0, 1, 2, 3, 1],
        1,
    ]
    path.write_text("﻿file_name,group\r\n13.jpg,a\r\n43.jpg,a\r\n".encode().decode(), encoding="utf-8")
    assert read_groups(path, made)[0].tolist() == [0, 1, 2, 3, 1]
    listed = tmp_path / "groups.json"
    for value in ({"a": [13, "43.jpg"]}, [[13, 43], [3]]):
        listed.write_text(json.dumps(value))
        assert read_groups(listed, made)[0].tolist() == [0, 1, 2, 3, 1]


def test_groups_that_share_images_around_in_a_circle_are_one(tmp_path: Path) -> None:
    path = tmp_path / "groups.json"
    path.write_text(json.dumps({"a": [3, 13], "b": [13, 23], "c": [23, 3], "d": [33, 33]}))
    assert read_groups(path, dataset([[1]] * 5))[0].tolist() == [0, 0, 0, 3, 4]


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("a.csv", "", "has the columns of an empty file; name them group"),
        ("a.csv", "file_name\n3.jpg\n", "line 1: has the columns file_name; name them group, and image_id"),
        ("a.csv", "group,image_id\n1,three\n", "line 2: 'three' is no image id; use file_name"),
        ("a.csv", "group,image_id\n1\n", "line 2: has no group or no image"),
        ("a.csv", "group,image_id\n1,99\n1,98\n", r"names no image of this dataset \(2 others\)"),
        ("a.json", "{", "is not JSON"),
        ("a.json", "3", "is no object of groups"),
        ("a.json", '{"a": 3}', "is no list"),
        ("a.json", '{"a": [true]}', "True is no image id and no file name"),
        ("a.json", "[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_is_no_file_of_groups_is_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=words):
        read_groups(tmp_path / name, dataset([[1]] * 5))


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"group,file_name\n1,\xff\n")
    for name, words in (("a.csv", "is not UTF-8 text"), ("none.csv", "No such file"), (".", "Is a directory")):
        with pytest.raises(DataError, match=words):
            read_groups(tmp_path / name, dataset([[1]]))


def test_near_duplicates_and_photographers_are_joined(tmp_path: Path) -> None:
    from tests.cocokit.cli.data import Folder

    folder = Folder(tmp_path)
    folder.write_photos()
    (tmp_path / "photos" / "2.png").write_bytes((tmp_path / "photos" / "1.png").read_bytes())
    made = photographed(
        {"file_name": "1.png"}, {"file_name": "2.png", "photographer": "x"}, {"file_name": "3.png", "photographer": "x"}
    )
    label, found = near_groups(made, tmp_path / "photos")
    assert (label.tolist(), found.failed) == ([0, 0, 2], [])
    assert join(label, photographer_groups(made)).tolist() == [0, 0, 0]
