"""COCO's results: a list of what a detector found, with scores, or of captions; no images and no categories.

A file that was read and not changed is written as the bytes that it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np

from ..atomic import atomic_write
from ..chunks import Odd
from ..coco_json import dataset_from_json, read_results, write_results
from ..columns import Annotations, Bools, Field, take_annotations
from ..dataset import Dataset
from ..origin import Source
from . import losses
from .base import Format, Loss, Progress, Read, Written, head

_FIRST = re.compile(rb'\[\s*\{[^{}]*"image_id"\s*:|\[\s*\{.{0,60000}?"image_id"\s*:', re.DOTALL)
_TYPES = (Field.CAPTION, Field.BBOX, Field.SEGMENTATION, Field.KEYPOINTS)
_BLOCK = 1 << 22

#: The file of each dataset that was read from one, and the columns that it had then.
_FILES: WeakKeyDictionary[Dataset, tuple[Source, Annotations]] = WeakKeyDictionary()


def recognises(path: str) -> bool:
    """A JSON list of objects with an image_id."""
    start = head(path).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"[") and b'"data"' not in start[:2000] and bool(_FIRST.match(start))


def read(path: str, images: str | None = None, progress: Progress | None = None) -> Read:
    """Read results as the annotations of a dataset without images. Raises DataError."""
    try:
        source = Source(path)
    except (Odd, OSError):  # the reader that can say what is wrong decides
        source = None
    found = read_results(path, extras=True)
    made = Dataset(dataset_from_json({"annotations": []}).images, found, [], members=("annotations",))
    if source is not None:
        source.unchanged()
        _FILES[made] = source, found
    return Read(made, images=images)


def write(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write the annotations that are results. Raises DataError."""
    source, known = _FILES.get(dataset, (None, None))
    if source is not None and known is dataset.annotations:
        with atomic_write(out) as file:
            for block in _blocks(source):
                file.write(block)
    else:
        write_results(take_annotations(dataset.annotations, np.flatnonzero(_are_results(dataset))), out, progress)
    return Written(1)


def _blocks(source: Source) -> Iterator[bytes]:
    for start in range(0, source.size, _BLOCK):
        yield source.read(start, min(start + _BLOCK, source.size))
    source.unchanged()


def _are_results(dataset: Dataset) -> Bools:
    """(N,) bool: captions, or what has a category and a score; all of the kind of the first."""
    a = dataset.annotations
    scored = a.has(Field.CATEGORY_ID) & a.has(Field.SCORE)
    kinds = [a.has(kind) & (scored if kind is not Field.CAPTION else True) & a.has(Field.IMAGE_ID) for kind in _TYPES]
    able = np.logical_or.reduce(kinds)
    first = np.flatnonzero(able)[:1]
    kind = next((found for found in kinds if len(first) and found[first[0]]), able)
    return np.asarray(kind)


LOSSES: tuple[Loss, ...] = (
    losses.TOP,
    Loss("images", "results say the ids of images, and nothing else of them", lambda dataset: len(dataset.images)),
    Loss("categories", "results say the ids of categories, and nothing else of them",
         lambda dataset: len(dataset.categories)),
    Loss("annotations without score",
         "annotations that are no results, or of another kind than the first, are left out",
         lambda dataset: int(np.count_nonzero(~_are_results(dataset)))),
)  # fmt: skip
FORMATS = (Format("results", "COCO results", LOSSES, recognises, read, write, folder=False),)
