"""Image files beside a dataset: there, whole, of the right size, once, and in one split only."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit.codes import CODES
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.file_checks import check_files
from cocokit.findings import Finding


def picture(path: Path, seed: int, width: int = 24, height: int = 16, **kind: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(path, **kind)


def split(*names: str, width: int = 24, height: int = 16, first: int = 1) -> Dataset:
    images = [{"id": first + i, "width": width, "height": height, "file_name": name} for i, name in enumerate(names)]
    return Dataset.from_dict({"images": images, "annotations": []})


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels each way."""
    parts = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b""))
    chunks = (struct.pack(">I", len(v)) + k + v + struct.pack(">I", zlib.crc32(k + v)) for k, v in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i in range(3):
        picture(tmp_path / "photos" / f"{i}.png", i)
    return tmp_path / "photos"


def told(found: dict[str, list[Finding]]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    for finding in (f for findings in found.values() for f in findings):
        assert finding.severity == CODES[finding.id].severity
    return {name: [(f.id, f.pointers) for f in findings] for name, findings in found.items()}


def look(folder: Path | None, **splits: Dataset) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return told(check_files(splits, folder))


def test_good_files_have_no_findings(folder: Path) -> None:
    assert look(folder, a=split("0.png", "1.png"), b=split("2.png", first=9)) == {"a": [], "b": []}


def test_a_file_that_is_not_there_is_found_with_what_it_may_be(folder: Path) -> None:
    dataset = split("0.PNG", "1.jpg", "gone/2.png", "2.png")
    found = check_files({"a": dataset}, folder)
    assert told(found) == {"a": [("file-missing", tuple(f"/images/{i}/file_name" for i in range(3)))]}
    assert found["a"][0].examples == (
        'images[0]: "0.PNG", but "0.png" is there', 'images[1]: "1.jpg", but "1.png" is there',
        'images[2]: "gone/2.png"',
    )  # fmt: skip


def test_a_file_of_another_size_is_found(folder: Path) -> None:
    found = check_files({"a": split("0.png", height=17), "b": split("1.png", width=16, height=24)}, folder)
    assert told(found) == {name: [("file-size", ("/images/0/file_name",))] for name in "ab"}
    assert found["a"][0].examples == ('images[0]: "0.png", 24 x 17, the file 24 x 16',)
    assert found["b"][0].examples[0].endswith("the file 24 x 16, the other way round")


def test_a_photo_that_lies_on_its_side_may_have_either_size(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(folder / "turned.jpg", 5, exif=exif)
    for width, height in ((24, 16), (16, 24)):
        assert look(folder, a=split("turned.jpg", width=width, height=height)) == {"a": []}
    assert look(folder, a=split("turned.jpg", width=9)) == {"a": [("file-size", ("/images/0/file_name",))]}


def test_broken_files_are_found_and_stop_nothing(folder: Path) -> None:
    (folder / "text.jpg").write_text("<html>404</html>")
    (folder / "empty.png").write_bytes(b"")
    (folder / "bomb.png").write_bytes(bomb(30_000))
    os.symlink(folder / "loop.png", folder / "loop.png")
    found = check_files({"a": split("text.jpg", "empty.png", "bomb.png", "loop.png", "0.png")}, folder)
    assert told(found) == {"a": [
        ("file-unreadable", tuple(f"/images/{i}/file_name" for i in range(3))),
        ("file-missing", ("/images/3/file_name",)),
    ]}  # fmt: skip


def test_images_that_lie_elsewhere_are_not_even_looked_for(folder: Path) -> None:
    outside = folder.parent / "secret.png"
    picture(outside, 9)
    assert look(folder, a=split("../secret.png", str(outside), "x\0.png")) == {"a": []}


def test_links_to_images_are_images(folder: Path) -> None:
    os.symlink(folder / "0.png", folder / "link.png")
    assert look(folder, a=split("link.png", "1.png")) == {"a": []}


def test_the_same_bytes_under_two_names_are_found(folder: Path) -> None:
    (folder / "copy.png").write_bytes((folder / "1.png").read_bytes())
    picture(folder / "alike.png", 1, compress_level=0)  # the same pixels, other bytes: a near duplicate
    found = check_files({"a": split("0.png", "1.png", "copy.png", "alike.png")}, folder)
    assert told(found) == {"a": [("same-image", ("/images/2/file_name",))]}
    assert found["a"][0].examples == ('images[2]: "copy.png", the same as images[1] "1.png"',)


def test_a_name_that_is_there_twice_is_not_told_again(folder: Path) -> None:
    assert look(folder, a=split("0.png", "0.png")) == {"a": []}


def test_one_photo_in_two_splits_is_found_by_its_content(folder: Path) -> None:
    (folder / "val").mkdir()
    (folder / "val" / "9.png").write_bytes((folder / "1.png").read_bytes())
    found = check_files({"train.json": split("0.png", "1.png"), "val.json": split("2.png", "val/9.png")}, folder)
    assert told(found) == {"train.json": [], "val.json": [("image-in-two-splits", ("/images/1/file_name",))]}
    assert found["val.json"][0].examples == ('images[1]: "val/9.png", also images[1] "1.png" of train.json',)


def test_without_a_folder_names_are_compared() -> None:
    found = check_files({"train.json": split("0.png", "1.png"), "val.json": split("1.png", "2.png")}, None)
    assert told(found) == {"train.json": [], "val.json": [("file-name-in-two-splits", ("/images/0/file_name",))]}


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no folder"):
        check_files({"a": split("0.png")}, tmp_path / "nowhere")


def test_progress_counts_all_files(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    check_files({"a": split("0.png", "1.png"), "b": split("2.png")}, folder, lambda *at: seen.append(at))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_real_photos_are_what_their_files_say(shared_data: Path) -> None:
    mini = shared_data / "coco_mini"
    for name in ("train", "val"):
        dataset = Dataset.read(mini / "annotations" / f"instances_{name}2017.json")
        assert look(mini / f"{name}2017", a=dataset) == {"a": []}
