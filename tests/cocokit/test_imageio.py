"""Photos: upright whatever the camera noted, 8-bit RGB whatever the file holds, one sentence when broken."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cocokit.errors import DataError
from cocokit.imageio import TooManyPixelsError, image_size, read_image, save_image, thumbnail


def scene() -> np.ndarray:
    """(24, 32, 3): red at the top left, green at the top right, blue below; big enough blocks for JPEG."""
    made = np.zeros((24, 32, 3), np.uint8)
    made[:8, :16, 0] = made[:8, 16:, 1] = made[8:, :, 2] = 255
    return made


# How a camera stores the scene for each EXIF orientation.
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", list(STORED))
def test_the_noted_orientation_is_baked_in(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(STORED[orientation](scene()))).save(path, exif=exif)
    assert image_size(path) == (24, 32)
    np.testing.assert_array_equal(read_image(path), scene())


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_senseless_orientation_counts_as_upright(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(scene()).save(path, exif=exif)
    np.testing.assert_array_equal(read_image(path), scene())


def test_real_photos_of_all_orientations_are_upright(shared_data: Path) -> None:
    photos = sorted((shared_data / "exif_photos" / "jpg").rglob("*.jpg"))
    assert len(photos) == 21
    sizes = {photo.name: read_image(photo).shape[:2] for photo in photos}
    assert sizes == {photo.name: image_size(photo) for photo in photos}
    turned = {name: size for name, size in sizes.items() if name[:9] in {"landscape", "portrait_"}}
    assert all((h < w) == name.startswith("landscape") for name, (h, w) in turned.items())
    assert len(turned) == 7


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "YCbCr", "LA", "RGBA", "I;16", "I"])
def test_every_mode_becomes_rgb(mode: str, tmp_path: Path) -> None:
    if mode in {"I;16", "I"}:
        deep = np.full((4, 5), 0x8000, np.uint16 if mode == "I;16" else np.int32)
        image = Image.fromarray(deep)
    else:
        image = Image.new("RGB", (5, 4), (128, 128, 128)).convert(mode)
    path = tmp_path / "photo.tif"
    image.save(path)
    made = read_image(path)
    assert made.shape == (4, 5, 3)
    assert made.dtype == np.uint8
    if mode != "1":
        assert abs(int(made.mean()) - 128) <= 3


def test_transparency_is_laid_over_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (2, 2), (255, 0, 0, 0)).save(path)
    assert read_image(path).min() == 255


def test_a_thumbnail_keeps_the_proportions() -> None:
    assert thumbnail(np.zeros((300, 400, 3), np.uint8), 100).shape == (75, 100, 3)
    assert thumbnail(np.zeros((1, 4000), np.uint8), 100).shape == (1, 100)
    small = np.zeros((30, 40, 3), np.uint8)
    assert thumbnail(small, 40) is small


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    save_image(scene(), tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), scene())
    save_image(scene(), tmp_path / "a.jpg", quality=100)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - scene()).mean() < 20
    assert sorted(os.listdir(tmp_path)) == ["a.jpg", "a.png"]


def test_an_unknown_ending_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\.jsn is no image format; use \.jpg"):
        save_image(scene(), tmp_path / "a.jsn")
    with pytest.raises(DataError, match="create its folder first"):
        save_image(scene(), tmp_path / "none" / "a.png")


def test_a_photo_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole, "JPEG")
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(DataError, match="cut.jpg: is a broken image: .*download or export it again"):
        read_image(path)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("hello")
    with pytest.raises(DataError, match="is not an image that can be read"):
        read_image(tmp_path / "a.jpg")
    with pytest.raises(DataError, match="no such file"):
        image_size(tmp_path / "none.jpg")
    with pytest.raises(DataError, match="is a folder"):
        read_image(tmp_path)


def test_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_image(scene(), tmp_path / "a.png")
    height, width = scene().shape[:2]
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda *_: pytest.fail("it was decoded"))
    words = rf"is {width} x {height} px, .* megapixels, and the limit is 0.0001; .*raise max_megapixels in cocokit.toml"
    with pytest.raises(TooManyPixelsError, match=words):
        read_image(tmp_path / "a.png", 100)


def test_pillows_own_limit_is_neither_asked_nor_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    save_image(scene(), tmp_path / "a.png")
    assert image_size(tmp_path / "a.png", scene().size) == scene().shape[:2]
    assert Image.MAX_IMAGE_PIXELS == 10
    with pytest.raises(DataError, match="no such file"):
        image_size(tmp_path / "none.png")
    assert Image.MAX_IMAGE_PIXELS == 10
