"""Photos inside of LabelMe's files: their sizes, and how they come into a workspace."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit.errors import DataError
from cocokit.formats import FORMATS
from cocokit.formats.importing import import_dataset

LABELME = FORMATS["labelme"]
_RING = {"label": "cat", "points": [[0, 0], [4, 0], [4, 4]], "shape_type": "polygon", "group_id": None, "flags": {}}


def _photo(width: int = 30, height: int = 20, kind: str = "JPEG", **more: Any) -> bytes:
    made = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)).save(made, kind, **more)
    return made.getvalue()


def _file(folder: Path, data: Any, name: str = "a", **more: Any) -> Path:
    text = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    value = {"version": "5.0.0", "shapes": [_RING], "imagePath": f"{name}.jpg", "imageData": text,
             "imageHeight": 20, "imageWidth": 30} | more  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(value))
    return folder


def _bomb(side: int) -> bytes:
    """A small file with side x side px."""
    made = io.BytesIO()
    Image.new("1", (side, side)).save(made, "PNG")
    return made.getvalue()


def test_sizes_that_are_not_said_are_the_photos(tmp_path: Path) -> None:
    sizes: dict[str, Any] = {"imageHeight": None, "imageWidth": None}
    _file(tmp_path, _photo(), "a", **sizes)
    exif = Image.Exif()
    exif[0x0112] = 6
    _file(tmp_path, _photo(exif=exif.tobytes()), "turned", **sizes)
    images = LABELME.read(str(tmp_path)).dataset.to_dict()["images"]
    assert [(row["width"], row["height"]) for row in images] == [(30, 20), (20, 30)]


def test_a_photo_in_a_file_comes_into_the_workspace_byte_for_byte(tmp_path: Path) -> None:
    folder = _file(tmp_path / "labels", _photo())
    made = import_dataset(str(folder), str(tmp_path / "out"))
    assert (made.photos, made.left_out) == (1, ())
    assert (tmp_path / "out/images/a.jpg").read_bytes() == _photo()


def test_a_photo_beside_its_file_is_taken_from_there(tmp_path: Path) -> None:
    folder = _file(tmp_path / "labels", _photo(kind="PNG"))
    (folder / "a.jpg").write_bytes(_photo())
    import_dataset(str(folder), str(tmp_path / "out"))
    assert (tmp_path / "out/images/a.jpg").read_bytes() == _photo()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (7, "imageData: is .*7.*; it is a photo in base64"),
        ("no!", "imageData: is no base64; the file is damaged"),
        (b"no photo", "imageData: .*image"),
        (_photo()[:40], "imageData: .*image"),
        (_bomb(15_000), "imageData: is 15,000 x 15,000 px, 225.0 megapixels, and the limit is 200"),
    ],
)
def test_a_bad_photo_is_told_in_a_sentence(data: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        LABELME.read(str(_file(tmp_path, data, imageHeight=None, imageWidth=None)))
    folder = _file(tmp_path / "sized", data)
    made = import_dataset(str(folder), str(tmp_path / "out"))
    assert (made.images, made.photos, len(made.left_out)) == (1, 0, 1)
    with pytest.raises(DataError, match=told):
        import_dataset(str(folder), str(tmp_path / "strict"), strict=True)
    assert not os.path.exists(tmp_path / "strict")


def test_a_photo_of_another_size_is_left_out_and_told(tmp_path: Path) -> None:
    made = import_dataset(str(_file(tmp_path / "labels", _photo(31, 20))), str(tmp_path / "out"))
    assert made.photos == 0
    assert "is 31 x 20 px, and the dataset says 30 x 20" in made.left_out[0]


def test_as_images_they_come_with_those_that_lie_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from cocokit.cli import cli

    folder = _file(tmp_path / "labels", _photo())
    _file(folder, None, "b")
    (folder / "b.jpg").write_bytes(_photo(kind="PNG"))
    _file(folder, "no!", "c")
    (tmp_path / "cocokit.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(cli, ["import", "labels", "--as", "images", "--json"])
    assert found.exit_code == 0, found.output
    said = json.loads(found.output)
    assert said["images"] == 2
    assert len(said["left_out"]) == 1
    assert "labels: c.jpg" in said["left_out"][0]
