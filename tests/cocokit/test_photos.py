"""Photos are kept upright and without notes; whatever is no photo is one sentence."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from cocokit.errors import DataError
from cocokit.imageio import read_image
from cocokit.photos import load_photo, without_notes


def pixels_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def notes_of(data: bytes) -> dict[str, object]:
    with Image.open(io.BytesIO(data)) as image:
        return {k: v for k, v in image.info.items() if k in ("exif", "xmp", "comment", "photoshop", "mp")}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_the_camera_noted_is_baked_in(tmp_path: Path, orientation: int) -> None:
    scene = np.zeros((24, 40, 3), np.uint8)
    scene[:8, :16] = 255, 0, 0
    scene[16:, 24:] = 0, 255, 0
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(scene).save(tmp_path / "p.jpg", quality=100, exif=exif)
    photo = load_photo(tmp_path / "p.jpg")
    with Image.open(tmp_path / "p.jpg") as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    assert (photo.height, photo.width) == upright.shape[:2]
    assert np.abs(pixels_of(photo.data).astype(int) - upright).max() < 40
    assert photo.origin["orientation"] == orientation
    assert (photo.origin["width"], photo.origin["height"]) == (40, 24)
    with Image.open(io.BytesIO(photo.data)) as kept:
        assert not kept.getexif()


def test_real_photos_lose_their_notes_and_no_pixel(shared_data: Path) -> None:
    paths = sorted((shared_data / "exif_photos").rglob("*.jpg"))
    assert len(paths) > 10
    kept_bits = 0
    for path in paths:
        photo = load_photo(path)
        assert notes_of(photo.data) == {}, path
        assert b"GPS" not in photo.data[:2000]
        assert "gps" not in str(photo.origin).lower()
        assert photo.sha256 == hashlib.sha256(photo.data).hexdigest()
        difference = np.abs(pixels_of(photo.data).astype(int) - read_image(path))
        if photo.origin["orientation"] == 1:
            assert not difference.any(), f"{path.name}: an upright photo keeps its pixels bit for bit"
            kept_bits += 1
        assert difference.mean() < 3
    assert kept_bits > 5


def test_orientations_of_real_photos_all_show_the_same_scene(shared_data: Path) -> None:
    paths = sorted((shared_data / "exif_photos" / "jpg" / "orientation").glob("landscape_*.jpg"))
    photos = [load_photo(path) for path in paths]
    assert len(photos) > 2
    assert len({(photo.width, photo.height) for photo in photos}) == 1


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)  # type: ignore[arg-type]
    return path


NOISE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


def test_other_kinds_of_pixels_become_rgb(tmp_path: Path) -> None:
    photo = load_photo(save(tmp_path / "cmyk.jpg", Image.fromarray(NOISE).convert("CMYK")))
    with Image.open(io.BytesIO(photo.data)) as kept:
        assert (kept.mode, kept.format) == ("RGB", "JPEG")
    deep = (np.arange(600, dtype=np.uint16) * 100).reshape(20, 30)
    photo = load_photo(save(tmp_path / "deep.png", Image.fromarray(deep)))
    assert (photo.ending, photo.width, photo.height) == (".png", 30, 20)
    assert np.array_equal(pixels_of(photo.data)[..., 0], (deep >> 8).astype(np.uint8))
    photo = load_photo(save(tmp_path / "clear.webp", Image.fromarray(NOISE).convert("RGBA"), lossless=True))
    assert photo.ending == ".webp"


def test_progressive_jpegs_with_restarts_keep_their_pixels(tmp_path: Path) -> None:
    for name, options in {"p": {"progressive": True}, "r": {"restart_marker_rows": 1}, "o": {"optimize": True}}.items():
        exif = Image.Exif()
        exif[0x010E] = "a note"
        path = save(tmp_path / f"{name}.jpg", Image.fromarray(NOISE), exif=exif, comment=b"hello", **options)
        data = path.read_bytes()
        cut = without_notes(data + b"a second picture behind the first")
        assert cut is not None
        assert len(cut) < len(data)
        assert np.array_equal(pixels_of(cut), pixels_of(data))
        assert notes_of(cut) == {}


def hostile(folder: Path) -> dict[str, str]:
    """Files that are no photos, by the words that say why."""
    good = save(folder / "good.jpg", Image.fromarray(NOISE)).read_bytes()
    (folder / "cut.jpg").write_bytes(good[: len(good) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("I am no photo")
    (folder / "head.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    save(folder / "moving.png", Image.fromarray(NOISE), format="GIF")
    unread = "is not an image that can be read"
    return {"cut.jpg": "is a broken image", "empty.jpg": unread, "moving.png": "is a GIF file", "text.jpg": unread,
            "head.png": unread}  # fmt: skip


def test_what_is_no_photo_is_one_sentence(tmp_path: Path) -> None:
    for name, words in hostile(tmp_path).items():
        with pytest.raises(DataError, match=words) as caught:
            load_photo(tmp_path / name)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 20, 21, 200])
def test_a_jpeg_that_is_cut_anywhere_is_never_taken_for_whole(tmp_path: Path, length: int) -> None:
    data = save(tmp_path / "good.jpg", Image.fromarray(NOISE)).read_bytes()
    assert without_notes(data[:length]) is None
    assert without_notes(data) == data
