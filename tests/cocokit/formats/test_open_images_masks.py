"""Open Images' masks: laid onto their boxes, scaled to their images, refused where they are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit import rle
from cocokit.errors import DataError
from cocokit.formats import FORMATS, Read, find_format
from cocokit.formats.open_images_masks import nearest
from tests.cocokit.formats.trips import counts

OPEN = FORMATS["open-images"]
_BOXES = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
)
_MASKS = "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n"
_FILE = "0a_m01_9a041d52.png"


def _png(path: Path, mask: Any, mode: str = "1") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(np.asarray(mask, np.uint8) * 255).convert(mode)
    picture.save(path)


def _read(folder: Path, masks: str, boxes: str = "", picture: Any = None, size: str = "8,6") -> Read:
    (folder / "train-annotations-object-segmentation.csv").write_text(_MASKS + masks)
    if boxes:
        (folder / "train-annotations-bbox.csv").write_text(_BOXES + boxes)
    (folder / "images.csv").write_text(f"ImageID,FileName,Width,Height\n0a,0a.jpg,{size}\n")
    if picture is not None:
        _png(folder / "masks/0" / _FILE, picture)
    return OPEN.read(str(folder))


def _mask(row: dict[str, Any]) -> np.ndarray[Any, Any]:
    return rle.decode(row["segmentation"])


def test_a_mask_is_laid_onto_the_box_that_it_repeats(tmp_path: Path) -> None:
    boxes = "0a,xclick,/m/01,1,0.125,0.62500001,0,0.5,0,0,0,0,0\n0a,xclick,/m/02,1,0.125,0.625,0,0.5,0,0,1,0,0\n"
    picture = np.zeros((6, 8))
    picture[1:3, 2:4] = 1
    mask = f"{_FILE},0a,/m/01,9a041d52,0.125,0.625,0,0.5,0.86864,0.9 0.6 1;0.8 0.5 0\n"
    found = _read(tmp_path, mask, boxes, picture)
    assert find_format(tmp_path) is OPEN
    rows = found.dataset.to_dict()["annotations"]
    assert [(row["bbox"], row["area"], row["iscrowd"], "segmentation" in row) for row in rows] == [
        ([1, 0, 4, 3], 4, 0, True), ([1, 0, 4, 3], 12, 1, False),
    ]  # fmt: skip
    assert (_mask(rows[0]) == picture).all()
    assert rows[0]["attributes"] == {
        "IsOccluded": 0, "IsTruncated": 0, "IsDepiction": 0, "IsInside": 0, "Source": "xclick", "BoxID": "9a041d52",
        "PredictedIoU": 0.86864,
    }  # fmt: skip
    assert (found.notes, found.lost) == ((), ("clicks of 1 mask left out",))


def test_a_mask_without_box_is_an_instance_of_its_own(tmp_path: Path) -> None:
    picture = np.zeros((6, 8))
    picture[1:3, 2:4] = 1
    found = _read(tmp_path, f"{_FILE},0a,/m/01,,,,,,,\n{_FILE},0a,/m/01,b,0,1,0,1,,\n", picture=picture)
    rows = found.dataset.to_dict()["annotations"]
    assert [(row["bbox"], row["area"], row.get("attributes")) for row in rows] == [
        ([2, 1, 2, 2], 4, None), ([0, 0, 8, 6], 4, {"BoxID": "b"}),
    ]  # fmt: skip


def test_two_masks_of_one_box_are_two_instances(tmp_path: Path) -> None:
    boxes = "0a,,/m/01,1,0,1,0,1,0,0,0,0,0\n"
    masks = f"{_FILE},0a,/m/01,b,0,1,0,1,,\n" * 2
    assert len(_read(tmp_path, masks, boxes, np.ones((6, 8))).dataset.annotations) == 2


def test_masks_of_another_size_are_scaled_and_told(tmp_path: Path) -> None:
    found = _read(tmp_path, f"{_FILE},0a,/m/01,,,,,,,\n", picture=[[0, 1], [0, 0], [0, 0]])
    want = np.zeros((6, 8), bool)
    want[:2, 4:] = True
    assert (_mask(found.dataset.to_dict()["annotations"][0]) == want).all()
    assert found.notes == ("1 mask of another size than the image scaled to it",)


@pytest.mark.parametrize(("old", "new"), [((3, 5), (7, 11)), ((7, 11), (3, 5)), ((1, 1), (4, 2)), ((5, 4), (5, 9))])
def test_scaling_takes_the_pixel_that_the_new_ones_corner_lies_in(old: tuple[int, int], new: tuple[int, int]) -> None:
    mask = np.random.default_rng(1).random(old) < 0.5
    want = [[mask[y * old[0] // new[0], x * old[1] // new[1]] for x in range(new[1])] for y in range(new[0])]
    assert (nearest(mask, new) == np.array(want)).all()


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_every_kind_of_png(mode: str, tmp_path: Path) -> None:
    picture = np.zeros((6, 8))
    picture[0, 0] = 1
    _png(tmp_path / "masks" / _FILE, picture, mode)
    assert _read(tmp_path, f"{_FILE},0a,/m/01,,,,,,,\n").dataset.annotation(0).area == 1


def test_masks_and_what_is_said_of_them_are_declared_losses_of_the_way_back(tmp_path: Path) -> None:
    found = _read(tmp_path, f"{_FILE},0a,/m/01,b,0,1,0,1,,\n", picture=np.ones((6, 8)))
    assert counts(OPEN, found.dataset) == {"segmentations": 1, "annotation members": 1}


def _bomb(path: Path) -> None:
    path.parent.mkdir(parents=True)
    Image.new("1", (30000, 30000)).save(path)


def _broken(path: Path) -> None:
    _png(path, np.ones((600, 800)))
    path.write_bytes(path.read_bytes()[:60])


def _photo(path: Path) -> None:
    path.parent.mkdir(parents=True)
    Image.new("RGB", (8, 6)).save(path, "JPEG")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_bomb, "is 30,000 x 30,000 px, 900.0 megapixels, and the limit is"),
        (_broken, _FILE),
        (_photo, "is a JPEG; masks are PNG files"),
        (lambda path: None, rf"line 2: there is no mask '{_FILE}'; put the PNG files into .*masks"),
    ],
)
def test_a_bad_mask_is_told_in_a_sentence(make: Any, told: str, tmp_path: Path) -> None:
    make(tmp_path / "masks" / _FILE)
    with pytest.raises(DataError, match=told):
        _read(tmp_path, f"{_FILE},0a,/m/01,,,,,,,\n")


@pytest.mark.parametrize(
    ("masks", "size", "told"),
    [
        ("../../x.png,0a,/m/01,,,,,,,\n", "8,6", "there is no mask"),
        (f"{_FILE},0a,/m/01,,zero,1,0,1,,\n", "8,6", 'the box is the string "zero"'),
        (f"{_FILE},0a,/m/01,,,,,,,\n", "0,0", "is 0 x 0 px; no mask fits into it"),
        (f"{_FILE},0a,/m/01,,,,,,,\n", "99999999,99999999", "no mask fits into it"),
        (f"{_FILE},0a,/m/01\n", "8,6", "has 3 columns, not those of its header"),
        (f"{_FILE},0b,/m/01,,,,,,,\n", "8,6", "image '0b' has no size"),
    ],
)
def test_a_bad_line_is_told_in_a_sentence(masks: str, size: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        _read(tmp_path, masks, picture=np.ones((6, 8)), size=size)


def test_a_mask_that_is_there_twice_is_told(tmp_path: Path) -> None:
    for folder in ("a/masks", "b/masks"):
        _png(tmp_path / folder / _FILE, np.ones((6, 8)))
    with pytest.raises(DataError, match="is there 2 times"):
        _read(tmp_path, f"{_FILE},0a,/m/01,,,,,,,\n")
