"""Label Studio's points: those of an instance, those on their own, in the order that the configuration says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cocokit.errors import DataError
from cocokit.formats import FORMATS, Read
from tests.cocokit.formats.trips import counts

STUDIO = FORMATS["label-studio"]
_SIZE = {"original_width": 200, "original_height": 100, "image_rotation": 0}
_CONFIG = """<View><Image name="image" value="$image"/>
<KeyPointLabels name="kp" toName="image"><Label value="tail" model_index="2"/><Label value="nose" model_index="0"/>
<View><Label value="eye" model_index="1"/></View></KeyPointLabels>
<RectangleLabels name="bbox" toName="image"><Label value="animal"/></RectangleLabels></View>"""


def _point(name: str, x: float, y: float, parent: str | None = "box", **more: Any) -> dict[str, Any]:
    value = {"x": x, "y": y, "width": 0.27, "keypointlabels": [name]}
    joined = {} if parent is None else {"parentID": parent}
    return {"id": f"{name}{x}", "type": "keypointlabels", "value": value, **joined, **_SIZE, **more}


def _box(key: str = "box", label: str = "animal") -> dict[str, Any]:
    value = {"x": 5, "y": 10, "width": 50, "height": 40, "rotation": 0, "rectanglelabels": [label]}
    return {"id": key, "type": "rectanglelabels", "value": value, **_SIZE}


def _read(folder: Path, *regions: Any, config: str = _CONFIG) -> Read:
    (folder / "config.xml").write_text(config)
    task = {"id": 5, "data": {"image": "a.jpg"}, "annotations": [{"result": [*regions]}]}
    (folder / "tasks.json").write_text(json.dumps([task]))
    return STUDIO.read(str(folder))


def test_points_are_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    found = _read(tmp_path, _point("eye", 20, 30), _box(), _point("nose", 6.5, 20))
    assert found.dataset.to_dict()["annotations"] == [
        {"id": 1, "image_id": 5, "category_id": 1, "bbox": [10, 10, 100, 40], "area": 4000, "iscrowd": 0,
         "keypoints": [13, 20, 2, 40, 30, 2, 0, 0, 0], "num_keypoints": 2}
    ]  # fmt: skip
    assert found.dataset.to_dict()["categories"] == [{"id": 1, "name": "animal", "keypoints": ["nose", "eye", "tail"]}]
    assert (found.notes, found.lost) == ((), ())


def test_without_a_configuration_names_are_in_the_order_in_which_they_come(tmp_path: Path) -> None:
    regions = _box(), _point("eye", 20, 30), _box("b"), _point("nose", 1, 1, "b"), _point("eye", 2, 2, "b")
    found = _read(tmp_path, *regions, config="<View/>")
    assert found.dataset.to_dict()["categories"][0]["keypoints"] == ["eye", "nose"]
    rows = [row["keypoints"] for row in found.dataset.to_dict()["annotations"]]
    assert rows == [[40, 30, 2, 0, 0, 0], [4, 2, 2, 2, 1, 2]]


def test_points_of_polygons_and_of_their_parts_are_the_instances(tmp_path: Path) -> None:
    ring = {"points": [[1, 1], [5, 1], [5, 5]], "polygonlabels": ["animal"]}
    parts = [{"id": key, "type": "polygonlabels", "value": ring, **_SIZE} for key in ("a", "b")]
    parts[1]["parentID"] = "a"
    rows = _read(tmp_path, *parts, _point("nose", 3, 2, "b")).dataset.to_dict()["annotations"]
    assert [(len(row["segmentation"]), row["num_keypoints"]) for row in rows] == [(2, 1)]


def test_a_point_on_its_own_is_an_instance_of_its_label(tmp_path: Path) -> None:
    labels = '<Label value="Face"/><Label value="Nose"/>'
    config = f'<View><KeyPointLabels name="k" toName="i">{labels}</KeyPointLabels></View>'
    found = _read(tmp_path, _point("Nose", 50, 50, None), _point("Face", 1, 2, "nobody"), config=config)
    value = found.dataset.to_dict()
    assert value["categories"] == [{"id": 1, "name": "Face"}, {"id": 2, "name": "Nose"}]
    assert [(row["category_id"], row["keypoints"], "bbox" in row) for row in value["annotations"]] == [
        (2, [100, 50, 2], False), (1, [2, 2, 2], False),
    ]  # fmt: skip


def test_a_second_point_of_one_name_is_counted(tmp_path: Path) -> None:
    found = _read(tmp_path, _box(), _point("eye", 20, 30), _point("eye", 21, 30))
    assert found.lost == ("1 further point left out",)
    assert found.dataset.annotation(0).num_keypoints == 1


def test_points_of_other_programs_labels_and_without_any(tmp_path: Path) -> None:
    point = _point("x", 20, 30)
    plain = {**point, "type": "labels", "value": {"x": 20, "y": 30, "width": 1, "labels": ["eye"]}}
    nameless = {**point, "type": "keypoint", "value": {"x": 20, "y": 30, "width": 1}}
    found = _read(tmp_path, _box(), plain, nameless)
    assert found.dataset.annotation(0).keypoints == (0, 0, 0, 40, 30, 2, 0, 0, 0)
    assert found.lost == ("1 region left out: no area or no label",)


def test_points_are_a_declared_loss_of_the_way_back(tmp_path: Path) -> None:
    found = _read(tmp_path, _box(), _point("eye", 20, 30))
    assert counts(STUDIO, found.dataset) == {"keypoints": 1, "category members": 1}


@pytest.mark.parametrize("bad", [{"x": "1", "y": 2}, {"x": float("nan"), "y": 2}, {"x": None, "y": 2}])
def test_a_bad_point_is_told_in_a_sentence(bad: dict[str, Any], tmp_path: Path) -> None:
    point = _point("eye", 1, 1)
    point["value"] |= bad
    with pytest.raises(DataError, match=r"result\[1\]\.value\.x: is .*; it is a number"):
        _read(tmp_path, _box(), point)
