"""PASCAL VOC's masks: every pixel goes to the last mask over it and comes back; others' pictures; hostile ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cocokit import rle
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import format_named, lost
from tests.cocokit.formats.random_datasets import random_dataset
from tests.cocokit.formats.test_voc import kept_of

Json = dict[str, Any]
VOC = format_named("voc-masks")


def small(chance: random.Random) -> Json:
    """A random dataset of small images, so that masks overlap."""
    made = random_dataset(chance)
    for row in made["images"]:
        row["width"], row["height"] = chance.randint(9, 40), chance.randint(9, 40)
    sizes = {row["id"]: (row["width"], row["height"]) for row in made["images"]}
    for row in made["annotations"]:
        width, height = sizes.get(row["image_id"], (9, 9))
        outline = row.get("segmentation")
        if isinstance(outline, dict):
            row["segmentation"] = {"size": [height, width], "counts": [5, 30, height * width - 35]}
        elif outline:
            row["segmentation"] = [[v % 40 for v in ring] for ring in outline if len(ring) >= 6]
    return made


def pixels(row: Json, image: Json) -> np.ndarray[Any, Any]:
    """The mask of a row."""
    outline, size = row.get("segmentation") or None, (image["height"], image["width"])
    if outline is None:
        return np.zeros(size, np.bool_)
    if isinstance(outline, dict):
        return np.asarray(rle.decode(outline))
    return np.asarray(rle.decode(rle.from_polygons(outline, *size)))


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_masks_come_back_but_for_what_lies_below_others(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    made, out = small(random.Random(seed)), tmp_path_factory.mktemp("voc") / "out"
    counts = {loss.what: n for loss, n in lost(Dataset.from_dict(made), VOC)}
    VOC.write(Dataset.from_dict(made), str(out))
    back = VOC.read(str(out)).dataset.to_dict()["annotations"]
    expected = hiding = areas = 0
    for image in made["images"]:
        rows = [row for row in kept_of(made)["annotations"] if row["image_id"] == image["id"]]
        masks = [pixels(row, image) for row in rows]
        for k, (row, mask) in enumerate(zip(rows, masks, strict=True)):
            seen = mask & ~np.any([np.zeros_like(mask), *masks[k + 1 :]], axis=0)
            found = back[expected]
            expected += 1
            assert found.get("iscrowd", 0) == row.get("iscrowd", 0)
            if not seen.any():
                assert "segmentation" not in found
            else:
                assert (rle.decode(found["segmentation"]) == seen).all()
                assert found["area"] == seen.sum()
            hiding += bool((mask != seen).any())
            areas += "area" in row and row["area"] != found["area"]
    assert len(back) == expected
    assert counts.get("hidden pixels", 0) == hiding
    assert counts.get("areas", 0) == areas


def written(tmp_path: Path, pictured: Image.Image) -> Path:
    """One image of 9 x 8 px with one object, and a picture of instances."""
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "Annotations" / "a.xml").write_text(
        "<annotation><filename>a.jpg</filename><size><width>9</width><height>8</height></size><object><name>cat</name>"
        "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>5</ymax></bndbox></object></annotation>"
    )
    (tmp_path / "SegmentationObject").mkdir()
    pictured.save(tmp_path / "SegmentationObject" / "a.png")
    return tmp_path


def test_the_border_that_belongs_to_nobody_is_no_part_of_a_mask(tmp_path: Path) -> None:
    made = np.zeros((8, 9), np.uint8)
    made[1:6, 0:5], made[2:5, 1:4] = 255, 1
    (row,) = VOC.read(str(written(tmp_path, Image.fromarray(made)))).dataset.to_dict()["annotations"]
    assert (row["bbox"], row["area"]) == ([1, 2, 3, 3], 9)


@pytest.mark.parametrize(
    "pictured, sentence",
    [
        (Image.new("RGB", (9, 8)), "is a picture of colours (RGB)"),
        (Image.new("L", (8, 9)), "has 8 x 9 px, its image 9 x 8"),
        (Image.new("L", (9, 8), 2), "has pixels of instance 2, and the XML file 1 objects"),
    ],
)
def test_a_picture_that_does_not_fit_is_one_sentence(pictured: Image.Image, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        VOC.read(str(written(tmp_path, pictured)))
    assert sentence in str(error.value)


def test_too_many_instances_are_one_sentence(tmp_path: Path) -> None:
    row = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2], "segmentation": [[0, 0, 2, 0, 2, 2]]}
    images = [{"id": 1, "width": 9, "height": 9, "file_name": "a.jpg"}]
    rows = [{"id": i, **row} for i in range(300)]
    made = {"images": images, "annotations": rows, "categories": [{"id": 1, "name": "cat"}]}
    with pytest.raises(DataError, match="has 300 instances, and a picture has room for 254"):
        VOC.write(Dataset.from_dict(made), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
