"""COCO's own JSON: instances, keypoints, captions, panoptic and stuff headers, image_info. Nothing is lost."""

from __future__ import annotations

import re

from ..dataset import Dataset
from .base import Format, Progress, Read, Written, head

_OTHERS = re.compile(rb'"(imagePath|shapes|neg_category_ids|not_exhaustive_category_ids)"\s*:')
_OURS = re.compile(rb'"(images|annotations|categories|info|licenses|videos)"\s*:')


def recognises(path: str) -> bool:
    """A JSON object with one of COCO's members near its start; LVIS and LabelMe say so by members of their own."""
    start = head(path).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"{") and bool(_OURS.search(start)) and not _OTHERS.search(start)


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Open a file: columns, and the bytes of its rows. Raises DataError."""
    return Read(Dataset.open(path), images=images)


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write a file; rows that nobody changed are copied as the bytes that they were. Raises DataError."""
    dataset.write(out, progress)
    return Written(1)


FORMATS = (Format("coco", "COCO JSON", losses=(), recognises=recognises, read=read, write=write, folder=False),)
