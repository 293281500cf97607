"""Tiles of true pixels, for photos that are larger than their display copy: a page asks for those it zooms in on.

All tiles of a photo are cut at the first question, for a JPEG can only be decoded as a whole: one photo at a time, in a
folder that appears when it is complete. ``step`` is how many px of the photo one px of a tile is: 1, 2, 4, ...
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from glob import glob
from itertools import product

from PIL import Image

from cocokit.domain.tasks import ImageRef
from cocokit.errors import CocokitError, DataError
from cocokit.imageio import opened, upright

from .file_locks import held
from .pictures import LONGEST, Pictures

#: The side of a tile, px.
TILE = 512
_QUALITY = 92
_VERSION = "1"


def steps(image: ImageRef) -> list[int]:
    """The steps at which an image has tiles: finer than its display copy; none for most photos.

    >>> steps(ImageRef(1, "a.jpg", 2048, 1000)), steps(ImageRef(1, "a.jpg", 4000, 3000))
    ([], [1])
    >>> steps(ImageRef(1, "a.jpg", 12000, 9000))
    [1, 2, 4]
    """
    factor, found = max(image.width, image.height) / LONGEST, [1]
    while found[-1] < factor:
        found.append(2 * found[-1])
    return found[:-1]


def grid(image: ImageRef, step: int) -> tuple[int, int]:
    """How many tiles there are across and down.

    >>> grid(ImageRef(1, "a.jpg", 12000, 9000), 1), grid(ImageRef(1, "a.jpg", 12000, 9000), 4)
    ((24, 18), (6, 5))
    """
    return -(-image.width // (TILE * step)), -(-image.height // (TILE * step))


class Tiles:
    """Makes and keeps tiles.

    Args:
        pictures: know where photos lie, and where what is made of them is kept.
    """

    def __init__(self, pictures: Pictures) -> None:
        self.pictures, self.folder = pictures, os.path.join(pictures.cache, "tiles")

    def tile(self, image: ImageRef, step: int, x: int, y: int) -> str | None:
        """The path of a tile, a JPEG; None if there is no such tile.

        Raises:
            DataError: the photo is not there, is broken, or is not the one that the campaign knows.
            CocokitError: tiles are being made already; they are there in some seconds.
        """
        if step not in steps(image):
            return None
        across, down = grid(image, step)
        if x >= across or y >= down:
            return None
        folder = self._folder(image)
        if not os.path.isdir(folder):
            self._make(image, folder)
        return os.path.join(folder, _name(folder, step, x, y))

    def _folder(self, image: ImageRef) -> str:
        key = f"{_VERSION} {image.file_name!r} {image.width} {image.height} {self.pictures.images}"
        name = hashlib.sha256(key.encode()).hexdigest()
        return os.path.join(self.folder, name[:2], name)

    def _make(self, image: ImageRef, folder: str) -> None:
        """All tiles of a photo; whoever comes meanwhile is told so, for each photo takes much memory."""
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        with held(os.path.join(self.folder, "making.lock"), wait=False) as mine:
            if not mine:
                raise CocokitError("the pixels of a large photo are being prepared; ask again in some seconds")
            if os.path.isdir(folder):
                return
            for left in glob(os.path.join(self.folder, "part-*")):  # by a process that was ended
                shutil.rmtree(left, ignore_errors=True)
            made = tempfile.mkdtemp(dir=self.folder, prefix="part-")
            try:
                self._cut(image, made, os.path.basename(folder))
                os.rename(made, folder)
            except BaseException:
                shutil.rmtree(made, ignore_errors=True)
                raise

    def _cut(self, image: ImageRef, folder: str, name: str) -> None:
        path = self.pictures.path(image)
        with opened(path, self.pictures.most_pixels) as found:
            photo = upright(found)
            if photo.size != (image.width, image.height):
                reason = f"is {photo.width} x {photo.height} px, and the campaign knows {image.width} x {image.height}"
                raise DataError(path, "", reason, "give the photos that the campaign was made of")
            for step in steps(image):
                across, down = grid(image, step)
                for x, y in product(range(across), range(down)):
                    _keep(_part(photo, step, x, y), os.path.join(folder, _name(name, step, x, y)))


def _name(folder: str, step: int, x: int, y: int) -> str:
    """A tile's file: its name says what is in it, for browsers keep it by this name."""
    return f"{os.path.basename(folder)[:32]}-{step}-{x}-{y}.jpg"


def _keep(part: Image.Image, path: str) -> None:
    try:
        part.save(path, "JPEG", quality=_QUALITY, subsampling=0)
    except OSError as error:
        raise DataError(path, "", f"cannot be written ({error})", "make room on the server's disk") from None


def _part(photo: Image.Image, step: int, x: int, y: int) -> Image.Image:
    """The px of a tile; those at the right and lower edge are smaller."""
    side = TILE * step
    box = x * side, y * side, min((x + 1) * side, photo.width), min((y + 1) * side, photo.height)
    part = photo.crop(box) if step == 1 else photo.reduce(step, box)
    part.info.clear()  # Pillow would write a photo's comment into its tiles
    return part
