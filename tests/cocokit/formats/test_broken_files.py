"""Files broken at random: every format reads them, or says in a sentence of its own why not; nothing else ever."""

from __future__ import annotations

import copy
from pathlib import Path
from random import Random

import pytest

from cocokit.dataset import Dataset
from cocokit.errors import CocokitError
from cocokit.formats import FORMATS
from tests.cocokit.formats.trips import RICH

NAMES = ("labelme", "cvat", "lvis", "label-studio", "open-images", "panoptic", "parquet")
_TOKENS = [b'"', b"{", b"}", b"[", b"]", b"<", b">", b",", b"null", b"true", b"-1", b"1e999", b"NaN", b"0", b"\x00",
           b"\xff", b"9" * 25, b'"x"', b"[]", b"{}", b"../", b"&", b"\n"]  # fmt: skip


def _broken(data: bytes, random: Random) -> bytes:
    """Cut, doubled, overwritten, or with something strange in it."""
    at = random.randrange(len(data) + 1)
    end = min(len(data), at + random.choice([1, 1, 2, 5, 40]))
    what = random.randrange(4)
    if what == 0:
        return data[:at]
    if what == 1:
        return data[:at] + data[end:]
    if what == 2:
        return data[:end] + data[at:]
    return data[:at] + random.choice(_TOKENS) + data[end if random.random() < 0.5 else at :]


@pytest.mark.parametrize("name", NAMES)
def test_broken_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    random, format_ = Random(7), FORMATS[name]
    format_.write(Dataset.from_dict(copy.deepcopy(RICH)), str(tmp_path / "out"))
    out = tmp_path / "out"
    files = sorted(path for path in out.rglob("*") if path.is_file()) if out.is_dir() else [out]
    refused = []
    for _ in range(250):
        path = random.choice(files)
        whole = path.read_bytes()
        path.write_bytes(_broken(whole, random))
        try:
            format_.read(str(out))
        except CocokitError as error:
            refused.append(str(error))
        path.write_bytes(whole)
    assert len(refused) > 50
    assert not [sentence for sentence in refused if "\n" in sentence]
    format_.read(str(out))
