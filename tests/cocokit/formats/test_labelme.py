"""LabelMe: real files, round trips, hostile input."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format, lost
from tests.cocokit.formats.trips import RICH, counts, plain, trip

LABELME = FORMATS["labelme"]
EXAMPLES = "labelme_examples/examples"


def _by_name(images: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(images, key=lambda row: str(row["file_name"]))


def _shape(points: list[list[float]], **more: Any) -> dict[str, Any]:
    return {"label": "cat", "points": points, "group_id": None, "shape_type": "polygon", "flags": {}} | more


def _file(folder: Path, shapes: list[Any], **more: Any) -> Path:
    value = {"version": "5.0.0", "shapes": shapes, "imagePath": "a.jpg", "imageHeight": 20, "imageWidth": 30} | more
    (folder / "a.json").write_text(json.dumps(value))
    return folder


def test_polygons_are_those_of_labelmes_own_coco_export(shared_data: Path) -> None:
    """The outlines, categories and their ids of data_dataset_coco, which LabelMe's script made of the same files."""
    found = LABELME.read(str(shared_data / EXAMPLES / "instance_segmentation")).dataset.to_dict()
    theirs = json.loads(
        (shared_data / EXAMPLES / "instance_segmentation/data_dataset_coco/annotations.json").read_text()
    )
    names = {row["id"]: Path(row["file_name"]).name for row in theirs["images"]}
    ours = {row["id"]: Path(row["file_name"]).name for row in found["images"]}
    assert [(r["id"], r["name"]) for r in found["categories"]] == [(r["id"], r["name"]) for r in theirs["categories"]][
        1:
    ]
    mine = [(ours[a["image_id"]], a["category_id"], a["segmentation"]) for a in found["annotations"]]
    want = [(names[a["image_id"]], a["category_id"], a["segmentation"]) for a in theirs["annotations"]]
    assert sorted(mine) == sorted(want)


def test_primitives_become_what_they_enclose_or_are_named(shared_data: Path) -> None:
    found = LABELME.read(str(shared_data / EXAMPLES / "primitives"))
    assert found.lost == (
        "1 line left out: no area", "1 linestrip left out: no area", "1 point left out: no area",
        "1 circle became polygons",
    )  # fmt: skip
    rows = found.dataset.to_dict()["annotations"]
    assert rows[0]["bbox"] == [32, 35, 100, 100]
    circle = np.array(rows[1]["segmentation"][0]).reshape(-1, 2)
    assert np.allclose(np.hypot(*(circle - [195, 84]).T), np.hypot(30, 41))
    mask = rows[-1]["segmentation"]
    assert mask["size"] == [450, 560]
    shape = json.loads((shared_data / EXAMPLES / "primitives/primitives.json").read_text())["shapes"][-1]
    png = np.asarray(Image.open(io.BytesIO(base64.b64decode(shape["mask"])))) > 0
    assert rows[-1]["area"] == png.sum()


@pytest.mark.parametrize(
    "name", ["primitives", "instance_segmentation/data_annotated", "bbox_detection/data_annotated"]
)
def test_what_was_read_is_written_without_loss(name: str, shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / EXAMPLES / name
    assert find_format(path) is LABELME
    first = LABELME.read(str(path)).dataset
    assert lost(first, LABELME) == []
    LABELME.write(first, str(tmp_path / "out"), images=str(path))
    second = LABELME.read(str(tmp_path / "out"))
    assert second.dataset.to_dict() == first.to_dict()
    assert second.notes == ()
    photos = sorted(p.name for p in path.glob("*.jpg"))
    assert sorted(p.name for p in (tmp_path / "out").glob("*.jpg")) == photos


def test_exactly_what_is_declared_is_lost(tmp_path: Path) -> None:
    assert trip("labelme", RICH, tmp_path).dataset.to_dict() == plain(RICH, order=_by_name)
    assert counts(LABELME, RICH) == {
        "top members": 2, "image ids": 3, "places of images": 2, "image members": 1, "category ids": 2,
        "supercategories": 1, "category members": 1, "annotations of unknown categories": 1, "annotation ids": 7,
        "places in the file": 7, "annotations without image": 1, "annotations without place": 1, "missing members": 1,
        "areas": 1, "boxes": 1, "compressed masks": 1, "ignore": 1, "scores": 1, "keypoints": 1, "captions": 1,
        "annotation members": 1,
    }  # fmt: skip


def test_the_second_trip_loses_nothing(tmp_path: Path, shared_data: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    truth = Dataset.read(shared_data / "cocoapi_val2014_100/instances_val2014_100.json")
    once = trip("labelme", truth, tmp_path / "1").dataset
    assert counts(LABELME, once) == {}
    assert trip("labelme", once, tmp_path / "2").dataset.to_dict() == once.to_dict()


def test_photos_of_one_stem_have_files_of_their_own(tmp_path: Path) -> None:
    images = [{"id": i, "width": 5, "height": 5, "file_name": n} for i, n in enumerate(["a.jpg", "a.png"], 1)]
    value = {"images": images, "annotations": [], "categories": []}
    assert trip("labelme", value, tmp_path).dataset.to_dict() == value


def test_shapes_of_a_group_are_one_instance(tmp_path: Path) -> None:
    ring = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]]
    shapes = [_shape(ring, group_id=1), _shape(ring, group_id=1, label="dog"), _shape(ring, group_id=1), _shape(ring)]
    rows = LABELME.read(str(_file(tmp_path, shapes))).dataset.to_dict()["annotations"]
    assert [(row["category_id"], len(row["segmentation"])) for row in rows] == [(1, 2), (2, 1), (1, 1)]


def test_paths_out_of_the_folder_are_cut_and_told(tmp_path: Path) -> None:
    found = LABELME.read(str(_file(tmp_path, [], imagePath="..\\..\\photos\\a.jpg")))
    assert found.dataset.image(0).file_name == "a.jpg"
    assert found.notes == ("1 photo named by the last part of a path that leads out of the folder",)


def _bomb() -> str:
    made = io.BytesIO()
    Image.new("1", (20000, 20000)).save(made, "PNG")
    return base64.b64encode(made.getvalue()).decode()


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        ([7], r"a\.json: shapes\[0\]: has no label"),
        ([_shape([[1.0]])], r"shapes\[0\]\.points\[0\]: is the list \[1\.0\]; a point is two numbers"),
        ([_shape([["1", 2]])], r"a point is two numbers"),  # type: ignore[list-item]
        ([_shape([[1.0, 2.0]], shape_type="rectangle")], "has 1 points; a rectangle has two"),
        ([_shape([[1.0, 2.0]], shape_type="cube")], 'is the string "cube"; LabelMe has no such shape'),
        ([_shape([[1.0, 2.0], [3, 4]], shape_type="mask", mask="no!")], "is no PNG that can be read"),
        ([_shape([[1.0, 2.0], [3, 4]], shape_type="mask", mask="aGk=")], "is no PNG that can be read"),
        (
            [_shape([[0.0, 0.0], [3, 4]], shape_type="mask", mask=_bomb())],
            "is too large: Image size",
        ),
        ([_shape([[0.0, 0.0], [3, 4]], shape_type="mask")], "is null; it is a PNG in base64"),
    ],
)
def test_a_bad_shape_is_told_in_a_sentence(shapes: list[Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        LABELME.read(str(_file(tmp_path, shapes)))


def test_a_mask_that_leaves_its_image_is_told(tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.fromarray(np.ones((9, 9), np.bool_)).save(made, "PNG")
    text = base64.b64encode(made.getvalue()).decode()
    shape = _shape([[25.0, 0.0], [33.0, 8.0]], shape_type="mask", mask=text)
    with pytest.raises(DataError, match=r"a mask of 9 x 9 px at \(25, 0\) leaves the image; the image is 30 x 20 px"):
        LABELME.read(str(_file(tmp_path, [shape])))


def test_a_file_that_was_cut_off_is_told(tmp_path: Path) -> None:
    text = (_file(tmp_path, [_shape([[0.0, 0.0]])]) / "a.json").read_text()
    (tmp_path / "a.json").write_text(text[:-30])
    with pytest.raises(DataError, match="the file ends in the middle of a value"):
        LABELME.read(str(tmp_path))


@pytest.mark.parametrize("name", ["../x.jpg", "/etc/x.jpg", None])
def test_nothing_is_written_for_a_name_that_leads_out(name: str | None, tmp_path: Path) -> None:
    value = {"images": [{"id": 1, "width": 5, "height": 5, "file_name": name}], "annotations": [], "categories": []}
    with pytest.raises(DataError, match="leads out of the folder|has no file name"):
        LABELME.write(Dataset.from_dict(value), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
