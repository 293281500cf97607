"""Photos that nobody should have, to every command: told one by one, none waited for, none half-made."""

from __future__ import annotations

import io
import json
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit.bulk.photographs import hash_batch
from tests.cocokit.cli.data import Folder

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
SIZE = 24


def _noise(kind: str, mode: str = "RGB", size: int = SIZE, **more: Any) -> bytes:
    made = io.BytesIO()
    pixels = np.random.default_rng(len(kind) + len(mode) + size).integers(0, 256, (size, size, 3), np.uint8)
    Image.fromarray(pixels).convert(mode).save(made, kind, **more)
    return made.getvalue()


def _deep() -> bytes:
    made = io.BytesIO()
    pixels = np.random.default_rng(16).integers(0, 1 << 16, (SIZE, SIZE), np.uint16)
    Image.fromarray(pixels).save(made, "PNG")
    return made.getvalue()


def _moving() -> bytes:
    frames = [Image.new("RGB", (SIZE, SIZE), colour) for colour in ("red", "green")]
    frames[0].putpixel((3, 3), (0, 0, 255))
    made = io.BytesIO()
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    return made.getvalue()


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return _noise("JPEG", exif=exif.tobytes())


def _bomb() -> bytes:
    """A PNG whose header says 60,000 x 60,000 px."""
    data = bytearray(_noise("PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


#: Photos that are odd, and fine.
FINE: dict[str, bytes] = {
    "good.jpg": _noise("JPEG"),
    "paint.jpg": _noise("JPEG", "CMYK"),
    "deep.png": _deep(),
    "moving.webp": _moving(),
    "wrong-ending.jpg": _noise("PNG", size=SIZE),
    "turned.jpg": _turned(),
}
#: What no photo can be read of.
BAD: dict[str, bytes] = {
    "cut.jpg": _noise("JPEG")[:-300],
    "bomb.png": _bomb(),
    "empty.jpg": b"",
    "text.png": b"no photo at all",
}
BYTES = os.fsdecode(b"caf\xe9.jpg")
STRANGE = ("pipe.jpg", "folder.png", "device.jpg", "nothing.png")


def make_photos(folder: Path) -> None:
    """Every one of them in a folder."""
    folder.mkdir()
    for name, data in {**FINE, **BAD, "tiny.png": _noise("PNG", size=1), BYTES: _noise("JPEG", size=SIZE + 1)}.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "pipe.jpg")
    (folder / "folder.png").mkdir()
    (folder / "device.jpg").symlink_to("/dev/zero")
    (folder / "nothing.png").symlink_to("/nowhere/at/all.png")
    outside = folder.parent / "elsewhere.jpg"
    outside.write_bytes(_noise("JPEG", size=SIZE + 2))
    (folder / "link.jpg").symlink_to(outside)


@contextmanager
def nobody_waits(pipe: Path) -> Iterator[None]:
    """Whoever opens the pipe is let go and found out: a writer can only open it while a reader does."""
    stop, caught = threading.Event(), list[str]()

    def watch() -> None:
        while not stop.wait(0.01):
            try:
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                continue
            caught.append("somebody opened the pipe")

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not caught


def listed() -> dict[str, Any]:
    """A dataset with one box in each photo, as if all of them were fine."""
    names = [*FINE, *BAD, "tiny.png", "link.jpg", *STRANGE]
    sizes = {"tiny.png": 1, "link.jpg": SIZE + 2}
    images = [{"id": n, "file_name": name, "width": sizes.get(name, SIZE), "height": sizes.get(name, SIZE)}
              for n, name in enumerate(names, 1)]  # fmt: skip
    rows = [{"id": n, "image_id": n, "category_id": 1, "bbox": [0, 0, 1, 1], "area": 1, "iscrowd": 0}
            for n in range(1, len(names) + 1)]  # fmt: skip
    return {"images": images, "annotations": rows, "categories": [{"id": 1, "name": "a"}]}


#: Commands, and the photos that each must name: all that are bad, or the first of them (one of a few words).
COMMANDS: dict[str, str] = {
    "dedup": "dedup photos --csv out.csv",
    "dedup of a dataset": "dedup F.json --images photos --csv out.csv",
    "collect": "collect photos -o out",
    "import images": "import photos --as images --name a",
    "import images of a dataset": "import F.json --images photos --as images --name a",
    "import": "import F.json --images photos --name a",
    "publish": "publish F.json --images photos -o out",
    "publish splits": "publish F.json --split train=.6,val=.4 --images photos -o out",
    "tile": "tile F.json 10 --images photos -o out",
    "tile of whole images": "tile F.json 100 --images photos -o out",
    "show": "show F.json --html out --images photos",
    "show by chance": "show F.json --random 50 --images photos -o out",
    "check": "check F.json --images photos",
    "split": "split F.json --ratios train=.6,val=.4 --groups near --images photos -o out",
    **{to: f"convert F.json out --to {to} --images photos --allow-lossy"
       for to in ("yolo", "darknet", "voc", "labelme", "label-studio", "open-images")},
}  # fmt: skip


@pytest.fixture
def photos(folder: Folder) -> Folder:
    folder.write("F.json", listed())
    folder.write("cocokit.toml", "")
    make_photos(folder.path / "photos")
    return folder


#: Commands that end at the first photo that they cannot use, and what of it they say.
STOPPED: dict[str, str] = {
    "publish": "cut.jpg: is cut off",
    "publish splits": "bomb.png: is 60,000 x 60,000 px",
    "tile": "cut.jpg: is a broken image",
    "tile of whole images": "pipe.jpg: is a pipe, not a file",
    "show by chance": "cut.jpg: is a broken image",
    **dict.fromkeys(("yolo", "darknet", "voc", "labelme"), "pipe.jpg: no such image (3 more like it)"),
}
#: Commands to which a folder is no photo among photos.
WALKS = ("dedup", "collect", "import images")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_photo_of_any_kind_ends_in_a_sentence_or_a_list(command: str, photos: Folder) -> None:
    before = left(photos.path)
    with nobody_waits(photos.path / "photos" / "pipe.jpg"):
        result = photos.run(*COMMANDS[command].split())
    if command in STOPPED:
        assert (result.exit_code, left(photos.path)) == (1, before), result.output
        assert STOPPED[command] in result.stderr.splitlines()[-1]
        return
    assert result.exit_code == (3 if command == "check" else 0), result.output
    if command in ("label-studio", "open-images", "split", "check"):
        return  # the first two copy no photo; split and check count, and show the first few
    said = result.output
    if command == "collect":
        said += (photos.path / "out" / "left_out.csv").read_text(encoding="utf-8")
    bad = {*BAD, *STRANGE} - ({"folder.png"} if command in WALKS else set())
    assert [name for name in sorted(bad) if name not in said] == []
    assert [name for name in FINE if name in result.stderr] == []


def left(folder: Path) -> list[str]:
    """Every path below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("cut.jpg", "file-unreadable", '"cut.jpg", is cut off: its end is missing'),
        ("pipe.jpg", "file-unreadable", '"pipe.jpg", is a pipe, not a file'),
        ("folder.png", "file-unreadable", '"folder.png", is a folder'),
        ("device.jpg", "file-unreadable", '"device.jpg", is a device, not a file'),
        ("nothing.png", "file-missing", '"nothing.png"'),
    ],
)
def test_check_says_what_is_there_in_place_of_a_photo(name: str, code: str, reason: str, photos: Folder) -> None:
    data = listed()
    data["images"] = [image for image in data["images"] if image["file_name"] == name]
    photos.write("one.json", data | {"annotations": []})
    said = json.loads(photos.run("check", "one.json", "--images", "photos", "--json").stdout)
    found = said["findings"]["one.json"][0]
    assert (found["id"], found["examples"]) == (code, [f"images[0]: {reason}"])


def test_a_pipe_among_labels_or_tables_is_refused(folder: Folder) -> None:
    (folder.path / "photos").mkdir()
    (folder.path / "photos" / "a.jpg").write_bytes(FINE["good.jpg"])
    (folder.path / "labels").mkdir()
    folder.write("labels/a.json", {"shapes": [], "imagePath": "a.jpg", "imageWidth": 9, "imageHeight": 9})
    folder.write("cocokit.toml", "")
    for place, words in (
        ("labels/b.json", "convert labels out.json"),
        ("photos/provenance.csv", "collect photos -o out"),
        ("b.xml", "convert b.xml out.json --from voc"),
        ("c.xml", "convert c.xml out.json --from cvat"),
    ):
        os.mkfifo(folder.path / place)
        with nobody_waits(folder.path / place):
            result = folder.run(*words.split())
        assert result.exit_code == 1, result.output
        assert f"{place}: is a " in result.stderr.splitlines()[-1]


def test_an_import_with_a_pipe_beside_its_labels_does_not_wait(folder: Folder) -> None:
    folder.write("cocokit.toml", "")
    (folder.path / "set").mkdir()
    folder.write("set/classes.txt", "a\n")
    (folder.path / "set" / "a.jpg").write_bytes(FINE["good.jpg"])
    os.mkfifo(folder.path / "set" / "notes.pdf")
    with nobody_waits(folder.path / "set" / "notes.pdf"):
        result = folder.run("import", "set", "--as", "images", "--from", "yolo", "--images", "set")
    assert result.exit_code in (0, 1), result.output


def test_a_batch_of_many_leaves_a_pipe_alone(tmp_path: Path) -> None:
    make_photos(tmp_path / "photos")
    names = sorted({*BAD, *STRANGE, "good.jpg"})
    with nobody_waits(tmp_path / "photos" / "pipe.jpg"):
        found = hash_batch([str(tmp_path / "photos" / name) for name in names])
    faults = {name: one.fault for name, one in zip(names, found, strict=True)}
    assert [name for name, fault in faults.items() if not fault] == ["good.jpg"]
    assert faults["pipe.jpg"] == "is a pipe, not a file"
    assert faults["device.jpg"] == "is a device, not a file"
