"""Zips of datasets: what is damaged, locked or packed to harm is one sentence, and leaves nothing."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

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
