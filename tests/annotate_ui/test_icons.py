"""Every category of COCO has a picture that is safe to show, small, licensed, and the one that was looked at."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.annotate_ui.icons import FOLDER, icon_file, letters
from cocokit.categories import COCO_91

SOURCES = json.loads((FOLDER / "SOURCES.json").read_text())
FILES = sorted(FOLDER.glob("*.svg"))
#: What else has a picture: the categories of the demo that COCO does not know.
MORE = ("rocket", "saucer", "helmet", "camera", "tripod", "tower", "lamp", "box", "coin")
NAMES = (*(category.name for category in COCO_91), *MORE)
#: What a flat picture is made of: no script, no link, no style, no text in a font that may be missing.
DRAWN = {"svg", "g", "path", "rect", "circle", "ellipse"}


@pytest.mark.parametrize("category", COCO_91, ids=lambda c: c.name)
def test_each_of_cocos_categories_has_a_picture_of_its_own(category) -> None:
    assert icon_file(category.name) == category.name.replace(" ", "-") + ".svg"


def test_no_picture_is_left_over_and_none_is_there_twice() -> None:
    assert {f.name for f in FILES} == {icon_file(name) for name in NAMES} == set(SOURCES)
    assert len({row["sha256"] for row in SOURCES.values()}) == len(NAMES)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_picture_is_the_one_that_was_looked_at(file) -> None:
    assert hashlib.sha256(file.read_bytes()).hexdigest() == SOURCES[file.name]["sha256"], \
        f"{file.name} was changed: look at it at 24 px in light and dark, then write its new sum into SOURCES.json"


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_picture_is_plain_and_small(file) -> None:
    text = file.read_text()
    root = ElementTree.fromstring(text)
    assert {node.tag.rpartition("}")[2] for node in root.iter()} <= DRAWN
    assert root.get("viewBox") == "0 0 32 32"
    assert not re.search(r"url\(|href|style=|\bon[a-z]+=", text)
    assert len(text) < 6000


def test_the_pictures_of_a_group_on_screen_are_light() -> None:
    groups: dict[str, int] = {}
    for category in COCO_91:
        size = (FOLDER / f"{category.name.replace(' ', '-')}.svg").stat().st_size
        groups[category.supercategory] = groups.get(category.supercategory, 0) + size
    assert max(groups.values()) < 24_000, groups


def test_the_licence_lies_beside_them() -> None:
    licence = (FOLDER / "LICENSE").read_text()
    assert "MIT License" in licence
    assert "Copyright (c) Microsoft Corporation." in licence
    assert sum(row["upstream"] is not None for row in SOURCES.values()) == 66 + 7


@pytest.mark.parametrize(("name", "file"), [
    ("Person", "person.svg"), ("TV", "tv.svg"), ("traffic_light", "traffic-light.svg"), ("  hot   dog ", "hot-dog.svg"),
    ("tvmonitor", "tv.svg"), ("aeroplane", "airplane.svg"), ("axolotl", None), ("", None), ("LICENSE", None),
    ("../../app", None), ("dog.svg", None), ("dog\0", None)])
def test_names_find_their_picture_and_nothing_else(name: str, file: str | None) -> None:
    assert icon_file(name) == file


@given(st.text())
def test_any_name_has_one_or_two_letters(name: str) -> None:
    assert icon_file(name) is None or icon_file(name) in SOURCES
    assert 1 <= len(letters(name)) <= 4  # One letter may become two when it is made large.
