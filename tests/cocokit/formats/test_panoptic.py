"""COCO panoptic: COCO's own sample and what panopticapi made of it, round trips, hostile input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from pycocotools import mask as oracle

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import FORMATS, find_format, lost
from cocokit.formats.panoptic_pixels import outlines_in
from tests.cocokit.formats.trips import RICH, counts, trip

PANOPTIC = FORMATS["panoptic"]
SAMPLE = "panopticapi_sample/sample_data"


def test_segments_are_those_that_panopticapi_made(shared_data: Path) -> None:
    """Its converter wrote panoptic_coco_detection_format.json from the same PNG files."""
    path = shared_data / SAMPLE / "panoptic_examples.json"
    assert find_format(path) is PANOPTIC
    found = PANOPTIC.read(str(path))
    ours = found.dataset.to_dict()
    theirs = json.loads((shared_data / SAMPLE / "panoptic_coco_detection_format.json").read_text())
    assert found.notes == ()
    assert len(ours["annotations"]) == 50
    for row in ours["annotations"]:
        row.pop("segment_id")
        row["id"] -= 1  # theirs count from 0
    assert ours["annotations"] == theirs["annotations"]
    assert [c | {"isthing": 0} for c in theirs["categories"]] == [c | {"isthing": 0} for c in ours["categories"]]
    assert find_format(shared_data / SAMPLE / "panoptic_coco_detection_format.json") is FORMATS["coco"]


def test_what_was_read_is_written_pixel_for_pixel(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / SAMPLE / "panoptic_examples.json"
    first = PANOPTIC.read(str(path)).dataset
    assert lost(first, PANOPTIC) == []
    second = trip("panoptic", first, tmp_path).dataset
    assert second.to_dict() == first.to_dict()
    assert find_format(tmp_path / "out") is PANOPTIC
    for png in (shared_data / SAMPLE / "panoptic_examples").glob("*.png"):
        new = np.asarray(Image.open(tmp_path / "out/panoptic" / png.name))
        assert (new == np.asarray(Image.open(png))).all()
    theirs, ours = (json.loads(p.read_text()) for p in (path, tmp_path / "out/panoptic.json"))
    assert ours == theirs


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.int32, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 3)))
def test_outlines_are_those_of_each_id(ids: np.ndarray) -> None:
    found = outlines_in(ids)
    assert found.keys() == set(ids.ravel().tolist())
    for key, outline in found.items():
        want = oracle.encode(np.asfortranarray(ids == key, np.uint8))
        assert outline == {"size": [*ids.shape], "counts": want["counts"].decode()}


def test_exactly_what_is_declared_is_lost(tmp_path: Path) -> None:
    """In image 7 the mask of row 3 loses what the polygon of row 0 has; the box of row 1 has no outline."""
    found = trip("panoptic", RICH, tmp_path).dataset.to_dict()
    assert counts(PANOPTIC, RICH) == {
        "annotation ids": 3, "places in the file": 2, "annotations without image": 1, "annotations without outline": 5,
        "polygons": 1, "lists of runs": 1, "hidden pixels": 1, "areas": 1, "boxes": 2, "ignore": 1, "scores": 1,
        "keypoints": 1, "captions": 1, "annotation members": 1,
    }  # fmt: skip
    assert {k: found[k] for k in ("info", "licenses", "images", "categories")} == {
        k: RICH[k] for k in ("info", "licenses", "images", "categories")
    }
    polygon, mask, crowd = found["annotations"]
    drawn = oracle.merge(oracle.frPyObjects(RICH["annotations"][0]["segmentation"], 30, 40))
    assert polygon["segmentation"]["counts"] == drawn["counts"].decode()
    whole = RICH["annotations"][3]["segmentation"]
    both = oracle.merge([drawn, whole], intersect=True)
    assert oracle.area(both) > 0
    assert mask["area"] == oracle.area(whole) - oracle.area(both)
    assert (crowd["iscrowd"], crowd["image_id"], crowd["area"]) == (1, 3, 18)


def test_the_second_trip_loses_nothing(tmp_path: Path, shared_data: Path) -> None:
    truth = Dataset.read(shared_data / "cocoapi_val2014_100/instances_val2014_100.json")
    truth = truth.select(truth.images.id[:12])
    once = trip("panoptic", truth, tmp_path).dataset
    assert counts(PANOPTIC, once) == {}
    (tmp_path / "2").mkdir()
    assert trip("panoptic", once, tmp_path / "2").dataset.to_dict() == once.to_dict()


def _copy(shared_data: Path, folder: Path) -> tuple[Path, Any]:
    shutil.copytree(shared_data / SAMPLE / "panoptic_examples", folder / "p")
    return folder / "p.json", json.loads((shared_data / SAMPLE / "panoptic_examples.json").read_text())


def test_segments_without_pixels_and_pixels_without_segment_are_told(shared_data: Path, tmp_path: Path) -> None:
    file, value = _copy(shared_data, tmp_path)
    value["annotations"][0]["segments_info"][0]["id"] = 5
    file.write_text(json.dumps(value))
    assert PANOPTIC.read(str(file)).lost == (
        "1 segment without a pixel left out", "1 region of the PNG files that no segment describes left out"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"file_name": "../p/000000142238.png"}, r"annotations\[0\]: the file name .* leads out of the folder"),
        ({"file_name": "none.png"}, "none.png: no such file"),
        ({"segments_info": 3}, "has no image_id, file_name or segments_info"),
        ({"segments_info": [{"id": "7"}]}, "has no image_id, file_name or segments_info"),
        ({"image_id": 439180}, r"is 640 x 427 px, and its image 640 x 360"),
    ],
)
def test_a_bad_row_is_told_in_a_sentence(change: Any, told: str, shared_data: Path, tmp_path: Path) -> None:
    file, value = _copy(shared_data, tmp_path)
    value["annotations"][0] |= change
    file.write_text(json.dumps(value))
    with pytest.raises(DataError, match=told):
        PANOPTIC.read(str(file))


def test_bad_png_files_are_told(shared_data: Path, tmp_path: Path) -> None:
    file, value = _copy(shared_data, tmp_path)
    file.write_text(json.dumps(value))
    png = tmp_path / "p/000000142238.png"
    png.write_bytes(png.read_bytes()[:500])
    with pytest.raises(DataError, match="142238.png: is a broken image"):
        PANOPTIC.read(str(file))
    Image.new("L", (640, 427)).save(png)
    with pytest.raises(DataError, match="has pixels of mode L; ids are the colours of an RGB image"):
        PANOPTIC.read(str(file))
    Image.new("1", (20000, 20000)).save(png)
    with pytest.raises(DataError, match="400.0 megapixels, and the limit is"):
        PANOPTIC.read(str(file))


def test_an_image_without_a_size_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    value = {"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}
    with pytest.raises(DataError, match="image 1: is 0 x 0 px; a panoptic image needs its width and height"):
        PANOPTIC.write(Dataset.from_dict(value), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
