"""YOLO: files as other tools write them, and hostile ones, each told in one sentence."""

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
from cocokit.columns import Ragged, offsets_of
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.formats import find_format, format_named
from cocokit.formats.yaml_text import read_yaml
from cocokit.formats.yolo_rings import joined, parted
from cocokit.formats.yolo_text import label_texts

Json = dict[str, Any]


def lay(folder: Path, files: dict[str, str], photos: tuple[str, ...] = ()) -> Path:
    """Write text files and photos of 200 x 100 px into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in photos:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (200, 100)).save(folder / name)
    return folder


def found(folder: Path, images: str | None = None) -> Json:
    return find_format(folder).read(str(folder), images).dataset.to_dict()


LINE = "1 0.5 0.5 0.25 0.5\n"
NAMES = "names: [cat, dog]\n"
LAYOUTS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "Ultralytics, folders": (
        {"data.yaml": f"path: ../datasets/x\ntrain: images/train\nval: images/val\n{NAMES}",
         "labels/train/1.txt": LINE},
        ("images/train/1.jpg", "images/val/2.jpg"),
    ),
    "Ultralytics, a list": (
        {"data.yaml": f"train: list.txt\nval:\n{NAMES}", "list.txt": "./images/1.jpg\nimages/2.jpg\n",
         "labels/1.txt": LINE},
        ("images/1.jpg", "images/2.jpg"),
    ),
    "Roboflow": (
        {"data.yaml": f"train: ../train/images\nval: ../valid/images\n{NAMES}", "train/labels/1.txt": LINE,
         "README.roboflow.txt": "hello"},
        ("train/images/1.jpg", "valid/images/2.jpg"),
    ),
    "LabelImg": ({"classes.txt": "cat\ndog\n", "1.txt": LINE}, ("1.jpg", "2.jpg")),
    "Label Studio": ({"classes.txt": "cat\ndog\n", "notes.json": "{}", "labels/1.txt": LINE},
                     ("images/1.jpg", "images/2.jpg")),
    "Darknet": (
        {"obj.names": "cat\ndog\n", "obj.data": "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n",
         "train.txt": "data/obj_train_data/1.jpg\ndata/obj_train_data/2.jpg\n", "obj_train_data/1.txt": LINE},
        ("obj_train_data/1.jpg", "obj_train_data/2.jpg"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_found_and_read(layout: str, tmp_path: Path) -> None:
    made = found(lay(tmp_path, *LAYOUTS[layout]))
    assert [Path(row["file_name"]).name for row in made["images"]] == ["1.jpg", "2.jpg"]
    assert [(row["width"], row["height"]) for row in made["images"]] == [(200, 100)] * 2
    assert [(row["image_id"], row["category_id"], row["bbox"]) for row in made["annotations"]] == [
        (1, 2, [75, 25, 50, 50])
    ]
    assert [row["name"] for row in made["categories"]] == ["cat", "dog"]


def test_photos_may_lie_elsewhere(tmp_path: Path) -> None:
    files, photos = LAYOUTS["Darknet"]
    data = lay(tmp_path / "data", files)
    lay(tmp_path / "photos", {}, tuple(Path(name).name for name in photos))
    assert len(found(data, images=str(tmp_path / "photos"))["images"]) == 2
    with pytest.raises(DataError, match="no such image, and labels do not say how large it is .1 more like it.; give"):
        found(data)


def test_a_line_with_a_score_or_a_polygon_or_without_flags_is_read(tmp_path: Path) -> None:
    files = {"classes.txt": "cat\n", "1.txt": "0 0.5 0.5 0.25 0.5 0.75\n0 0 0 0.5 0 0.5 0.5\n\n"}
    first, second = found(lay(tmp_path / "a", files, ("1.jpg",)))["annotations"]
    assert (first["bbox"], first["score"]) == ([75, 25, 50, 50], 0.75)
    assert (second["segmentation"], second["area"]) == ([[0, 0, 100, 0, 100, 50]], 2500)
    files = {
        "data.yaml": "train: images\nkpt_shape: [2, 2]\nnames: {0: cat}\n",
        "labels/1.txt": "0 .5 .5 .25 .5 0 0 .5 .25\n",
    }
    (row,) = found(lay(tmp_path / "b", files, ("images/1.jpg",)))["annotations"]
    assert (row["keypoints"], row["num_keypoints"]) == ([0, 0, 0, 100, 25, 2], 1)


BAD = {
    "1 0.5 0.5 0.5\n": "has 4 numbers where a label has at least 5",
    "0 0.5 0.5 0.5 nan\n": "'nan' is no number",
    "0 0.5 0.5 0.5 1e999\n": "'1e999' is no number",
    "0 0.5 0,5 0.5 1\n": "'0,5' is no number",
    "0 0.5 1_0 0.5 1\n": "'1_0' is no number",
    "2 0.5 0.5 0.5 1\n": "2 is the place of no category; there are 2, from 0 to 1",
    "-1 0.5 0.5 0.5 1\n": "-1 is the place of no category",
    "0.5 0.5 0.5 0.5 1\n": "0.5 is the place of no category",
    "0 0.5 0.5 0.5 1 2 3 4\n": "has 8 numbers; a box has 5, a polygon an odd number from 7 on",
    "cat 0.5 0.5 0.5 1\n": "'cat' is no number",
    "\x00\xff": "is no number",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_told_with_its_place(line: str, tmp_path: Path) -> None:
    folder = lay(tmp_path, {"classes.txt": "cat\ndog\n", "1.txt": "0 .5 .5 .1 .1\n\n" + line}, ("1.jpg",))
    with pytest.raises(DataError) as error:
        found(folder)
    assert BAD[line] in str(error.value)
    assert error.value.path == str(folder / "./1.txt")
    assert error.value.where == "line 3"


@pytest.mark.parametrize(
    "files, sentence",
    [
        ({"data.yaml": "train: images\n"}, "names: is null, not a name for each place"),
        ({"data.yaml": "train: images\nnames: {0: a, 2: b}\n"}, "not a name for each place"),
        ({"data.yaml": "names: [a]\n"}, "names no train, val or test"),
        ({"data.yaml": "names: [a]\ntrain: ../../../etc\n"}, "leads out of the folder"),
        ({"data.yaml": "names: [a]\ntrain: /etc/passwd\n"}, "leads out of the folder"),
        ({"data.yaml": "names: [a]\ntrain: t.txt\n", "t.txt": "../../../etc/passwd\n"}, "line 1: the file name"),
        ({"data.yaml": "names: [a]\ntrain: t.txt\nkpt_shape: [17, 4]\n", "t.txt": ""}, "kpt_shape: is [17, 4]"),
        ({"data.yaml": "names: &a [a]\nx: *a\ntrain: t.txt\n", "t.txt": ""}, "not a name for each place"),
        ({"data.yaml": "names: !!python/object/apply:os.system [ls]\ntrain: t.txt\n", "t.txt": ""}, "not a name"),
        ({"obj.names": "cat\n", "obj.data": "train = ../../x.txt\n"}, "leads out of the folder"),
        ({"classes.txt": "cat\n", "labels/1.txt": LINE}, "no image with this name"),
    ],
)  # fmt: skip
def test_a_bad_layout_is_one_sentence(files: dict[str, str], sentence: str, tmp_path: Path) -> None:
    folder = lay(tmp_path, files)
    with pytest.raises(DataError) as error:
        format_named("yolo").read(str(folder))
    assert sentence in str(error.value)


def test_links_to_photos_and_labels_are_followed_and_links_to_folders_do_not_end_in_a_circle(tmp_path: Path) -> None:
    real = lay(tmp_path / "real", {"1.txt": LINE}, ("1.jpg",))
    folder = lay(tmp_path / "set", {"classes.txt": "cat\ndog\n"})
    (folder / "1.jpg").symlink_to(real / "1.jpg")
    (folder / "1.txt").symlink_to(real / "1.txt")
    (folder / "again").symlink_to(folder)
    assert len(found(folder)["annotations"]) == 1


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"file_name": "../a.jpg"}, "leads out of the folder"),
        ({"file_name": None}, "has no file name"),
        ({"file_name": "a\nb.jpg"}, "has a line break"),
        ({"file_name": "b.png"}, "'b.jpg' and 'b.png' would share a file of annotations"),
        ({"width": None}, "has no width and height"),
        ({"id": 2}, "2 is the id of another image too"),
    ],
)
def test_an_image_that_cannot_be_written_is_one_sentence(change: Json, sentence: str, tmp_path: Path) -> None:
    row = {"id": 1, "width": 9, "height": 9, "file_name": "a.jpg"} | change
    made = {"images": [row, {"id": 2, "width": 9, "height": 9, "file_name": "b.jpg"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 3]}],
            "categories": [{"id": 1, "name": "cat"}]}  # fmt: skip
    refuses(made, sentence, tmp_path)


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"bbox": [0, 0, float("nan"), 1]}, "annotations[0].bbox: is [0.0, 0.0, nan, 1.0], which is no box"),
        ({"bbox": [0, 0, -1, 1]}, "which is no box"),
        ({"category_id": 7}, "annotations[0].category_id: is 7, which is none of the 1 category"),
    ],
)
def test_an_annotation_that_cannot_be_written_is_one_sentence(change: Json, sentence: str, tmp_path: Path) -> None:
    row = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 3]} | change
    refuses({"images": [{"id": 1, "width": 9, "height": 9, "file_name": "a.jpg"}], "annotations": [row],
             "categories": [{"id": 1, "name": "cat"}]}, sentence, tmp_path)  # fmt: skip


def refuses(made: Json, sentence: str, folder: Path) -> None:
    with pytest.raises(DataError) as error:
        format_named("yolo").write(Dataset.from_dict(made), str(folder / "out"))
    assert sentence in str(error.value)
    assert list(folder.iterdir()) == []


def test_a_missing_photo_leaves_nothing_behind(tmp_path: Path) -> None:
    made = {"images": [{"id": 1, "width": 9, "height": 9, "file_name": "a.jpg"}], "annotations": [], "categories": []}
    (tmp_path / "photos").mkdir()
    with pytest.raises(DataError, match="a.jpg: no such image; give the folder with all images"):
        format_named("yolo").write(Dataset.from_dict(made), str(tmp_path / "out"), str(tmp_path / "photos"))
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_parts_of_a_polygon_are_found_again_in_one_ring(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rings = [[chance.random(2 * chance.integers(3, 7)) for _ in range(chance.integers(1, 6))] for _ in range(3)]
    flat = [ring for own in rings for ring in own]
    lines = joined(offsets_of([len(own) for own in rings]),
                   Ragged(np.concatenate(flat), offsets_of([len(ring) for ring in flat])))  # fmt: skip
    for i, own in enumerate(rings):
        assert [part.tolist() for part in parted(lines[i])] == [ring.tolist() for ring in own]


def test_parts_joined_have_the_mask_that_they_had() -> None:
    squares = [[x, y, x + 6.0, y, x + 6, y + 4, x, y + 4] for x, y in ((2, 3), (20, 5), (11, 20), (25, 25))]
    flat = [np.array(square) for square in squares]
    line = joined(np.array([0, 4]), Ragged(np.concatenate(flat), offsets_of([8] * 4)))[0].tolist()
    assert (rle.decode(rle.from_polygons([line], 40, 40)) == rle.decode(rle.from_polygons(squares, 40, 40))).all()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_lines_are_what_python_would_print(seed: int) -> None:
    chance = random.Random(seed)
    rows = [[chance.choice([0, 1, 2, chance.random(), 1e-13]) for _ in range(chance.randint(4, 30))]
            for _ in range(chance.randint(0, 30))]  # fmt: skip
    index = np.array([chance.randint(0, 1200) for _ in rows], np.int64)
    cuts = sorted(chance.randint(0, len(rows)) for _ in range(chance.randint(0, 5)))
    per_image = np.array([0, *cuts, len(rows)])
    numbers = Ragged(np.array([v for row in rows for v in row], np.float64), offsets_of([len(row) for row in rows]))
    texts = [text.decode() for text in label_texts(index, numbers, per_image)]
    assert len(texts) == len(per_image) - 1
    lines = "".join(texts).splitlines()
    for line, place, row in zip(lines, index, rows, strict=True):
        first, *words = line.split(" ")
        assert int(first) == place
        assert all(len(word) == 14 for word in words)
        assert [float(word) for word in words] == pytest.approx(row, abs=5.1e-13)
    assert [text.count("\n") for text in texts] == np.diff(per_image).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [x, 'y, z', \"w # v\"] # c\nc: {0: p, 1: \"q: r\"}\nd:\n  0: s\n  1: 't''u'\ne:\n- v\n- w\n",
        "names: [a,\n  b,\n  c]\nnc: 3\nx:\ny: ~\nz: true\n",
        "url: https://x.org/a.zip\nn: -2.5\nempty: []\n",
    ],
)
def test_yaml_says_what_pyyaml_says(text: str, tmp_path: Path) -> None:
    import yaml

    (tmp_path / "a.yaml").write_text(text)
    assert read_yaml(str(tmp_path / "a.yaml")) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text", ["- a\n", "a: 1\na: 2\n", "a: [b, c\n", "a:\n    b: 1\n  c: 2\n", "a: [1, [2]]\n", "a\n"]
)
def test_yaml_that_is_more_than_plain_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(DataError, match="line [0-9]"):
        read_yaml(str(tmp_path / "a.yaml"))


def test_a_long_line_takes_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [" + "b, " * 100_000 + "c]\nd" + " " * 200_000 + "\n")
    with pytest.raises(DataError, match="line 2"):
        read_yaml(str(tmp_path / "a.yaml"))
