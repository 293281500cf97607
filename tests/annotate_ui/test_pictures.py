"""Display copies, sheets and crops: small, upright, without notes, made once; bombs and strange files are refused."""

from __future__ import annotations

import io
import itertools
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocokit.annotate_ui.pictures import LONGEST, Part, Pictures, crop_around, display_size
from cocokit.campaign.duplicates import group
from cocokit.domain.tasks import ImageRef
from cocokit.errors import DataError


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    (tmp_path / "images").mkdir()
    return Pictures(str(tmp_path / "images"), str(tmp_path / "cache"))


def put(pictures: Pictures, name: str, image: Image.Image, **options: object) -> ImageRef:
    image.save(os.path.join(pictures.images, name), **options)  # type: ignore[arg-type]
    return ImageRef(1, name, *image.size)


def look(path: str) -> Image.Image:
    return Image.open(io.BytesIO(Path(path).read_bytes()))


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def test_a_large_photo_is_shown_small_and_without_notes(pictures: Pictures) -> None:
    notes = Image.Exif()
    notes[0x010E] = "where I live"
    notes.get_ifd(0x8825)[1] = "N"
    image = put(pictures, "large.jpg", noise(3000, 1000), exif=notes, comment=b"who I am")
    path = pictures.display(image)
    data = Path(path).read_bytes()
    shown = Image.open(io.BytesIO(data))
    assert shown.size == display_size(image) == (LONGEST, 683)
    assert (shown.getexif(), shown.info.get("comment")) == ({}, None)
    assert b"live" not in data
    made = os.stat(path).st_mtime_ns
    assert os.stat(pictures.display(image)).st_mtime_ns == made


KINDS = [*itertools.product(["PNG", "WEBP"], ["RGB", "L", "P", "RGBA"]), ("JPEG", "RGB"), ("JPEG", "L")]


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_every_kind_becomes_a_jpeg(pictures: Pictures, kind: str, mode: str) -> None:
    image = put(pictures, f"photo.{kind.lower()}", noise(90, 60).convert(mode), format=kind)
    shown = look(pictures.display(image))
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (90, 60))


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/passwd", "link.jpg", "sub/../../secret.jpg"])
def test_nothing_outside_the_folder_is_shown(pictures: Pictures, name: str) -> None:
    outside = Path(pictures.images).parent / "secret.jpg"
    noise(40, 30).save(outside)
    os.symlink(outside, os.path.join(pictures.images, "link.jpg"))
    with pytest.raises(DataError, match="outside the folder"):
        pictures.display(ImageRef(1, name, 40, 30))


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it has side x side px."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("data", [
    bomb(60_000), bomb(20_000), b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff\xe0" * 9,
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"\x89PNG\r\n\x1a\n",
])  # fmt: skip
def test_a_bomb_or_what_is_no_photo_is_refused_before_it_is_decoded(pictures: Pictures, data: bytes) -> None:
    Path(pictures.images, "bad.png").write_bytes(data)
    image = ImageRef(1, "bad.png", 60, 60)
    with pytest.raises(DataError):
        pictures.display(image)
    sheet = look(pictures.sheet([Part(image)], (160, 120)))
    assert sheet.getextrema() == ((32, 32), (32, 32), (32, 32))


def test_a_photo_of_another_size_than_the_campaign_knows_is_refused(pictures: Pictures) -> None:
    put(pictures, "swapped.png", noise(90, 60))
    with pytest.raises(DataError, match="is 90 x 60 px, and the campaign knows 60 x 90"):
        pictures.display(ImageRef(1, "swapped.png", 60, 90))


def test_a_crop_is_no_more_than_three_times_what_is_there(pictures: Pictures) -> None:
    image = put(pictures, "a.png", noise(400, 300))
    crop = crop_around((10, 10, 20, 20), image)
    assert crop == (4, 4, 32, 32)
    assert look(pictures.crop(Part(image, crop), 480)).size == (96, 96)
    wide = crop_around((0, 100, 400, 40), image)
    assert wide == (0, 0, 400, 300)
    assert look(pictures.crop(Part(image, wide), 480)).size == (480, 360)


def test_near_duplicates_share_a_stack_and_others_do_not(pictures: Pictures) -> None:
    from skimage import data

    cat, cup = (Image.fromarray(photo) for photo in (data.chelsea(), data.coffee()))
    bright = cat.point(lambda v: min(v + 12, 255))
    plain = [Image.new("RGB", (90, 60)), Image.new("RGB", (60, 90), "white")]
    images = []
    for i, photo in enumerate([cat, cup, cat.resize((300, 200)), noise(300, 300), bright, noise(300, 301), *plain]):
        name = f"{i}.jpg"
        put(pictures, name, photo, quality=60 + i)
        images.append(ImageRef(i + 1, name, *photo.size))
    looks = [pictures.look(image) for image in images]
    assert group([one.fingerprint for one in looks if one]) == [0, 1, 0, 3, 0, 5, 6, 7]
    assert pictures.look(ImageRef(9, "gone.jpg", 9, 9)) is None
    assert group([None, None]) == [0, 1]


def colour(text: str | None) -> tuple[int, ...]:
    assert text is not None
    return tuple(bytes.fromhex(text.removeprefix("#")))


def test_a_mean_colour_is_that_of_the_pixels(pictures: Pictures) -> None:
    from skimage import data

    photo = data.chelsea()
    image = put(pictures, "cat.png", Image.fromarray(photo))
    assert np.abs(np.array(colour(pictures.mean(image))) - photo.mean((0, 1))).max() < 2
    height, width = photo.shape[:2]
    right, half = width // 2, photo[:, width // 2 :]
    part = colour(pictures.mean(image, (right, 0, width - right, height)))
    assert np.abs(np.array(part) - half.mean((0, 1))).max() < 6
    assert pictures.mean(ImageRef(9, "gone.jpg", 9, 9)) is None


def test_a_photo_is_read_once_for_all_its_colours_by_every_process(pictures: Pictures) -> None:
    image = put(pictures, "a.png", Image.radial_gradient("L").resize((400, 300)).crop((0, 0, 300, 300)).convert("RGB"))
    first = pictures.mean(image), pictures.look(image)
    Path(pictures.images, "a.png").unlink()
    again = Pictures(pictures.images, pictures.cache)  # another process: what is on disk is enough
    assert (again.mean(image), again.look(image)) == first
    assert len({again.mean(image, (x, 0, 30, 30)) for x in (0, 60, 120)}) == 3
