"""Galleries: every image and mask is in the folder, lists choose right, hostile names stay names, nothing half done."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from cocokit.dataset import Dataset
from cocokit.drawing import PALETTE, Mark
from cocokit.errors import DataError
from cocokit.gallery.listing import list_images
from cocokit.gallery.overlay import overlay
from cocokit.gallery.thumbs import SIDE, find_inside, find_photo
from cocokit.gallery.writing import write_gallery
from cocokit.imageio import image_size, save_image
from cocokit.marks import marks_of_image
from cocokit.rle import encode, to_coco
from tests.cocokit.cli.data import dataset
from tests.cocokit.statistics.test_describe import dataset as random_dataset

_SVG = "{http://www.w3.org/2000/svg}"


def all_rows(one: Dataset) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.arange(len(one.images))


def listed(folder: Path) -> dict[str, Any]:
    """The list that the page reads."""
    text = (folder / "gallery.js").read_text()
    found = re.fullmatch(r"const GALLERY=(\{.*\});\n", text, re.S)
    assert found

    made: dict[str, Any] = json.loads(found[1])
    return made


def photo(path: Path, width: int = 100, height: int = 100) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_image(np.full((height, width, 3), (0, 120, 0), np.uint8), path)


def test_a_gallery_holds_every_image_photo_and_outline(tmp_path: Path) -> None:
    photo(tmp_path / "photos" / "1.png")
    photo(tmp_path / "photos" / "2.png", 2000, 1000)
    one, told = Dataset.from_dict(dataset()), []
    made = write_gallery(
        one, all_rows(one), tmp_path / "out", str(tmp_path / "photos"), "a & b", lambda *n: told.append(n)
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert (made.images, made.missing) == (3, ["3.png"])
    assert made.odd == [("2.png", "is 2000 x 1000 px, but the dataset says 100 x 100")]
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    masks = {f"masks/{n}.svg" for n in range(3)}
    assert files == {"index.html", "gallery.js", "photos/0.jpg", "photos/1.jpg"} | masks
    assert image_size(tmp_path / "out" / "photos" / "1.jpg") == (SIDE // 2, SIDE)
    page = (tmp_path / "out" / "index.html").read_text()
    assert "<h1>a &amp; b</h1>" in page
    assert "1 photo missing, 1 image not as the dataset says" in page
    assert "<li>3.png: no such photo</li>" in page
    found = listed(tmp_path / "out")
    assert found["categories"] == [[1, "a"], [2, "b"]]
    assert found["images"][2] == [3, "3.png", 100, 100, 0, 1, [0, 1, 2, 0, 1, 1, 2, 1]]


def test_some_images_without_photos(tmp_path: Path) -> None:
    one = Dataset.from_dict(dataset())
    made = write_gallery(one, np.array([2, 0]), tmp_path / "out")
    assert (made.images, made.missing, made.odd) == (2, [], [])
    assert [row[0] for row in listed(tmp_path / "out")["images"]] == [3, 1]
    assert listed(tmp_path / "out")["photos"] == 0


@pytest.mark.parametrize("seed", range(6))
def test_the_list_is_what_plain_counting_gives(seed: int) -> None:
    data = random_dataset(seed)
    one = Dataset.from_dict(data)
    places = {c["id"]: k for k, c in enumerate(data["categories"])}
    for image, flat in zip(data["images"], list_images(one, all_rows(one)), strict=True):
        rows = [a for a in data["annotations"] if a["image_id"] == image["id"] and a.get("category_id") in places]
        counts = Counter(places[a["category_id"]] for a in rows if not a["iscrowd"])
        found = [flat[i : i + 4] for i in range(0, len(flat), 4)]
        assert {place: count for place, count, _, _ in found if count} == counts
        for place, _, bits, colour in found:
            mine = [a for a in rows if places[a["category_id"]] == place]
            assert bits == np.bitwise_or.reduce([bit_of(a) for a in mine])
            assert 0 <= colour < len(PALETTE)


def bit_of(row: dict[str, Any]) -> int:
    box = row.get("bbox")
    area = row.get("area", box[2] * box[3] if box and min(box[2:]) >= 0 else None)
    if row["iscrowd"]:
        return 8
    return 0 if area is None else 1 if area < 1024 else 2 if area < 9216 else 4


def test_the_colours_of_the_list_are_those_of_the_outlines() -> None:
    data = random_dataset(3)
    one = Dataset.from_dict(data)
    for row, flat in enumerate(list_images(one, all_rows(one))):
        colours = {
            m.category: m.colour for m in marks_of_image(one, int(one.images.id[row])) if m.category in (1, 3, 5)
        }
        ids = [data["categories"][place]["id"] for place in flat[0::4]]
        if len(colours) == len(ids):
            assert colours == dict(zip(ids, (PALETTE[c] for c in flat[3::4]), strict=True))


def test_an_overlay_is_svg_with_a_group_for_each_category() -> None:
    mask = np.zeros((60, 80), bool)
    mask[10:40, 10:50] = True
    mask[20:30, 20:30] = False
    data = dataset()
    data["annotations"][0] |= {"segmentation": to_coco(encode(np.pad(mask, ((0, 40), (0, 20))))), "iscrowd": 1}
    data["annotations"][1] |= {"segmentation": [], "keypoints": [5, 5, 2, 50, 50, 1, 0, 0, 0], "num_keypoints": 2}
    data["categories"][1] |= {"keypoints": ["x", "y", "z"], "skeleton": [[1, 2], [2, 3]]}
    data["annotations"].append({"id": 99, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]})
    tree = ElementTree.fromstring(overlay((100, 100), marks_of_image(Dataset.from_dict(data), 1)))
    assert tree.get("viewBox") == "0 0 100 100"
    groups = {g.get("id"): g for g in tree.iter(f"{_SVG}g")}
    assert {"all", "c1", "c2", "n1", "n2"} <= set(groups)
    paths = [path for path in groups["c1"].iter(f"{_SVG}path") if path.get("class") == "l"]
    assert sorted(path.get("fill-rule") or "" for path in paths) == ["", "evenodd"]
    hatched = next(path for path in paths if path.get("fill-rule"))
    assert hatched.get("fill", "").startswith("url(#h")
    assert hatched.get("d", "").count("M") == 2
    assert len(list(groups["c2"].iter(f"{_SVG}circle"))) == 2
    assert {text.text for text in groups["n1"].iter(f"{_SVG}text")} == {"a", "a (crowd)"}


def test_names_are_words_in_an_overlay_whatever_they_are() -> None:
    made = overlay((10, 10), [Mark(text='</text><script>"&\x00\ud800', rings=[[(0, 0), (5, 0), (5, 5)]], category=-4)])
    tree = ElementTree.fromstring(made)
    assert [node.tag for node in tree.iter() if "script" in node.tag] == []
    assert "c-4" in {g.get("id") for g in tree.iter(f"{_SVG}g")}


def test_hostile_names_do_not_leave_their_place(tmp_path: Path) -> None:
    data = dataset()
    data["images"][0]["file_name"] = '</script><img src=x onerror="alert(1)">'
    data["categories"][0]["name"] = "</script><script>alert(2)</script>"
    one = Dataset.from_dict(data)
    write_gallery(one, all_rows(one), tmp_path / "out", str(tmp_path), "</title><script>alert(3)</script>")
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("<script") == 2
    assert "<img src=x" not in page
    assert listed(tmp_path / "out")["images"][0][1] == data["images"][0]["file_name"]


def test_a_name_brings_no_photo_from_outside_of_the_folder(tmp_path: Path) -> None:
    photo(tmp_path / "private.png")
    photo(tmp_path / "photos" / "sub" / "1.png")
    folder = str(tmp_path / "photos")
    assert find_inside(folder, "sub/1.png") == str(tmp_path / "photos" / "sub" / "1.png")
    for name in ("../private.png", str(tmp_path / "private.png"), "sub/../../private.png", "..\\private.png", ""):
        assert find_inside(folder, name) is None
    assert find_photo(folder, "elsewhere/sub/1.png") is None


def test_what_cannot_be_drawn_is_named_and_the_rest_is(tmp_path: Path) -> None:
    data = dataset()
    data["annotations"][0]["bbox"] = data["annotations"][0]["segmentation"] = None
    data["annotations"][0] |= {"segmentation": {"size": [100, 100], "counts": [5, 5]}}
    data["images"][2] |= {"width": 0, "height": 0}
    (tmp_path / "1.png").write_bytes(b"no photo")
    one = Dataset.from_dict(data)
    made = write_gallery(one, all_rows(one), tmp_path / "out", str(tmp_path))
    assert [name for name, _ in made.odd] == ["1.png", "1.png"]
    assert "is not an image that can be read" in made.odd[0][1]
    assert "annotation 1 of image 1" in made.odd[1][1]
    assert [row[2:6] for row in listed(tmp_path / "out")["images"]] == [
        [100, 100, 0, 0],
        [100, 100, 0, 1],
        [65, 41, 0, 1],
    ]


def test_an_empty_dataset_is_an_empty_gallery(tmp_path: Path) -> None:
    one = Dataset.from_dict({"images": [], "annotations": [], "categories": []})
    assert write_gallery(one, all_rows(one), tmp_path / "out").images == 0
    assert listed(tmp_path / "out")["images"] == []


def test_an_earlier_gallery_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    one = Dataset.from_dict(dataset())
    write_gallery(one, all_rows(one), tmp_path / "out")
    write_gallery(one, np.array([1]), tmp_path / "out")
    assert len(listed(tmp_path / "out")["images"]) == 1
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(DataError, match="has other files in it"):
        write_gallery(one, all_rows(one), other)
    assert (other / "thesis.txt").read_text() == "mine"


def test_a_gallery_that_fails_leaves_the_earlier_one(tmp_path: Path) -> None:
    one = Dataset.from_dict(dataset())
    write_gallery(one, np.array([1]), tmp_path / "out")

    def full(done: int, total: int) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "out" / "masks"))

    with pytest.raises(DataError, match="out: cannot be written: No space left"):
        write_gallery(one, all_rows(one), tmp_path / "out", progress=full)
    assert len(listed(tmp_path / "out")["images"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_real_dataset(shared_data: Path, tmp_path: Path) -> None:
    one = Dataset.read(shared_data / "coco_mini" / "annotations" / "instances_val2017.json")
    made = write_gallery(one, np.arange(6), tmp_path / "out", str(shared_data / "coco_mini" / "val2017"))
    assert (made.images, made.missing, made.odd) == (6, [], [])
    for number in range(6):
        ElementTree.parse(tmp_path / "out" / "masks" / f"{number}.svg")
        assert image_size(tmp_path / "out" / "photos" / f"{number}.jpg")
