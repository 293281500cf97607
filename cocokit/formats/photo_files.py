"""The photographs beside labels: where they lie, how large they are, and how they come into a new folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from ..errors import DataError
from ..imageio import image_size
from .base import Progress, files_of

#: Endings of photographs.
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


class PhotoFiles:
    """The photos in a folder and below it.

    Attributes:
        folder: where they lie.
        names: relative paths, sorted.
    """

    def __init__(self, folder: str) -> None:
        """Raises DataError if there is no such folder."""
        if not os.path.isdir(folder):
            raise DataError(folder, "", "is no folder with images", "give the folder that has the photos: --images DIR")
        self.folder = folder
        self.names = [name.replace(os.sep, "/") for name in files_of(folder, ENDINGS)]
        self._known = set(self.names)
        self._stems: dict[str, list[str]] = {}
        for name in self.names:
            self._stems.setdefault(_stem(os.path.basename(name)), []).append(name)

    def find(self, name: str) -> str | None:
        """The relative path of the photo of a name: the same path, or the only one with the same stem."""
        if name in self._known:
            return name
        near = self._stems.get(_stem(os.path.basename(name)), [])
        if len(near) > 1:
            same = [each for each in near if _stem(each).endswith(_stem(name))]
            near = same or near
        return near[0] if len(near) == 1 else None

    def size(self, name: str) -> tuple[int, int]:
        """(width, height) px of the photo at a relative path, upright. Raises DataError."""
        height, width = image_size(os.path.join(self.folder, name))
        return width, height


def place_photos(names: Sequence[str], images: str, out: str, progress: Progress | None = None) -> None:
    """Put photos into a new folder under the same names; no byte is copied where the disk allows a second name.

    Args:
        names: relative paths.
        images: where they lie.
        out: the new folder; folders in it are made.
        progress: called after each.

    Raises:
        DataError: some are not there; nothing was done then.
    """
    missing = [name for name in names if not os.path.isfile(os.path.join(images, name))]
    if missing:
        raise DataError(images, missing[0], "no such image", "give the folder with all images, or leave out --images",
                        len(missing))  # fmt: skip
    for folder in sorted({os.path.dirname(name) for name in names}):
        os.makedirs(os.path.join(out, folder), exist_ok=True)
    for done, name in enumerate(names, 1):
        source, target = os.path.realpath(os.path.join(images, name)), os.path.join(out, name)
        try:
            os.link(source, target)
        except OSError:  # another disk, or one without second names
            shutil.copyfile(source, target)
        if progress is not None:
            progress(done, len(names))


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]
