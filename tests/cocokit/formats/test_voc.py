"""PASCAL VOC: what is written is read again but for what the format declares to lose; files of others; hostile ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import find_format, format_named, lost
from tests.cocokit.formats.random_datasets import random_dataset, write_photos
from tests.cocokit.formats.stripped import canonical, stripped

Json = dict[str, Any]


def kept_of(made: Json) -> Json:
    """Rows that cannot become objects are left out before anything is asked of them."""
    images = {row["id"] for row in made["images"]}
    rows = [r for r in made["annotations"] if r["image_id"] in images and "bbox" in r and "category_id" in r]
    return {**made, "annotations": rows}


def coarser(made: Json) -> None:
    for row in made["annotations"]:
        x, y, w, h = row["bbox"]
        row["bbox"] = [x, y, *(float(np.round(np.round(a + b, 6) - a, 6)) for a, b in ((x, w), (y, h)))]


def only_true_ignores(made: Json) -> None:
    for row in made["annotations"]:
        if not row.get("ignore"):
            row.pop("ignore", None)


def nothing(made: Json) -> None:
    """Done before."""


def round_trip(made: Json, folder: Path) -> Json:
    format_named("voc").write(Dataset.from_dict(made), str(folder / "out"))
    return find_format(folder / "out").read(str(folder / "out")).dataset.to_dict()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_boxes_come_back_but_for_what_is_declared(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = random_dataset(random.Random(seed))
    back = round_trip(made, tmp_path_factory.mktemp("voc"))
    own = {"ignore": only_true_ignores, "instances without box": nothing, "finer coordinates": coarser,
           "categories of one name": nothing}  # fmt: skip
    names = [loss.what for loss in format_named("voc").losses]
    assert canonical(back) == canonical(stripped(kept_of(made), names, own))


def test_what_other_tools_wrote_is_kept_and_written_again(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(
        "<?xml version='1.0'?><annotation verified='yes'><folder>x</folder><filename>a.jpg</filename>"
        "<size><width>90</width><height>80</height><depth>3</depth></size>"
        "<object><name>cat &amp; dog</name><pose>Left</pose><truncated>1</truncated><occluded>1</occluded>"
        "<difficult>1</difficult><bndbox><xmin>1.5</xmin><ymin>2</ymin><xmax>30.1</xmax><ymax>40</ymax></bndbox>"
        "<part><name>head</name></part></object></annotation>"
    )
    first = find_format(tmp_path).read(str(tmp_path)).dataset
    assert first.to_dict()["annotations"] == [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1.5, 2, 28.6, 38], "area": 28.6 * 38, "iscrowd": 0,
         "ignore": 1, "pose": "Left", "truncated": 1, "occluded": 1}
    ]  # fmt: skip
    assert lost(first, format_named("voc")) == []
    assert round_trip(first.to_dict(), tmp_path) == first.to_dict()


def test_crowds_stay_crowds_and_are_difficult_to_others(tmp_path: Path) -> None:
    made = {"images": [{"id": 1, "width": 9, "height": 9, "file_name": "a.jpg"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 3], "area": 6, "iscrowd": 1}],
            "categories": [{"id": 1, "name": "cat"}]}  # fmt: skip
    assert round_trip(made, tmp_path) == made
    root = ElementTree.parse(tmp_path / "out" / "Annotations" / "a.xml").getroot()
    assert root.findtext("object/difficult") == "1"


def test_photos_come_along_and_say_their_size(tmp_path: Path) -> None:
    made = random_dataset(random.Random(5), ugly=False)
    photos = write_photos(made, tmp_path / "photos")
    format_named("voc").write(Dataset.from_dict(made), str(tmp_path / "out"), str(photos))
    for row in made["images"]:
        copy = tmp_path / "out" / "JPEGImages" / row["file_name"]
        assert copy.read_bytes() == (photos / row["file_name"]).read_bytes()
    for path in (tmp_path / "out" / "Annotations").rglob("*.xml"):
        path.write_text(path.read_text().replace("width>", "breadth>"))
    with pytest.raises(DataError, match="width is null"):
        format_named("voc").read(str(tmp_path / "out"))


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>', "has a document type"),
        ("<annotation><object><name>a</name></object></annotation>", "object 1: has no bndbox"),
        ("<annotation><object><bndbox/></object></annotation>", "object 1: has no name"),
        ("<annotation><size><width>x</width><height>2</height></size></annotation>", 'width is the string "x"'),
        ("<annotation><size><width>nan</width><height>2</height></size></annotation>", "width is the string"),
        ("<annotation></annotation>", "does not say how large the image is"),
        ("<annotation><object>", "is not XML"),
        ("<annotation><object><name>a</name><bndbox><xmin>9</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox>"
         "</object></annotation>", "has the corners [9.0, 1.0, 2.0, 3.0]; xmin and ymin come first"),
        ("", "is not XML"),
        ("<other><annotation></annotation></other>", "has <other> where <annotation> was expected"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(DataError) as error:
        format_named("voc").read(str(tmp_path))
    assert sentence in str(error.value)
    assert str(tmp_path / "a.xml") in str(error.value)


def test_an_entity_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    (tmp_path / "a.xml").write_text(f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><annotation>&a9;</annotation>')
    with pytest.raises(DataError, match="has a document type"):
        format_named("voc").read(str(tmp_path))


@pytest.mark.parametrize("name", ["../../x.jpg", "/etc/x.jpg"])
def test_nothing_is_written_outside_of_the_new_folder(name: str, tmp_path: Path) -> None:
    made = {"images": [{"id": 1, "width": 9, "height": 9, "file_name": name}], "annotations": [], "categories": []}
    with pytest.raises(DataError, match=r"images\[0\].file_name: the file name .* leads out of the folder"):
        format_named("voc").write(Dataset.from_dict(made), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
