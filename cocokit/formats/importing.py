"""A dataset of any format brought into a folder: COCO JSON, photos byte for byte, and where it all comes from."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from ..imageio import image_size
from . import find_format, format_named
from .archives import unpacked
from .base import Progress, Read, files_of, inside
from .embedded import Embedded, alone, photo_size

#: The files of an imported dataset; the last one marks its folder.
DATASET, PHOTOS, PROVENANCE = "dataset.json", "images", "provenance.json"
_BLOCK = 1 << 20
#: Files that are photos, and no part of what is hashed as the source of annotations.
_PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in.

    Attributes:
        format: name of the format that was read.
        images, annotations, categories: how many.
        photos: how many photos were copied, or taken out of the files of annotations.
        notes: what the reader left out or made up.
        left_out: a sentence for each photo that was not copied.
    """

    format: str
    images: int
    annotations: int
    categories: int
    photos: int
    notes: tuple[str, ...]
    left_out: tuple[str, ...]


def import_dataset(
    src: str,
    folder: str,
    *,
    format_name: str | None = None,
    images: str | None = None,
    photos: bool = True,
    strict: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Bring a dataset into a folder, which appears whole or not at all.

    Args:
        src: a file, a folder or a zip of any format.
        folder: where it goes: ``dataset.json``, ``provenance.json``, and ``images/`` if there are photos.
        format_name: the format of ``src``, where it cannot be found.
        images: the folder with the photos; None means where the reader finds them.
        photos: False copies none.
        strict: the first photo that is missing, broken or of another size is an error.
        progress: called after each photo.

    Raises:
        DataError: not a dataset, a file name that leads out, a hostile archive, a full disk, ...
    """
    with unpacked(src) as path:
        name, read = read_source(path, format_name, images)
        dataset, beside = read.dataset, images or read.images
        with atomic_folder(folder, PROVENANCE) as part:
            dataset.write(os.path.join(part, DATASET))
            found = _Photos(beside, os.path.join(part, PHOTOS), strict, alone(beside, read.embedded))
            if photos and (beside is not None or found.inner):
                found.copy_all(dataset, progress)
            made = Imported(
                name, len(dataset.images), len(dataset.annotations), len(dataset.categories), found.copied,
                (*read.lost, *read.notes), tuple(found.left_out),
            )  # fmt: skip
            story = provenance(src, path, made) | {
                "dataset": {"file": DATASET, "sha256": _sum_of(os.path.join(part, DATASET))},
                "photos": {"copied": found.copied, "sha256": found.sums.hexdigest()},
            }
            write_provenance(part, story)
    return made


def read_source(path: str, format_name: str | None, images: str | None) -> tuple[str, Read]:
    """The format's name and what it reads, of an unpacked source. Raises DataError."""
    format_ = format_named(format_name) if format_name else find_format(path)
    return format_.name, format_.read(path, images)


def provenance(src: str, path: str, made: Imported) -> dict[str, Any]:
    """Where something comes from: the source, its sum, how it was read, what was lost.

    Args:
        src: the source as it was given.
        path: the same, unpacked.
        made: what came of it.
    """
    from .. import __version__

    digest, files = _sum(src if os.path.isfile(src) else path)
    return {
        "source": {"path": os.path.abspath(src), "sha256": digest, "files": files},
        "format": made.format,
        "imported": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "program": f"cocokit {__version__}",
        "images": made.images,
        "annotations": made.annotations,
        "categories": made.categories,
        "losses": list(made.notes),
        "left_out": list(made.left_out),
    }


def write_provenance(folder: str, story: dict[str, Any]) -> None:
    """Write provenance.json into a folder that is being made."""
    with open(os.path.join(folder, PROVENANCE), "x", encoding="utf-8") as file:
        json.dump(story, file, indent=1, ensure_ascii=True)
        file.write("\n")


class _Photos:
    """Photos on their way into a folder."""

    def __init__(self, beside: str | None, into: str, strict: bool, inner: Embedded) -> None:
        self.beside, self.into, self.strict, self.copied, self.inner = beside, into, strict, 0, inner
        self.left_out: list[str] = []
        self.sums = hashlib.sha256()

    def copy_all(self, dataset: Dataset, progress: Progress | None) -> None:
        """Copy every photo that is there and of its image's size; a sentence about each other."""
        names = [(row, inside(name or "", "dataset", f"images[{row}].file_name")) for row, name in _named(dataset)]
        seen = set[str]()
        for row, name in names:
            try:
                if name in seen:
                    continue
                seen.add(name)
                self._copy(name, int(dataset.images.width[row]), int(dataset.images.height[row]))
            except DataError as error:
                if self.strict:
                    raise
                self.left_out.append(str(error))
            if progress is not None:
                progress(row + 1, len(names))

    def _copy(self, name: str, width: int, height: int) -> None:
        source, target = os.path.join(self.beside or "", name), os.path.join(self.into, name)
        data = self.inner[name]() if name in self.inner else None
        size = image_size(source) if data is None else photo_size(data, f"the photo in the file of {name}")[::-1]
        if min(width, height) > 0 and size != (height, width):
            reason = f"is {size[1]} x {size[0]} px, and the dataset says {width} x {height}"
            raise DataError(source, "", reason, "give the photos that the dataset was made of")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        digest = hashlib.sha256()
        with open(source, "rb") if data is None else io.BytesIO(data) as old, open(target, "xb") as new:
            while block := old.read(_BLOCK):
                digest.update(block)
                new.write(block)
        self.sums.update(f"{digest.hexdigest()}  {name}\n".encode())
        self.copied += 1


def _named(dataset: Dataset) -> Iterator[tuple[int, str | None]]:
    return enumerate(dataset.images.file_name or [])


def _sum(path: str) -> tuple[str, int]:
    """SHA-256 of a file, or of the list ``sum  name`` of a folder's files, photos aside; and how many files."""
    if not os.path.isdir(path):
        return _sum_of(path), 1
    names = [name for name in files_of(path, ("",)) if not name.lower().endswith(_PHOTO_ENDINGS)]
    names = [name for name in names if os.path.isfile(os.path.join(path, name))]  # nobody waits for a pipe
    total = hashlib.sha256()
    for name in names:
        total.update(f"{_sum_of(os.path.join(path, name))}  {name}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest(), len(names)


def _sum_of(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
