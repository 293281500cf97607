"""CVAT: real files, round trips, every kind of shape, hostile input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format, lost
from tests.cocokit.formats.trips import RICH, by_photo, counts, plain, trip

CVAT = FORMATS["cvat"]
SAMPLE = "voc100_formats/gts/cvat_format"


def _file(folder: Path, shapes: str, head: str = "", size: str = 'width="12" height="10"') -> str:
    path = folder / "annotations.xml"
    text = f'<annotations><version>1.1</version>{head}<image id="4" name="a.jpg" {size}>{shapes}</image></annotations>'
    path.write_text(text, encoding="utf-8")
    return str(path)


def _rows(folder: Path, shapes: str, head: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = CVAT.read(_file(folder, shapes, head)).dataset.to_dict()["annotations"]
    return found


def test_real_boxes_are_those_of_the_coco_file(shared_data: Path, tmp_path: Path) -> None:
    assert find_format(shared_data / SAMPLE) is CVAT
    found = CVAT.read(str(shared_data / SAMPLE))
    coco = FORMATS["coco"].read(str(shared_data / "voc100_formats/gts/coco_format_v1/instances_default.json"))
    assert by_photo(found) == by_photo(coco)
    assert len(found.dataset.annotations) == 273
    assert [row.name for row in found.dataset.categories] == [row.name for row in coco.dataset.categories]
    assert lost(found.dataset, CVAT) == []
    assert trip("cvat", found.dataset, tmp_path).dataset.to_dict() == found.dataset.to_dict()


def test_exactly_what_is_declared_is_lost(tmp_path: Path) -> None:
    want = plain(RICH, number_images=False, keep_category=("keypoints",), keypoints=True)
    assert trip("cvat", RICH, tmp_path).dataset.to_dict() == want
    assert counts(CVAT, RICH) == {
        "top members": 2, "image members": 1, "category ids": 2, "supercategories": 1,
        "annotations of unknown categories": 1, "annotation ids": 7, "places in the file": 5,
        "annotations without image": 1, "annotations without place": 1, "missing members": 1, "areas": 1, "boxes": 1,
        "compressed masks": 1, "ignore": 1, "scores": 1, "captions": 1, "annotation members": 1,
    }  # fmt: skip


def test_the_second_trip_loses_nothing(tmp_path: Path, shared_data: Path) -> None:
    truth = Dataset.read(shared_data / "cocoapi_val2014_100/instances_val2014_100.json")
    once = trip("cvat", truth, tmp_path).dataset
    assert counts(CVAT, once) == {}
    (tmp_path / "2").mkdir()
    assert trip("cvat", once, tmp_path / "2").dataset.to_dict() == once.to_dict()


def test_persons_with_keypoints_and_masks_come_back(shared_data: Path, tmp_path: Path) -> None:
    truth = Dataset.read(shared_data / "coco_mini/annotations/person_keypoints_val2017.json")
    found = trip("cvat", truth, tmp_path).dataset
    before = sorted(map(str, (truth.annotation(i).keypoints for i in range(len(truth.annotations)))))
    assert sorted(map(str, (found.annotation(i).keypoints for i in range(len(found.annotations))))) == before
    assert "keypoint flags" not in counts(CVAT, truth)


def test_a_mask_is_runs_along_the_rows_of_its_box(tmp_path: Path) -> None:
    row = _rows(tmp_path, '<mask label="cat" rle="0, 2, 1, 3" left="4" top="5" width="3" height="2"/>')[0]
    want = np.zeros((10, 12), bool)
    want[5, [4, 5]] = want[6, [4, 5, 6]] = True
    flat = np.repeat(np.arange(len(row["segmentation"]["counts"])) % 2 == 1, row["segmentation"]["counts"])
    assert (flat.reshape(12, 10).T == want).all()
    assert row["bbox"] == [4, 5, 3, 2]
    assert row["area"] == 5


def test_parts_of_a_group_are_one_instance_and_boxes_are_not(tmp_path: Path) -> None:
    ring = 'points="0,0;4,0;4,4"'
    rows = _rows(tmp_path, f'<polygon label="cat" group_id="2" {ring}/><polygon label="cat" group_id="2" {ring}/>'
                           f'<polygon label="dog" group_id="2" {ring}/><polygon label="cat" group_id="0" {ring}/>'
                           '<box label="cat" group_id="3" xtl="0" ytl="0" xbr="2" ybr="2"/>'
                           '<box label="cat" group_id="3" xtl="1" ytl="0" xbr="2" ybr="2"/>')  # fmt: skip
    assert [len(row.get("segmentation", [])) for row in rows] == [2, 1, 1, 0, 0]


def test_turned_boxes_and_ellipses_are_polygons(tmp_path: Path) -> None:
    rows = _rows(tmp_path, '<box label="a" xtl="2" ytl="4" xbr="8" ybr="6" rotation="90"/>'
                           '<ellipse label="a" cx="6" cy="5" rx="4" ry="2"/>')  # fmt: skip
    assert np.allclose(rows[0]["bbox"], [4, 2, 2, 6])
    assert np.allclose(rows[1]["bbox"], [2, 3, 8, 4], atol=0.2)
    assert rows[1]["area"] == pytest.approx(np.pi * 8, rel=0.06)


def test_points_skeletons_crowds_and_attributes(tmp_path: Path) -> None:
    labels = ("<meta><task><labels><label><name>p</name></label><label><name>nose</name><parent>p</parent></label>"
              "<label><name>tail</name><parent>p</parent></label></labels></task></meta>")  # fmt: skip
    rows = _rows(tmp_path, '<skeleton label="p"><points label="tail" outside="0" occluded="1" points="3,4"/></skeleton>'
                           '<points label="q" points="1,2;3,4"/>'
                           '<box label="q" xtl="1" ytl="1" xbr="2" ybr="2" occluded="1"><attribute name="is_crowd">true'
                           '</attribute><attribute name="colour">red</attribute></box>', labels)  # fmt: skip
    assert [row.get("keypoints") for row in rows] == [[0, 0, 0, 3, 4, 1], [1, 2, 2, 3, 4, 2], None]
    assert [row["iscrowd"] for row in rows] == [0, 0, 1]
    assert rows[2]["attributes"] == {"occluded": True, "colour": "red"}


def test_what_has_no_area_is_counted(tmp_path: Path) -> None:
    found = CVAT.read(_file(tmp_path, '<polyline label="a" points="0,0;1,1"/><cuboid label="a"/><tag label="a"/>'))
    assert found.lost == tuple(f"1 {what} left out: no area" for what in ("cuboid", "polyline", "tag"))


_BOX = '<box label="a" xtl="{}" ytl="0" xbr="2" ybr="2"/>'
_MASK = '<mask label="a" rle="{}" left="{}" top="0" width="2" height="2"/>'


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        (_BOX.format("x"), r'image a\.jpg: xtl is the string "x"; it is a number'),
        (_BOX.format("nan"), "xtl is the string"),
        ('<box label="a"/>', "xtl is null"),
        ("<box/>", "<box> has no label"),
        (_MASK.format("1, 2", 0), "rle sums to 3, its box has 4 px"),
        (_MASK.format("1, -2", 0), "it is a list of run lengths"),
        (_MASK.format("4", 11), r"a mask of 2 x 2 px at \(11, 0\) leaves the image"),
        ('<polygon label="a" points="1,2,3"/>', "points are x,y;x,y"),
    ],
)
def test_a_bad_shape_is_told_in_a_sentence(shapes: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        CVAT.read(_file(tmp_path, shapes))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<annotations><image id='1' name='a'", r"line 1 column \d+: is not XML: .*; was it cut off"),
        ("<annotation/>", "has <annotation> where <annotations> was expected"),
        ("<annotations/>", "has neither images nor labels"),
        ("<annotations><image id='1' name='../a.jpg'/></annotations>", "leads out of the folder"),
        ("<annotations><image id='1'/></annotations>", "<image> has no name"),
        ("<annotations>" + "<a>" * 2000 + "</a>" * 2000 + "</annotations>", "is nested more than 100 deep"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><annotations>&a;</annotations>', r"has a document type \(x\)"),
        ("\x00\x01", "is not XML"),
    ],
)
def test_a_bad_file_is_told_in_a_sentence(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(DataError, match=told):
        CVAT.read(str(tmp_path / "a.xml"))


def test_a_billion_laughs_are_not_laughed(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    text = f'<!DOCTYPE a [<!ENTITY l0 "ha">{entities}]><annotations>&l11;</annotations>'
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(DataError, match="has a document type"):
        CVAT.read(str(tmp_path / "a.xml"))


def test_images_without_numbers_of_their_own_are_numbered(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<annotations><image id='5' name='a'/><image id='5' name='b'/></annotations>")
    found = CVAT.read(str(tmp_path / "a.xml"))
    assert found.dataset.images.id.tolist() == [1, 2]
    assert found.notes == ("images are numbered from 1: their ids are missing or not all different",)


def test_a_control_character_in_a_name_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    value = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "a\x01b"}]}
    with pytest.raises(DataError, match="which XML cannot hold"):
        CVAT.write(Dataset.from_dict(value), str(tmp_path / "out.xml"))
    assert list(tmp_path.iterdir()) == []
