"""Formats found by their files, losses counted, datasets completed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError, ParamsError
from cocokit.formats import FORMATS, Loss, find_format, format_named, losses, lost
from cocokit.formats.base import inside, new_folder
from cocokit.formats.building import Builder
from tests.cocokit.test_coco_json import DATASETS


def test_every_format_of_the_table_is_there_under_its_name() -> None:
    for name, each in FORMATS.items():
        assert each.name == name
        assert each.special in ("", *FORMATS)
        assert len({loss.what for loss in each.losses}) == len(each.losses)


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(ParamsError, match="format is 'coca'; use one of coco"):
        format_named("coca")


def test_a_file_of_no_format_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("hello")
    with pytest.raises(DataError, match="is none of the formats that are known; say which with --from: coco"):
        find_format(tmp_path / "notes.md")
    with pytest.raises(DataError, match="no such file or folder"):
        find_format(tmp_path / "none")


@pytest.mark.parametrize("name", DATASETS)
def test_coco_files_are_found_and_written_as_they_were(name: str, shared_data: Path, tmp_path: Path) -> None:
    coco = FORMATS["coco"]
    # with its PNG files beside it a panoptic file is more than COCO's JSON
    assert find_format(shared_data / name).name == ("panoptic" if "panoptic_examples" in name else "coco")
    found = coco.read(str(shared_data / name)).dataset
    assert lost(found, coco) == []
    coco.write(found, str(tmp_path / "out.json"))
    assert (tmp_path / "out.json").read_bytes() == (shared_data / name).read_bytes()


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a.jpg", "a/../../b.jpg", "C:\\a.jpg", "\\\\host\\a", "", ".", "a\0"]
)
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="names are relative and go down only"):
        inside(name, "x.json", "images[0]")


def test_a_name_that_stays_is_kept() -> None:
    assert inside("./train//a..b.jpg", "x") == "train/a..b.jpg"


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    new_folder(str(tmp_path))
    (tmp_path / "a").write_text("")
    with pytest.raises(DataError, match="has files in it"):
        new_folder(str(tmp_path))
    with pytest.raises(DataError, match="is a file"):
        new_folder(str(tmp_path / "a"))


def test_what_is_lost_is_counted() -> None:
    made = Dataset.from_dict({
        "info": {}, "licenses": [],
        "images": [{"id": 5, "width": 9, "height": 9, "license": 1}, {"id": 2, "width": 9, "height": 9}],
        "annotations": [
            {"id": 1, "image_id": 2, "category_id": 3, "bbox": [0, 0, 2, 3], "area": 6, "iscrowd": 1, "note": 1},
            {"id": 7, "image_id": 5, "category_id": 3, "bbox": [0, 0, 2, 3], "area": 5.5, "ignore": 0,
             "segmentation": [[0, 0, 2, 0, 2, 3]]},
            {"id": 3, "image_id": 8, "category_id": 9, "keypoints": [1, 1, 2], "score": 0.5},
        ],
        "categories": [{"id": 3, "name": "cat", "supercategory": "pet"}, {"id": 2, "name": "dog", "skeleton": []}],
    })  # fmt: skip
    counts = {name: value.count(made) for name, value in vars(losses).items() if isinstance(value, Loss)}
    assert counts == {
        "IMAGE_IDS": 1, "IMAGE_MEMBERS": 1, "ANNOTATION_IDS": 1, "ANNOTATION_MEMBERS": 1, "ORDER": 1, "UNPLACED": 1,
        "AREAS": 1, "CROWDS": 1, "IGNORES": 1, "SCORES": 1, "SEGMENTATIONS": 1, "RLES": 0, "KEYPOINTS": 1,
        "CAPTIONS": 0, "CATEGORY_IDS": 1, "SUPERCATEGORIES": 1, "CATEGORY_MEMBERS": 1, "UNUSED_CATEGORIES": 1, "TOP": 2,
    }  # fmt: skip


def test_boxes_and_areas_are_measured_where_the_files_do_not_say_them() -> None:
    made = Builder()
    photo, cat = made.image("a.jpg", 10, 10), made.category("cat")
    made.annotation(photo, cat, segmentation=[[1.5, 1, 4, 1, 4, 3, 1.5, 3], [6, 6, 8, 6, 8, 8.5, 6, 8.5]])
    made.annotation(photo, cat, bbox=[1, 2, 3, 4.5])
    made.annotation(photo, cat, segmentation={"size": [10, 10], "counts": [12, 3, 85]}, iscrowd=1, area=7)
    made.annotation(photo, None, caption="a cat")
    found = made.dataset()
    assert np.asarray(found.annotations.bbox).tolist() == [[1.5, 1, 6.5, 7.5], [1, 2, 3, 4.5], [1, 2, 1, 3], [0] * 4]
    assert found.annotation(0).area == pytest.approx(9, abs=2)
    assert [found.annotation(i).area for i in (1, 2, 3)] == [13.5, 7, None]
    assert [found.annotation(i).iscrowd for i in range(4)] == [False, False, True, None]
    assert found.annotation(3).bbox is None
    json.dumps(found.to_dict())
