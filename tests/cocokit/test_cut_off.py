"""Photos whose end is missing are told from whole ones, without decoding them, and from those with more behind."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocokit.cut_off import is_cut_off
from cocokit.errors import DataError
from cocokit.imageio import image_size

KINDS = ["JPEG", "PNG", "WEBP"]


def photo(kind: str, **words: object) -> bytes:
    pixels = np.random.default_rng(3).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, kind, **words)
    return made.getvalue()


def cut(data: bytes, kind: str) -> bool:
    return is_cut_off(io.BytesIO(data), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_cut_is_told_and_nothing_else(kind: str) -> None:
    data = photo(kind)
    assert not cut(data, kind)
    told = [length for length in range(len(data)) if not cut(data[:length], kind)]
    assert told == [], "lengths that pass for whole photos"


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_behind_the_end_are_no_damage(kind: str) -> None:
    for behind in (b"\0", b"\0" * 5000, b"a second picture", photo("JPEG")):
        assert not cut(photo(kind) + behind, kind)


def test_the_end_of_a_small_picture_inside_is_not_the_end() -> None:
    notes = Image.Exif()
    notes[0x010E] = "a thumbnail: " + photo("JPEG").hex()
    data = photo("JPEG", exif=notes.tobytes()[:6] + b"II*\0" + photo("JPEG"))
    assert data.count(b"\xff\xd9") >= 2
    assert not cut(data, "JPEG")
    assert cut(data[:-100], "JPEG")
    assert cut(data[:-100] + b"\0\0", "JPEG")


@pytest.mark.parametrize("words", [{"progressive": True}, {"restart_marker_rows": 1}, {"optimize": True}])
def test_jpegs_of_other_builds(words: dict[str, object]) -> None:
    data = photo("JPEG", **words) + b"more"
    assert not cut(data, "JPEG")
    assert cut(data[: len(data) // 2], "JPEG")


def test_formats_that_do_not_say_where_they_end_pass(tmp_path: Path) -> None:
    assert not cut(photo("BMP")[:100], "BMP")


def test_the_size_of_a_photo_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(photo("JPEG"))
    assert image_size(path) == (40, 60)
    path.write_bytes(photo("JPEG")[:-40])
    with pytest.raises(DataError, match="is cut off: its end is missing; download or export it again"):
        image_size(path)


def test_photographs_of_cameras_and_of_coco_are_whole(shared_data: Path) -> None:
    paths = [path for path in shared_data.rglob("*") if path.suffix.lower() in (".jpg", ".png", ".jpeg")]
    assert len(paths) > 100
    for path in paths:
        with path.open("rb") as file, Image.open(path) as image:
            assert not is_cut_off(file, image.format or ""), path
