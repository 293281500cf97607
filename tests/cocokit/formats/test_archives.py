"""Zips of datasets: what is damaged, locked or packed to harm is one sentence, and leaves nothing."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from cocokit.errors import DataError
from cocokit.formats.archives import unpacked
from tests.cocokit.damaged_zips import damaged, whole


def test_whatever_is_damaged_is_one_sentence(tmp_path: Path) -> None:
    path, said = tmp_path / "x.zip", list[str]()
    for data in damaged(200):
        path.write_bytes(data)
        try:
            with unpacked(str(path)) as place:
                assert Path(place).exists()
        except DataError as error:
            said.append(str(error))
    assert len(said) > 400
    assert [one for one in said if not one.startswith(str(path)) or "\n" in one] == []


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_could_grow_in_one_block_is_not_unpacked(tmp_path: Path, method: int) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(whole(method))
    with pytest.raises(DataError, match=r"p0\.jpg: is compressed in an unusual way"), unpacked(str(path)):
        pytest.fail("it was unpacked")


def test_a_locked_zip_says_so(tmp_path: Path) -> None:
    path, data = tmp_path / "x.zip", bytearray(whole(zipfile.ZIP_STORED))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"p0\.jpg: has a password"), unpacked(str(path)):
        pytest.fail("it was unpacked")


def test_an_error_names_the_zip_and_not_where_it_was_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one/b.json", "[")
        archive.writestr("two.txt", "")
    with pytest.raises(DataError) as caught, unpacked(str(tmp_path / "a.zip")) as path:
        raise DataError(os.path.join(path, "one", "b.json"), "", "is cut off")
    assert str(caught.value) == f"{tmp_path}/a.zip/one/b.json: is cut off"


@pytest.fixture
def unwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be unpacked."""
    monkeypatch.setattr("cocokit.formats.archives._extract", lambda *_: pytest.fail("something was unpacked"))


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught, unpacked(str(path)):
        pytest.fail("it was unpacked")
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize("files", [1, 16])
def test_a_bomb_is_refused_by_what_its_directory_says(files: int, tmp_path: Path) -> None:
    path, size = tmp_path / "x.zip", 1 << 27
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(files):
            archive.writestr(f"{n}.json", bytes(size // files))
    said = refusal(path)
    assert said.startswith("would unpack to 134,217,728 bytes, 1,0")
    assert "times its own, and the limit is 100; if that is right, unpack it yourself" in said


@pytest.mark.usefixtures("unwritten")
def test_a_flood_of_empty_files_is_refused_before_one_is_made(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(21_000):
            archive.writestr(f"{n}.txt", b"")
    assert refusal(path).startswith("has 21,000 empty entries among 21,000, and the limit is 20,000; ")


@pytest.mark.usefixtures("unwritten")
def test_what_the_disk_has_no_room_for_is_refused_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(whole(zipfile.ZIP_STORED))
    monkeypatch.setattr("cocokit.formats.archives.shutil.disk_usage", lambda _: Room())
    assert "has room for 10; set TMPDIR" in refusal(path)


class Room:
    """A disk with 10 bytes left."""

    free = 10


def test_a_directory_that_says_less_than_there_is_gets_no_more_than_it_says(tmp_path: Path) -> None:
    path, size = tmp_path / "x.zip", 1 << 24
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", bytes(size))
    data = path.read_bytes()
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
    written = list[int]()
    real = shutil.copyfileobj

    def counted(source: object, target: BinaryIO, length: int) -> None:
        try:
            real(source, target, length)  # type: ignore[type-var]
        finally:
            written.append(target.tell())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cocokit.formats.archives.shutil.copyfileobj", counted)
        assert refusal(path).startswith("is a damaged zip archive (Bad CRC-32")
    assert max(written) <= 10
