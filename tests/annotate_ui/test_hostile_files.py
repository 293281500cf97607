"""Files from an enemy: pictures that are none, that turn, that tell; zips that grow; lists that lead elsewhere."""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from cocokit.annotate_ui.pictures import Part, Pictures
from cocokit.annotate_ui.uploads import take_photos
from cocokit.campaign.ingest import ingest_coco, ingest_folder
from cocokit.coco_json import read_dataset
from cocokit.domain.tasks import ImageRef
from cocokit.errors import RefusedError
from cocokit.photos import load_photo
from tests.cocokit.damaged_zips import damaged

SIZE = (48, 32)
#: Three corners in a colour of their own, the rest black: every turn looks different.
CORNERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255))


def scene(width: int = SIZE[0], height: int = SIZE[1]) -> Image.Image:
    pixels = np.zeros((height, width, 3), np.uint8)
    down, right = height // 2, width // 2
    pixels[:down, :right], pixels[:down, right:], pixels[down:, :right] = CORNERS
    return Image.fromarray(pixels)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def corners(picture: Image.Image) -> list[int]:
    """Which channel leads in each quarter: 0, 1, 2, or 3 for black."""
    w, h = picture.size
    spots = [(w // 4, h // 4), (3 * w // 4, h // 4), (w // 4, 3 * h // 4), (3 * w // 4, 3 * h // 4)]
    found = [np.array(picture.convert("RGB").getpixel(spot)) for spot in spots]
    return [int(v.argmax()) if v.max() > 100 else 3 for v in found]


def notes(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x0112], made[0x010E] = orientation, "at my home"
    made.get_ifd(0x8825)[1] = "N"
    made.get_ifd(0x8825)[2] = (48.0, 51.0, 29.5)
    return made


#: How a camera held some way stores the scene: the turn that undoes the one its note asks for.
STORED = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    (tmp_path / "images").mkdir()
    return Pictures(str(tmp_path / "images"), str(tmp_path / "cache"))


@pytest.mark.parametrize("size", [(1200, 1000), (1000, 1000)])
@pytest.mark.parametrize("orientation", STORED)
def test_every_copy_of_a_photo_is_upright(pictures: Pictures, orientation: int, size: tuple[int, int]) -> None:
    """Small ones come from a quicker decoder, which once forgot to turn those that keep their size."""
    upright, turn = scene(*size), STORED[orientation]
    stored = upright.transpose(turn) if turn is not None else upright
    Path(pictures.images, "a.jpg").write_bytes(saved(stored, "JPEG", exif=notes(orientation)))
    image = ImageRef(1, "a.jpg", *size)
    copies = [pictures.display(image), pictures.crop(Part(image), 160), pictures.sheet([Part(image)], (160, 160))]
    for path in copies:
        with Image.open(path) as found:
            margin = (160 - 160 * size[1] // size[0]) // 2  # a sheet has bars above and below
            inner = found.crop((0, margin, 160, 160 - margin)) if path == copies[2] else found
            assert corners(inner) == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_copy_says_where_and_by_whom(pictures: Pictures, kind: str) -> None:
    told = {"exif": notes()} | ({} if kind == "PNG" else {"xmp": b"<x>at my home</x>", "comment": b"at my home"})
    photo = Image.effect_noise((1300, 1000), 60).convert("RGB")
    Path(pictures.images, "a").write_bytes(saved(photo, kind, **told))
    image = ImageRef(1, "a", 1300, 1000)
    small, part = pictures.crop(Part(image), 320), pictures.crop(Part(image, (0, 0, 64, 64)), 64)
    for path in (pictures.display(image), small, part, pictures.sheet([Part(image)], (160, 120))):
        data = Path(path).read_bytes()
        assert b"my home" not in data
        assert b"Exif" not in data
        assert b"GPS" not in data


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def big_png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


SCRIPT = b"<script>alert(1)</script>"
#: Name -> what is called a photo and is none.
NONE = {
    "svg": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<!doctype html>" + SCRIPT, "gif": animated("GIF"), "gif of script": b"GIF89a/*" + SCRIPT,
    "tiff": saved(scene(), "TIFF"), "bmp": saved(scene(), "BMP"), "eps": saved(scene(), "EPS"),
    "pdf": saved(scene(), "PDF"), "ico": saved(scene(), "ICO"), "empty": b"", "one byte": b"\xff",
    "cut jpeg": saved(scene(400, 400), "JPEG")[:900], "cut png": saved(scene(400, 400), "PNG")[:300],
    "long chunk": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR",
    "cut webp": saved(scene(400, 400), "WEBP", lossless=True)[:80],
    "bomb": big_png(60_000), "bomb under the bar": big_png(9_400), "zip": b"PK\x03\x04" + bytes(40),
    "only marks": b"\xff\xd8" * 90,
}  # fmt: skip


@pytest.mark.parametrize("what", NONE)
def test_what_is_called_a_photo_and_is_none_is_named_and_left_out(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "in"
    files = [FileStorage(io.BytesIO(NONE[what]), f"bad.{ending}") for ending in ("jpg", "png", "webp")]
    take_photos([FileStorage(io.BytesIO(saved(scene(), "PNG")), "good.png"), *files], str(folder))
    found = ingest_folder(folder, tmp_path / "images")
    assert (len(found.images), len(found.broken)) == (1, 3)
    assert all("bad" in sentence and "Traceback" not in sentence for sentence in found.broken)
    assert len([path for path in (tmp_path / "images").rglob("*") if path.is_file()]) == 1


def poly_jpeg() -> bytes:
    """A JPEG that is a script as well: in a comment, in notes, behind its end."""
    return saved(scene(), "JPEG", comment=SCRIPT, exif=notes(), xmp=SCRIPT) + SCRIPT


#: Name -> a photo of an unusual kind that is one all the same.
UNUSUAL = {
    "script behind a jpeg": poly_jpeg(), "script behind a png": saved(scene(), "PNG") + SCRIPT,
    "cmyk": saved(scene().convert("CMYK"), "JPEG"), "grey": saved(scene().convert("L"), "JPEG"),
    "16 bits": saved(Image.fromarray(np.asarray(scene().convert("L")).astype(np.uint16) * 257), "PNG"),
    "one bit": saved(scene().convert("1"), "PNG"), "palette": saved(scene().convert("P"), "PNG"),
    "moving webp": animated("WEBP"), "moving png": animated("PNG"), "clear": saved(scene().convert("RGBA"), "WEBP"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNUSUAL)
def test_an_unusual_photo_is_written_anew(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(UNUSUAL[what])
    kept = load_photo(path)
    assert SCRIPT not in kept.data
    assert b"my home" not in kept.data
    assert (kept.width, kept.height) == SIZE
    with Image.open(io.BytesIO(kept.data)) as found:
        assert getattr(found, "n_frames", 1) == 1
        assert found.mode in ("RGB", "L")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_grows_in_one_block_is_refused_before_it_does(tmp_path: Path, method: int) -> None:
    """A kilobyte of these was a gigabyte of memory, whatever the zip said of its sizes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("a.jpg", bytes(30_000_000))
    data = bytearray(made.getvalue())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(mark) + at
        data[place : place + 4] = struct.pack("<I", 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RefusedError, match="unusual way"):
        take_photos([FileStorage(io.BytesIO(bytes(data)), "x.zip")], str(tmp_path / "in"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kB
    assert os.listdir(tmp_path / "in") == []


def test_a_damaged_zip_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = 0
    for i, data in enumerate(damaged(100)):
        try:
            take_photos([FileStorage(io.BytesIO(data), "x.zip")], str(tmp_path / str(i)))
        except RefusedError:
            refused += 1
    assert refused > 200


AWAY = ("../secret.jpg", "a/../../secret.jpg", "{0}/secret.jpg", "/etc/passwd", "../nothing.jpg", "..")


@pytest.mark.parametrize("name", AWAY)
def test_a_list_of_images_leads_to_no_photo_outside_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "photos").mkdir()
    scene().save(tmp_path / "secret.jpg")
    image = {"id": 1, "file_name": name.format(tmp_path), "width": SIZE[0], "height": SIZE[1]}
    (tmp_path / "list.json").write_text(json.dumps({"images": [image], "annotations": [], "categories": []}))
    found = ingest_coco(read_dataset(tmp_path / "list.json"), "list.json", tmp_path / "photos", tmp_path / "images")
    assert found.images == []
    assert [sentence for sentence in found.broken if "leads out of the folder" in sentence] == found.broken != []
