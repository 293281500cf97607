"""A folder of COCO's: one file of annotations at its top or in annotations/, photos below, and what else lies there."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..dataset import Dataset
from ..errors import DataError
from ..places import counted
from .base import files_of
from .photo_files import ENDINGS

#: A folder with more JSON files has one for each image.
_MOST = 64
_SHOWN = 3


def files_in(folder: str, is_one: Callable[[str], bool]) -> list[str]:
    """Paths of the COCO files at the top of a folder; if there is none, of those in its annotations/."""
    for place in (folder, os.path.join(folder, "annotations")):
        names = [name for name in _names(place) if name.lower().endswith(".json")]
        found = [os.path.join(place, name) for name in names] if len(names) <= _MOST else []
        if found := [path for path in found if is_one(path)]:
            return found
    return []


def only(found: list[str], folder: str) -> str:
    """The one file. Raises DataError: there is none, or several."""
    if not found:
        raise DataError(folder, "", "has no COCO file at its top or in annotations/", "give the file itself")
    if len(found) > 1:
        names = some([os.path.relpath(path, folder) for path in found])
        remedy = "give one of them, and its photos: --images DIR"
        raise DataError(folder, "", f"has {len(found)} COCO files: {names}", remedy)
    return found[0]


def photos_in(folder: str, dataset: Dataset) -> str | None:
    """The folder in which the first image's file is: images/, the top, or another one; None if it is in none."""
    name = next((name for name in dataset.images.file_name or () if name), None)
    if name is None or os.path.isabs(name) or ".." in name.split("/") or "\0" in name:
        return None
    inner = [os.path.join(folder, each) for each in _names(folder)]
    places = (os.path.join(folder, "images"), folder, *inner)
    return next((place for place in places if os.path.isfile(os.path.join(place, name))), None)


def _names(folder: str) -> list[str]:
    """Names in a folder, sorted, hidden ones left out; none if it cannot be read."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return []


def left_out(folder: str, file: str, photos: str | None, dataset: Dataset) -> tuple[str, ...]:
    """A sentence about the files that are not read, and one about the photos that no image names."""
    every = [os.path.join(folder, name) for name in files_of(folder, ("",))]
    others = [os.path.relpath(path, folder) for path in every
              if path != file and not path.lower().endswith(ENDINGS)]  # fmt: skip
    named = {os.path.normpath(os.path.join(photos or folder, name)) for name in dataset.images.file_name or () if name}
    strange = [os.path.relpath(path, folder) for path in every
               if path.lower().endswith(ENDINGS) and path not in named]  # fmt: skip
    made = []
    if others:
        made.append(f"{counted(len(others), 'file')} beside {os.path.basename(file)} not read: {some(others)}")
    if strange:
        made.append(f"{counted(len(strange), 'photo')} of no image left out: {some(strange)}")
    return tuple(made)


def some(names: list[str]) -> str:
    """The first few names.

    >>> some(["a", "b"]), some(["a", "b", "c", "d"])
    ('a, b', 'a, b, c, ...')
    """
    return ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
