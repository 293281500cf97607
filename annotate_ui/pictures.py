"""Pictures as pages show them: display copies, tiles on sheets, crops. All are written anew; none is served as it came.

Each is made once and kept in the workspace's cache under a name that says what is in it.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from cocokit.atomic import atomic_write
from cocokit.domain.tasks import ImageRef
from cocokit.errors import DataError
from cocokit.imageio import MOST_PIXELS, opened, orientation_of, upright

from .looks import Look, look_at

#: The longer side of a display copy, px; and bytes of the largest photo that is opened.
LONGEST, MOST_BYTES = 2048, 200_000_000
#: Tiles of a sheet of candidates, and of one of masks to judge, px.
CANDIDATE, JUDGED = (160, 120), (160, 160)
#: A sheet has this many tiles in a row, and in all: the first ones are there while the rest is still on the way.
COLUMNS, TILES = 8, 32
#: A mask to judge may be looked at this much larger.
ZOOM = 3
_GREY = (32, 32, 32)
_VERSION = "1"
#: Looks of photos that a process remembers; 0.4 kB each.
_IN_MEMORY = 20_000

Size = tuple[int, int]
Crop = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an image that becomes a tile; without a crop all of it."""

    image: ImageRef
    crop: Crop | None = None


def display_size(image: ImageRef) -> Size:
    """(width, height) px of an image's display copy.

    >>> display_size(ImageRef(1, "a.jpg", 4096, 2000)), display_size(ImageRef(1, "a.jpg", 640, 480))
    ((2048, 1000), (640, 480))
    """
    scale = min(1.0, LONGEST / max(image.width, image.height))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def crop_around(box: Sequence[float], image: ImageRef, margin: float = 0.3) -> Crop:
    """A box with a margin, made square as far as the image reaches: x, y, w, h in whole px.

    >>> crop_around((100, 100, 40, 20), ImageRef(1, "a.jpg", 640, 480))
    (88, 78, 64, 64)
    >>> crop_around((0, 0, 10, 10), ImageRef(1, "a.jpg", 640, 480))
    (0, 0, 32, 32)
    """
    x, y, w, h = box
    side = max(32, round(max(w, h) * (1 + 2 * margin)))
    width, height = min(side, image.width), min(side, image.height)
    left = min(max(round(x + w / 2 - width / 2), 0), image.width - width)
    top = min(max(round(y + h / 2 - height / 2), 0), image.height - height)
    return left, top, width, height


class Pictures:
    """Makes and keeps pictures.

    Args:
        images: folder of the photos.
        cache: folder of what was made from them.
        most_pixels: photos with more are not decoded.
    """

    def __init__(self, images: str, cache: str, most_pixels: int = MOST_PIXELS) -> None:
        self.images, self.cache, self.most_pixels = os.path.realpath(images), cache, most_pixels
        self._looks: dict[str, Look] = {}

    def display(self, image: ImageRef) -> str:
        """The path of an image's display copy, a JPEG.

        Raises:
            DataError: the photo is not there, is broken, or is not the one that the campaign knows.
        """
        return self._kept("display", [image], None, lambda: _jpeg(self._read(Part(image), display_size(image)), 90))

    def sheet(self, parts: Sequence[Part], tile: Size) -> str:
        """The path of a sheet: tiles in rows of :data:`COLUMNS`, each with its part in the middle, uncut.

        A photo that cannot be read leaves its tile grey.
        """
        key = [(part.image, part.crop) for part in parts]
        return self._kept("sheets", key, tile, lambda: _jpeg(self._draw_sheet(parts, tile), 82))

    def crop(self, part: Part, side: int) -> str:
        """The path of a part of an image whose longer side has at most ``side`` px; raises as :meth:`display`."""
        return self._kept("crops", [(part.image, part.crop)], side, lambda: _jpeg(self._read(part, (side, side)), 88))

    def look(self, image: ImageRef) -> Look | None:
        """How a photo looks, or None for one that cannot be read; kept on disk, and the newest ones in memory."""
        name = image.file_name
        found = self._looks.get(name)
        if found is None:
            try:
                path = self._kept("looks", [name], None, lambda: self._look(image), ending="txt")
            except DataError:
                return None
            with open(path, encoding="ascii") as file:
                found = Look.of_text(file.read())
            if len(self._looks) >= _IN_MEMORY:
                self._looks.clear()
            self._looks[name] = found
        return found

    def mean(self, image: ImageRef, crop: Crop | None = None) -> str | None:
        """The mean colour of a photo or of a part of it, as "#rrggbb"; None for one that cannot be read."""
        look = self.look(image)
        if look is None:
            return None
        left, top, width, height = crop or (0, 0, image.width, image.height)
        across, down = image.width, image.height
        return look.mean((left / across, top / down, width / across, height / down))

    def _look(self, image: ImageRef) -> bytes:
        return look_at(self._read(Part(image), CANDIDATE)).as_text().encode()

    def _draw_sheet(self, parts: Sequence[Part], tile: Size) -> Image.Image:
        rows = -(-len(parts) // COLUMNS)
        sheet = Image.new("RGB", (tile[0] * min(COLUMNS, len(parts)), tile[1] * rows), _GREY)
        for i, part in enumerate(parts):
            try:
                small = self._read(part, tile)
            except DataError:
                continue
            left = tile[0] * (i % COLUMNS) + (tile[0] - small.width) // 2
            top = tile[1] * (i // COLUMNS) + (tile[1] - small.height) // 2
            sheet.paste(small, (left, top))
        return sheet

    def _read(self, part: Part, size: Size) -> Image.Image:
        """A part of a photo, upright, as large as fits in a size and at most :data:`ZOOM` times what it is."""
        path = self.path(part.image)
        left, top, width, height = part.crop or (0, 0, part.image.width, part.image.height)
        scale = min(size[0] / width, size[1] / height, ZOOM)
        wanted = max(1, round(width * scale)), max(1, round(height * scale))
        photo = decoded(path, scale, part.image, self.most_pixels)
        across, down = photo.width / part.image.width, photo.height / part.image.height  # it may be decoded small
        box = (left * across, top * down, (left + width) * across, (top + height) * down)
        return photo.resize(wanted, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)

    def path(self, image: ImageRef) -> str:
        """Where a photo lies: inside the folder of images, whatever its name says.

        Raises:
            DataError: it leads elsewhere, is not there, or is too large a file.
        """
        path = os.path.realpath(os.path.join(self.images, image.file_name))
        if os.path.commonpath([path, self.images]) != self.images:
            raise DataError(image.file_name, "", "lies outside the folder of images", "bring it in again")
        try:
            size = os.path.getsize(path)
        except OSError:
            raise DataError(path, "", "no such file", "bring the photos into the workspace") from None
        if size > MOST_BYTES:
            raise DataError(path, "", f"has {size:,} bytes", f"photos of up to {MOST_BYTES:,} bytes are shown")
        return path

    def _kept(
        self, folder: str, what: object, size: object, make: Callable[[], bytes], ending: str = "jpg"
    ) -> str:
        """The path of what is in the cache, made if it is not there."""
        name = hashlib.sha256(f"{_VERSION} {folder} {what!r} {size!r} {self.images}".encode()).hexdigest()
        path = os.path.join(self.cache, folder, name[:2], f"{name}.{ending}")
        if not os.path.exists(path):
            data = make()
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with atomic_write(path) as file:
                file.write(data)
        return path


def decoded(path: str, scale: float, image: ImageRef, most_pixels: int = MOST_PIXELS) -> Image.Image:
    """A photo's pixels, upright RGB; a JPEG that is needed small is decoded small.

    Raises:
        DataError: broken, larger than the limit, or not the photo that the campaign knows.
    """
    with opened(path, most_pixels) as found:
        as_known = found.size == (image.width, image.height) and orientation_of(found) == 1
        if scale <= 0.5 and found.format == "JPEG" and found.mode == "RGB" and as_known:
            found.draft("RGB", (int(found.width * scale), int(found.height * scale)))
            found.load()
            return found.copy()
        photo = upright(found)
        photo = photo.copy() if photo is found else photo  # what was opened ends with its block
    if photo.size != (image.width, image.height):
        reason = f"is {photo.width} x {photo.height} px, and the campaign knows {image.width} x {image.height}"
        raise DataError(path, "", reason, "give the photos that the campaign was made of")
    return photo


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    made = io.BytesIO()
    picture.info.clear()  # Pillow would write a photo's comment into its copies
    picture.save(made, "JPEG", quality=quality, optimize=True, progressive=picture.width > 800)
    return made.getvalue()
