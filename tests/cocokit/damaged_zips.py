"""Zips that were damaged by chance, for whoever reads some."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from random import Random

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def whole(method: int) -> bytes:
    """A zip of three photos' names."""
    made, chance = io.BytesIO(), Random(method)
    with zipfile.ZipFile(made, "w", method) as archive:
        for i in range(3):
            archive.writestr(f"p{i}.jpg", b"abc" * 300 + chance.randbytes(300))
    return made.getvalue()


def damaged(count: int) -> Iterator[bytes]:
    """Of each method so many zips with some bytes changed, one in five cut off."""
    for method in METHODS:
        good = whole(method)
        for seed in range(count):
            chance, data = Random(seed), bytearray(good)
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(4, len(data))] = chance.randrange(256)
            yield bytes(data[: chance.randrange(10, len(data))] if chance.random() < 0.2 else data)
