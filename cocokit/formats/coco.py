"""COCO's own JSON: instances, keypoints, captions, panoptic and stuff headers, image_info. Nothing is lost."""

from __future__ import annotations

import os
import re

from ..dataset import Dataset
from .base import Format, Progress, Read, Written, head
from .coco_folder import files_in, left_out, only, photos_in

_OTHERS = re.compile(rb'"(imagePath|shapes|neg_category_ids|not_exhaustive_category_ids)"\s*:')
_OURS = re.compile(rb'"(images|annotations|categories|info|licenses|videos)"\s*:')


def recognises(path: str) -> bool:
    """A file of COCO's, or a folder with one at its top or in annotations/."""
    return bool(files_in(path, _is_one)) if os.path.isdir(path) else _is_one(path)


def _is_one(path: str) -> bool:
    """A JSON object with one of COCO's members near its start; LVIS and LabelMe say so by members of their own."""
    start = head(path).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"{") and bool(_OURS.search(start)) and not _OTHERS.search(start)


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Open a file, or the only one in a folder: columns, and the bytes of its rows. Raises DataError."""
    if not os.path.isdir(path):
        return Read(Dataset.open(path), images=images)
    file = only(files_in(path, _is_one), path)
    dataset = Dataset.open(file)
    photos = images or photos_in(path, dataset)
    return Read(dataset, left_out(path, file, photos, dataset), photos)


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write a file; rows that nobody changed are copied as the bytes that they were. Raises DataError."""
    dataset.write(out, progress)
    return Written(1)


FORMATS = (Format("coco", "COCO JSON", losses=(), recognises=recognises, read=read, write=write, folder=False),)
