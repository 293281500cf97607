"""A photo as a collection keeps it: upright, without notes, named by its content, with a copy to look at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..atomic import atomic_write
from ..imageio import read_image, save_image, thumbnail
from ..photos import Photo

if TYPE_CHECKING:
    from ..columns import UInt8

#: Folders of the photos, of the copies to look at, and of what is on its way.
IMAGES, DISPLAY, PART = "images", "display", ".part"
#: The longer side of a copy to look at, px.
LONGEST = 640


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo that lies in its place.

    Attributes:
        file_name: below the folder of the photos.
        pixels: (h, w, 3) uint8, those of the copy to look at.
    """

    file_name: str
    pixels: UInt8


def name_of(photo: Photo) -> str:
    """Where a photo lies, below a folder of photos."""
    return f"{photo.sha256[:2]}/{photo.sha256}{photo.ending}"


def keep(photo: Photo, folder: str) -> Kept:
    """Put a photo and its copy into their places; what is there already stays.

    Raises:
        DataError: they cannot be written.
    """
    name = name_of(photo)
    path, copy = os.path.join(folder, IMAGES, name), display_path(folder, photo.sha256)
    for place in (path, copy):
        os.makedirs(os.path.dirname(place), exist_ok=True)
    if not os.path.exists(path):
        with atomic_write(path) as file:
            file.write(photo.data)
    small = thumbnail(read_image(path), LONGEST)
    if not os.path.exists(copy):
        save_image(small, copy)
    return Kept(name, np.ascontiguousarray(small))


def display_path(folder: str, sha256: str) -> str:
    """Where the copy to look at of a photo lies."""
    return os.path.join(folder, DISPLAY, sha256[:2], f"{sha256}.jpg")


def discard(folder: str, sha256: str) -> int:
    """Remove a photo and its copy; how many files that were."""
    photos = os.path.join(folder, IMAGES, sha256[:2])
    names = os.listdir(photos) if os.path.isdir(photos) else []
    paths = [os.path.join(photos, name) for name in names if name.partition(".")[0] == sha256]
    found = [path for path in (*paths, display_path(folder, sha256)) if os.path.exists(path)]
    for path in found:
        os.unlink(path)
    return len(found)
