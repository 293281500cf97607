"""A small file for each image: what the files are called, and how they are written quickly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ..columns import CategoryRow
from ..dataset import Dataset
from ..errors import DataError
from ..places import place
from .base import Progress, inside


def image_names(dataset: Dataset) -> list[str]:
    """File names that stay in a new folder, and no two of which differ in their ending alone.

    Raises:
        DataError: one that leads out, is missing, has a line break, or shares its stem with another.
    """
    given = dataset.images.file_name or [None] * len(dataset.images)
    names = [inside(name or "", "dataset", place("images", i, "file_name")) for i, name in enumerate(given)]
    stems: dict[str, int] = {}
    for i, name in enumerate(names):
        if "\n" in name or "\r" in name:
            raise DataError(
                "dataset", place("images", i, "file_name"), f"{name!r} has a line break", "rename the image"
            )
        other = stems.setdefault(os.path.splitext(name)[0], i)
        if other != i:
            reason = f"{name!r} and {names[other]!r} would share a file of annotations"
            raise DataError("dataset", place("images", i, "file_name"), reason, "rename one of the images")
    return names


def write_files(folder: str, names: Sequence[str], texts: Iterable[bytes], progress: Progress | None) -> None:
    """Write many small files into a new folder: a system call each to open, write and close, and nothing more."""
    for below in sorted({os.path.dirname(name) for name in names}):
        os.makedirs(os.path.join(folder, below), exist_ok=True)
    home = os.open(folder, os.O_RDONLY)
    try:
        for done, (name, text) in enumerate(zip(names, texts, strict=True), 1):
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=home)
            try:
                rest = memoryview(text)
                while rest:
                    rest = rest[os.write(file, rest) :]
            finally:
                os.close(file)
            if progress is not None and (done % 256 == 0 or done == len(names)):
                progress(done, len(names))
    finally:
        os.close(home)


def line_names(categories: Sequence[CategoryRow]) -> list[str]:
    """Names of categories as lines of a file. Raises DataError: one that is empty, or more than a line."""
    for i, row in enumerate(categories):
        if not row.name.strip() or row.name != row.name.strip() or len(row.name.splitlines()) != 1:
            raise DataError(
                "dataset", place("categories", i, "name"), f"{row.name!r} is no line", "rename the category"
            )
    return [row.name for row in categories]
