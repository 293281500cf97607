"""A dataset's photos found in their folder, and made small for pages."""

from __future__ import annotations

import os

from ..errors import DataError
from ..imageio import read_image, thumbnail
from ..types import Image

#: Longer side px of a photo in a gallery; outlines over it stay sharp.
SIDE = 800
_QUALITY = 82


def find_photo(folder: str, name: str) -> str | None:
    """Where the photo of a file name lies in a folder, or below its last part; None if it is in neither place."""
    paths = [os.path.join(folder, name), os.path.join(folder, os.path.basename(name))]
    return next((path for path in paths if os.path.isfile(path)), None) if name else None


def find_inside(folder: str, name: str) -> str | None:
    """The same, but nothing outside of the folder: a file name must not bring other photos into what is published."""
    parts = name.replace("\\", "/").split("/")
    return find_photo(folder, parts[-1] if os.path.isabs(name) or ".." in parts else name)


def make_small(path: str, image: Image, out: str) -> str:
    """Write a photo small, as JPEG; what is odd about it, or an empty text.

    Raises:
        DataError: it is no photo, or a broken one.
    """
    from PIL import Image as Pillow

    photo = read_image(path)
    height, width = photo.shape[:2]
    Pillow.fromarray(thumbnail(photo, SIDE)).save(out, "JPEG", quality=_QUALITY)
    if image.width and image.height and (width, height) != (image.width, image.height):
        return f"is {width} x {height} px, but the dataset says {image.width} x {image.height}"
    return ""


def why(error: DataError) -> str:
    """What is wrong, without the path, which the list has beside it."""
    return f"{error.where}: {error.reason}" if error.where else error.reason
