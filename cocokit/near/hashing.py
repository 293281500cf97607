"""Perceptual hashes of photographs: 64 bits that stay nearly the same when a photo is resized or saved again.

The hash is that of the low frequencies (pHash): the photo in 32 x 32 grey pixels, its cosine transform, and for each of
the 8 x 8 lowest frequencies whether it is above their median. Bit 63 is the first of them, as ImageHash writes it. A
JPEG is decoded at the smallest of its sizes that is enough, which costs a tenth and moves a bit now and then.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..columns import Float64, Int64
from ..errors import DataError
from ..imageio import opened, orientation_of, read_image
from .pairs import UInt64

if TYPE_CHECKING:
    from PIL import Image as PillowImage

#: Shares of a photo's width and height that are cut off: left, top, right, bottom.
Cut = tuple[float, float, float, float]
#: Pixels of the small grey picture in a row, and frequencies that are looked at.
SIDE, FREQUENCIES = 32, 8
#: Grey values' standard deviation below which a photo has nothing that could be compared.
FLAT = 1.0
#: JPEGs are decoded at no fewer pixels than this a side.
_DRAFT = 2 * SIDE
_BLOCK = 256
#: What is cut off a photo on the left, top, right and bottom, as shares, to find those that were cut so before.
_CUT, _HALF = 0.05, 0.025
CUTS = ((0.0, 0.0, 0.0, 0.0), (_HALF,) * 4, (_CUT,) * 4,
        (_CUT, 0.0, 0.0, 0.0), (0.0, _CUT, 0.0, 0.0), (0.0, 0.0, _CUT, 0.0), (0.0, 0.0, 0.0, _CUT),
        (_CUT, _CUT, 0.0, 0.0), (0.0, _CUT, _CUT, 0.0), (_CUT, 0.0, 0.0, _CUT), (0.0, 0.0, _CUT, _CUT))  # fmt: skip
#: How a picture is turned for each EXIF orientation.
_TURNS: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: a.T[:, ::-1],
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: a.T[::-1],
}


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of N photos, out of more files than that if some could not be hashed.

    Attributes:
        path: N files.
        hash: (N,) uint64.
        cut: (N, C) uint64, the hashes of the photos with something cut off; C is 0 if nobody asked for them.
        rows: (N,) int64, which of the files asked for each one is.
        failed: (file, why) of each file without a hash: not an image, cut off, or all of one grey.
    """

    path: list[str]
    hash: UInt64
    cut: UInt64
    rows: Int64
    failed: list[tuple[str, str]]


def hash_images(
    paths: Sequence[str | os.PathLike[str]],
    progress: Callable[[int, int], None] | None = None,
    crops: bool = False,
) -> Hashes:
    """Hash photos; a file that cannot be hashed goes to a list with the reason and stops nothing.

    Args:
        paths: the files.
        progress: called with (done, in all) after every 256 photos.
        crops: also hash each photo with a twentieth cut off in ten ways.
    """
    names, found = [os.fspath(path) for path in paths], list[list[int] | str]()
    cuts = CUTS if crops else CUTS[:1]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for start in range(0, len(names), _BLOCK):
            found += pool.map(lambda name: _hash_or_reason(name, cuts), names[start : start + _BLOCK])
            if progress is not None:
                progress(len(found), len(names))
    rows = [row for row, value in enumerate(found) if not isinstance(value, str)]
    failed = [(name, value) for name, value in zip(names, found, strict=True) if isinstance(value, str)]
    hashes = np.array([found[row] for row in rows], np.uint64).reshape(-1, len(cuts))
    columns = np.ascontiguousarray(hashes[:, 0]), np.ascontiguousarray(hashes[:, 1:])
    return Hashes([names[row] for row in rows], *columns, np.array(rows, np.int64), failed)


def _hash_or_reason(path: str, cuts: Sequence[Cut]) -> list[int] | str:
    try:
        grey = grey_pictures(path, cuts)
    except DataError as error:
        return f"{error.reason}; {error.remedy}"
    if grey[0].std() < FLAT:
        return "is all of one grey; no other photo can be told from it"
    return [hash_of(picture) for picture in grey]


def grey_pictures(path: str | os.PathLike[str], cuts: Sequence[Cut] = CUTS) -> NDArray[np.uint8]:
    """(C, 32, 32) uint8: a photo upright, squeezed and grey, with each of the given parts cut off.

    Raises:
        DataError: not there, not an image, cut off, or so large that it must be a mistake.
    """
    from PIL import Image

    with opened(path) as image:
        turned = orientation_of(image)
        if image.mode in ("L", "RGB") and "transparency" not in image.info:
            image.draft("L", (_DRAFT, _DRAFT))
            grey = image.convert("L")
            if turned in _TURNS:
                grey = Image.fromarray(np.ascontiguousarray(_TURNS[turned](np.asarray(grey))))
            return _small(grey, cuts)
    return _small(Image.fromarray(read_image(path)).convert("L"), cuts)


def _small(image: PillowImage.Image, cuts: Sequence[Cut]) -> NDArray[np.uint8]:
    from PIL import Image

    width, height = image.size
    boxes = [(left * width, top * height, width - right * width, height - bottom * height)
             for left, top, right, bottom in cuts]  # fmt: skip
    made = [image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box) for box in boxes]
    return np.stack([np.asarray(picture) for picture in made])


def hash_of(grey: NDArray[np.uint8]) -> int:
    """The hash of a small grey picture.

    Args:
        grey: (32, 32) uint8.

    Returns:
        An integer of 64 bits, without a sign.

    >>> f"{hash_of(np.add.outer(np.arange(32), 3 * np.arange(32)).astype(np.uint8)):016x}"
    '8000000000000000'
    """
    rows = _cosines()
    # What ought to be zero comes out as a tiny number of either sign, which must not decide a bit.
    low = np.round(rows @ grey.astype(np.float64) @ rows.T, 6)
    bits = (low > np.median(low)).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


@functools.cache
def _cosines() -> Float64:
    """(8, 32) float64: the first rows of the cosine transform (DCT-II)."""
    made: Float64 = 2 * np.cos(np.pi / SIDE * np.outer(np.arange(FREQUENCIES), np.arange(SIDE) + 0.5))
    return made
