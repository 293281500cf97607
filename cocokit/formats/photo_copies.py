"""Photos beside annotations: copied into a folder that is being written."""

from __future__ import annotations

import os
import shutil

from ..dataset import Dataset
from ..errors import DataError
from ..places import counted
from .base import inside


def copy_photos(dataset: Dataset, images: str | None, folder: str) -> tuple[int, tuple[str, ...]]:
    """Copy the photos of a dataset, byte for byte, below a folder; links are followed, so that copies stand alone.

    Args:
        dataset: whose images these are.
        images: where their file names are found, or None: nothing is copied.
        folder: where they go.

    Returns:
        How many were copied, and a sentence about those that are not there.

    Raises:
        DataError: a name that leads out of the folder.
    """
    if images is None:
        return 0, ()
    copied, missing = 0, []
    for row, name in enumerate(dataset.images.file_name or []):
        below = inside(name or "", "dataset", f"images[{row}].file_name")
        source, target = os.path.join(images, below), os.path.join(folder, below)
        if not os.path.isfile(source):
            missing.append(below)
            continue
        if os.path.lexists(target):
            raise DataError("dataset", f"images[{row}].file_name", f"{below} is there already", "names must differ")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source, target)
        copied += 1
    more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
    said = f"{counted(len(missing), 'photo')} not copied: {images} has no {missing[0]}{more}" if missing else ""
    return copied, (said,) if said else ()
