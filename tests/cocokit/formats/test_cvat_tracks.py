"""CVAT's tracks: frames become images, what a track is seen on becomes instances, the rest is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cocokit.errors import DataError
from cocokit.formats import FORMATS, Read, find_format
from tests.cocokit.formats.trips import counts, trip

CVAT = FORMATS["cvat"]
_HEAD = (
    "<meta><task><id>5</id><size>4</size><start_frame>10</start_frame><stop_frame>19</stop_frame>"
    "<frame_filter>step=3</frame_filter><labels><label><name>car</name></label><label><name>man</name></label>"
    "<label><name>nose</name><parent>man</parent></label><label><name>foot</name><parent>man</parent></label></labels>"
    "<original_size><width>25</width><height>20</height></original_size></task></meta>"
)


def _read(folder: Path, tracks: str, head: str = _HEAD) -> Read:
    (folder / "annotations.xml").write_text(f"<annotations><version>1.1</version>{head}{tracks}</annotations>")
    return CVAT.read(str(folder))


def _box(frame: int, outside: int = 0, x: int = 3) -> str:
    size = f'xtl="{x}" ytl="4" xbr="{x + 7}" ybr="5"'
    return f'<box frame="{frame}" outside="{outside}" occluded="{outside}" keyframe="1" {size} z_order="0"></box>'


def _rows(found: Read) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = found.dataset.to_dict()["annotations"]
    return rows


def test_all_frames_are_images_and_a_track_is_an_instance_on_those_where_it_is_seen(tmp_path: Path) -> None:
    found = _read(tmp_path, f'<track id="7" label="car">{_box(10)}{_box(13, 0, 4)}{_box(16, 1)}</track>')
    assert find_format(tmp_path) is CVAT
    assert found.dataset.to_dict()["images"] == [
        {"id": i, "width": 25, "height": 20, "file_name": f"frame_{frame:06d}.png"}
        for i, frame in enumerate((10, 13, 16, 19), 1)
    ]
    assert _rows(found) == [
        {"id": i, "image_id": i, "category_id": 1, "bbox": [x, 4, 7, 1], "area": 7, "iscrowd": 0, "track_id": 7}
        for i, x in ((1, 3), (2, 4))
    ]
    assert found.lost == ()


def test_instances_come_frame_by_frame_whatever_the_tracks_do(tmp_path: Path) -> None:
    tracks = f'<track id="0" label="car">{_box(13)}{_box(16)}</track>'
    tracks += f'<track id="1" label="car">{_box(10)}{_box(13)}</track>'
    assert [(row["image_id"], row["track_id"]) for row in _rows(_read(tmp_path, tracks))] == [
        (1, 1), (2, 0), (2, 1), (3, 0),
    ]  # fmt: skip


def test_frames_that_are_not_said_are_counted(tmp_path: Path) -> None:
    found = _read(tmp_path, f'<track id="0" label="car">{_box(10)}{_box(19)}</track>')
    assert found.lost == ("2 frames between two shapes of a track left empty: they are not said",)


def test_frames_that_do_not_fit_the_head_are_those_of_the_tracks(tmp_path: Path) -> None:
    head = _HEAD.replace("<stop_frame>19", "<stop_frame>12")
    found = _read(tmp_path, f'<track id="0" label="car">{_box(10)}</track>', head)
    assert found.dataset.images.file_name == ["frame_000010.png"]
    bare = _read(tmp_path, f'<track id="0" label="car">{_box(3)}</track>', "")
    assert bare.dataset.to_dict()["images"][0] == {"id": 1, "width": 0, "height": 0, "file_name": "frame_000003.png"}


@pytest.mark.parametrize("form", ["tracks in the track", "points in the skeleton"])
def test_skeletons_in_both_forms(form: str, tmp_path: Path) -> None:
    point = '<points frame="{}" outside="{}" occluded="{}" keyframe="1" points="{}"/>'
    if form == "tracks in the track":
        inner = "".join(f'<skeleton frame="{f}" outside="0" occluded="0" points="1,2;3,4"/>' for f in (10, 13))
        inner += f'<track id="0" label="foot">{point.format(10, 0, 1, "3,4")}{point.format(13, 1, 0, "3,4")}</track>'
        inner += f'<track id="1" label="nose">{point.format(10, 0, 0, "1,2")}{point.format(13, 0, 0, "2,2")}</track>'
    else:
        foot = '<points label="foot" outside="{}" occluded="{}" points="3,4"/>'
        nose = '<points label="nose" outside="0" occluded="0" points="{}"/>'
        inner = f'<skeleton frame="10">{foot.format(0, 1)}{nose.format("1,2")}</skeleton>'
        inner += f'<skeleton frame="13">{foot.format(1, 0)}{nose.format("2,2")}</skeleton>'
    rows = _rows(_read(tmp_path, f'<track id="2" label="man">{inner}</track>'))
    assert [row["keypoints"] for row in rows] == [[1, 2, 2, 3, 4, 1], [2, 2, 2, 3, 4, 0]]
    assert [row["num_keypoints"] for row in rows] == [2, 1]


def test_polygons_masks_attributes_and_groups(tmp_path: Path) -> None:
    shapes = ('<polygon frame="10" outside="0" occluded="1" points="1,1;5,1;5,5"><attribute name="hgl">jk</attribute>'
              '</polygon>', '<mask frame="13" outside="0" occluded="0" rle="0, 2, 1, 3" left="4" top="5" width="3" '
              'height="2"/>')  # fmt: skip
    both = "".join(f'<track id="{i}" label="car" group_id="1">{shapes[0]}</track>' for i in range(2))
    rows = _rows(_read(tmp_path, f'{both}<track id="4" label="car">{shapes[1]}</track>'))
    assert [len(rows[0]["segmentation"]), rows[0]["attributes"]] == [2, {"occluded": True, "hgl": "jk"}]
    assert [rows[1]["bbox"], rows[1]["area"], rows[1]["image_id"]] == [[4, 5, 3, 2], 5, 2]


def test_lines_are_counted_where_they_are_seen(tmp_path: Path) -> None:
    line = '<polyline frame="{}" outside="{}" occluded="0" points="1,1;2,2"/>'
    found = _read(tmp_path, f'<track id="0" label="car">{line.format(10, 0)}{line.format(13, 1)}</track>')
    assert found.lost == ("1 polyline left out: no area",)


def test_frames_that_lie_beside_have_their_own_names(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (25, 20)).save(tmp_path / "images/frame_000010.PNG")
    found = _read(tmp_path, f'<track id="0" label="car">{_box(10)}</track>')
    assert found.dataset.images.file_name is not None
    assert found.dataset.images.file_name[:2] == ["frame_000010.PNG", "frame_000013.png"]
    assert found.images == str(tmp_path / "images")


def test_tasks_of_a_project_keep_their_frames_apart(tmp_path: Path) -> None:
    task = "<task><id>{}</id><size>1</size><original_size><width>{}</width><height>9</height></original_size></task>"
    head = f"<meta><project><tasks>{task.format(3, 30)}{task.format(4, 40)}</tasks></project></meta>"
    tracks = "".join(f'<track id="0" label="car" task_id="{t}">{_box(0)}</track>' for t in (3, 4))
    images = _read(tmp_path, tracks, head).dataset.to_dict()["images"]
    assert [(row["file_name"], row["width"]) for row in images] == [
        ("3/frame_000000.png", 30), ("4/frame_000000.png", 40),
    ]  # fmt: skip


def test_what_a_track_says_of_itself_is_a_declared_loss_of_the_way_back(tmp_path: Path) -> None:
    once = _read(tmp_path, f'<track id="7" label="car">{_box(10)}{_box(13)}</track>').dataset
    assert counts(CVAT, once) == {"annotation members": 2}
    want = once.to_dict()
    for row in want["annotations"]:
        del row["track_id"]
    (tmp_path / "2").mkdir()
    assert trip("cvat", once, tmp_path / "2").dataset.to_dict() == want


@pytest.mark.parametrize(
    ("tracks", "head", "told"),
    [
        (f'<track id="0">{_box(0)}</track>', _HEAD, "<track> has no label"),
        ('<track id="0" label="a"><box xtl="0"/></track>', _HEAD, "<box> has no frame"),
        (f'<track id="0" label="a">{_box(-1)}</track>', _HEAD, 'has the string "-1" for a frame'),
        (f'<track id="0" label="a">{_box(10**12)}</track>', _HEAD, "whole number of at most nine digits"),
        ("", _HEAD.replace("<size>4", "<size>999999999"), "has a task of 999,999,999 frames; 1,000,000 are the most"),
        ("", _HEAD.replace("<width>25", "<width>wide"), 'has the string "wide" for a frame or a size'),
        (f'<track id="0" label="a" task_id="../x">{_box(0)}</track><track id="1" label="a">{_box(0)}</track>', _HEAD,
         "leads out of the folder"),
    ],
)  # fmt: skip
def test_a_bad_track_is_told_in_a_sentence(tracks: str, head: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        _read(tmp_path, tracks, head)
