"""Hashes are ImageHash's, up to what a faster decoder changes; files that cannot be hashed are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocokit.near.hashing import CUTS, grey_pictures, hash_images, hash_of

#: What ImageHash 4.3.2 gives: phash() of noise, by seed, and of photos.
NOISE = {0: "905df6a4c35db14a", 1: "b7382d32c2aa94f9", 2: "92dc016d5bc5167d", 3: "b2390d3af147e85a"}
PHOTOS = {
    "000000000139.jpg": "95d3f8748359f805",
    "000000000802.jpg": "bf044cf39c9684ec",
    "000000011813.jpg": "b080dfc6ce99c764",
    "000000018575.jpg": "d5d2e04d1fad0c5c",
    "000000022192.jpg": "bec2c136c6983fc1",
    "000000022892.jpg": "fd68e38c1cb2712c",
    "000000034417.jpg": "8a93f088d8d8cf6e",
    "000000062554.jpg": "8a56653b300d6eee",
}


@pytest.mark.parametrize("seed", NOISE)
def test_the_hash_is_imagehashs_on_the_same_pixels(seed: int) -> None:
    assert f"{hash_of(np.random.default_rng(seed).integers(0, 256, (32, 32), np.uint8)):016x}" == NOISE[seed]


def test_photos_hash_as_imagehash_does(shared_data: Path) -> None:
    folder = shared_data / "coco_mini" / "val2017"
    for name, expected in PHOTOS.items():
        grey = np.asarray(Image.open(folder / name).convert("L").resize((32, 32), Image.Resampling.LANCZOS))
        assert hash_of(grey) == int(expected, 16)
    fast = hash_images([folder / name for name in PHOTOS])
    away = np.bitwise_count(fast.hash ^ np.array([int(h, 16) for h in PHOTOS.values()], np.uint64))
    assert away.max() <= 4
    assert fast.cut.shape == (8, 0)


def test_a_photo_that_the_camera_noted_as_turned_hashes_as_the_upright_one(shared_data: Path) -> None:
    """The photos of all eight orientations show one scene, apart from the number written on it."""
    for shape, turned in (("landscape", (3, 6, 8)), ("portrait", (2, 5, 7))):
        folder = shared_data / "exif_photos" / "jpg" / "orientation"
        found = hash_images([folder / f"{shape}_{k}.jpg" for k in turned]).hash
        assert np.bitwise_count(found ^ found[0]).max() <= 4


def test_cuts_are_those_of_the_whole_photo(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 4)).astype(np.uint8))
    smooth = noise.resize((400, 600), Image.Resampling.BICUBIC)
    smooth.save(tmp_path / "a.png")
    for cut, made in zip(CUTS, grey_pictures(tmp_path / "a.png"), strict=True):
        left, top, right, bottom = (round(share * side) for share, side in zip(cut, (400, 600, 400, 600), strict=True))
        part = smooth.crop((left, top, 400 - right, 600 - bottom)).resize((32, 32), Image.Resampling.LANCZOS)
        assert np.abs(made.astype(int) - np.asarray(part)).max() <= 2


def test_files_that_cannot_be_hashed_stop_nothing(tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)).save(good)
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8)).save(tmp_path / "whole.jpg")
    (tmp_path / "short.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:2000])
    (tmp_path / "text.jpg").write_text("no picture")
    Image.new("RGB", (50, 50), "white").save(tmp_path / "white.png")
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    names = ["short.jpg", "text.jpg", "good.png", "white.png", "bomb.png", "none.jpg"]
    calls: list[tuple[int, int]] = []
    found = hash_images([tmp_path / name for name in names], progress=lambda *at: calls.append(at))
    assert (found.path, found.rows.tolist(), calls) == ([str(good)], [2], [(6, 6)])
    reasons = {Path(path).name: why for path, why in found.failed}
    assert list(reasons) == [name for name in names if name != "good.png"]
    assert "broken image" in reasons["short.jpg"]
    assert "not an image" in reasons["text.jpg"]
    assert reasons["white.png"] == "is all of one grey; no other photo can be told from it"
    assert "the limit is" in reasons["bomb.png"]
    assert reasons["none.jpg"] == "no such file; check the path"


def test_transparent_deep_and_palette_pictures_hash_like_plain_ones(tmp_path: Path) -> None:
    ramp = (np.random.default_rng(4).integers(0, 256, (8, 8)).astype(np.uint8)).repeat(9, 0).repeat(9, 1)
    plain = Image.fromarray(ramp)
    plain.save(tmp_path / "a.png")
    plain.convert("RGBA").save(tmp_path / "b.png")
    plain.convert("P").save(tmp_path / "c.png")
    Image.fromarray(ramp.astype(np.uint16) * 256).save(tmp_path / "d.png")
    found = hash_images([tmp_path / f"{name}.png" for name in "abcd"])
    assert found.failed == []
    assert len(set(found.hash.tolist())) == 1
