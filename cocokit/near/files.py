"""Which files are meant: the photos in a folder, or those of a dataset's images."""

from __future__ import annotations

import os

from ..dataset import Dataset
from ..errors import DataError

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


def photos_in(folder: str | os.PathLike[str]) -> list[str]:
    """The photos in a folder and the folders in it, sorted; hidden ones and links to folders are left alone.

    Raises:
        DataError: no such folder, or no photo in it.
    """
    name, found = os.fspath(folder), list[str]()
    if not os.path.isdir(name):
        raise DataError(name, "", "is no folder", "check the path")
    for place, inner, files in os.walk(name):
        inner[:] = [entry for entry in inner if not entry.startswith(".")]
        photos = (f for f in files if f.lower().endswith(_ENDINGS) and not f.startswith("."))
        found += [os.path.join(place, photo) for photo in photos]
    if not found:
        raise DataError(name, "", "has no photos in it", f"give a folder with files in {', '.join(_ENDINGS)}")
    return sorted(found)


def photos_of(dataset: Dataset, folder: str | os.PathLike[str]) -> list[str]:
    """The file of each image, in the images' order: its name in the folder, or without the name's own folders.

    Whether it is there is not looked at here. A name that leads out of the folder counts without its folders.

    Raises:
        DataError: no such folder, or images without a file name.
    """
    root = os.fspath(folder)
    if not os.path.isdir(root):
        raise DataError(root, "", "is no folder", "give --images the folder that the file names are relative to")
    names = dataset.images.file_name or [None] * len(dataset.images)
    without = [row for row, name in enumerate(names) if not name]
    if without:
        place = f"images[{without[0]}].file_name"
        raise DataError("dataset", place, "is missing", "photos are found by it", len(without))
    return [_in_folder(root, name) for name in names if name]


def _in_folder(root: str, name: str) -> str:
    path = os.path.join(root, name)
    inside = not os.path.isabs(name) and ".." not in name.replace("\\", "/").split("/")
    return path if inside and os.path.isfile(path) else os.path.join(root, os.path.basename(name))
