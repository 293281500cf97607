"""A seeded catalogue of small photographs, and what is wrong with some of them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import numpy as np
from PIL import Image

#: id, name, address: as Flickr lists them, with one that no table of ours would know.
LICENCES = {
    "0": ("All Rights Reserved", ""),
    "3": ("Attribution-NonCommercial-NoDerivs License", "https://creativecommons.org/licenses/by-nc-nd/2.0/"),
    "4": ("Attribution License", "https://creativecommons.org/licenses/by/2.0/"),
    "6": ("Attribution-NoDerivs License", "https://creativecommons.org/licenses/by-nd/2.0/"),
    "7": ("No known copyright restrictions", "https://www.flickr.com/commons/usage/"),
    "9": ("Public Domain Dedication (CC0)", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "4711": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
}
#: Licences under which changed copies may be passed on.
FREE = ("4", "7", "9", "4711")
#: What may be wrong with a photograph.
TRUNCATED, HTML, REMOVED, PLACEHOLDER, GONE = "truncated", "html", "removed", "placeholder", "gone"
UNDATED, NO_LICENCE, NO_ADDRESS, NO_AUTHOR = "undated", "no licence", "no address", "no author"
BROKEN = (TRUNCATED, HTML, REMOVED, PLACEHOLDER, GONE)


@dataclass
class FakePhoto:
    """A photograph on the server."""

    id: int
    owner: str
    licence: str
    taken: datetime
    uploaded: int
    data: bytes
    size: tuple[int, int]
    faults: set[str] = field(default_factory=set)


def jpeg(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture of a few boxes."""
    chance = np.random.default_rng(seed)
    pixels = np.full((size[1], size[0], 3), chance.integers(0, 255, 3), np.uint8)
    for _ in range(6):
        x, y = chance.integers(0, size[0] - 12), chance.integers(0, size[1] - 12)
        pixels[y : y + 12, x : x + 12] = chance.integers(0, 255, 3)
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "JPEG", quality=90)
    return made.getvalue()


def catalogue(count: int, seed: int = 0, licences: tuple[str, ...] = FREE, owners: int = 1000) -> list[FakePhoto]:
    """Photographs, the newest upload first; two of them may have been uploaded in the same second."""
    chance, start = Random(seed), datetime(2013, 5, 4, 12)
    return [
        FakePhoto(
            50_000 + i, f"{chance.randrange(owners)}@N00", chance.choice(licences),
            start + timedelta(minutes=chance.randrange(100_000)), 1_400_000_000 - 10 * (i // 2), jpeg(seed * 1000 + i),
            (64, 48),
        )
        for i in range(count)
    ]  # fmt: skip
