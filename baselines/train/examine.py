"""What no training starts with: a file whose annotations do not fit its images or its categories."""

from __future__ import annotations

import os

import numpy as np

from cocokit.checks import check_dataset
from cocokit.columns import KIND_POLYGONS, Field, Int64
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.folders import inside

from .source import Source

#: Findings that are only odd elsewhere, but leave a detector without a box.
_NEEDED = ("missing-bbox",)


def examine(dataset: Dataset, source: Source) -> str:
    """Refuse what cannot be trained on or evaluated; otherwise the folder of the images.

    Raises:
        DataError: an empty split; a mistake that ``cocokit check`` calls an error; a mask outside its image; an image
            without a file.
    """
    if not len(dataset.images):
        raise DataError(source.file, "images", f"the split {source.split} is empty", "give one with images in it")
    for finding in check_dataset(dataset):
        if finding.severity == "error" or finding.id in _NEEDED:
            example = f" ({finding.examples[0]})" if finding.examples else ""
            remedy = f"see cocokit check {source.file}, and --fix"
            raise DataError(source.file, "", f"{finding.message.rstrip('.')}{example}", remedy)
    _refuse_far_masks(dataset, source.file)
    return _folder(dataset, source)


def _refuse_far_masks(dataset: Dataset, file: str) -> None:
    """A polygon with no point inside of its image belongs to another; what reaches out a little is cut."""
    outlines = dataset.annotations.segmentation
    if outlines is None:
        return
    rows = np.flatnonzero(outlines.kind == KIND_POLYGONS)
    size = image_sizes(dataset, rows)
    far = [row for row, (height, width) in zip(rows.tolist(), size.tolist(), strict=True)
           if _is_far(outlines.xy.values[_points(dataset, row)], height, width)]  # fmt: skip
    if far:
        a = dataset.annotations
        assert a.image_id is not None
        height, width = image_sizes(dataset, np.array(far[:1]))[0].tolist()
        where = f"annotations[{far[0]}].segmentation"
        reason = f"the mask lies outside its image {a.image_id[far[0]]}, which is {width} x {height} px"
        raise DataError(file, where, reason, "correct it or leave it out", len(far))


def image_sizes(dataset: Dataset, rows: Int64) -> Int64:
    """(R, 2) int64 height and width px of the images of some annotations, all of which the dataset has."""
    images = dataset.images
    assert dataset.annotations.image_id is not None
    order = np.argsort(images.id, kind="stable")
    place = order[np.searchsorted(images.id[order], dataset.annotations.image_id[rows])]
    return np.stack([images.height[place], images.width[place]], axis=1)


def _points(dataset: Dataset, row: int) -> slice:
    outlines = dataset.annotations.segmentation
    assert outlines is not None
    first, last = outlines.rings[row], outlines.rings[row + 1]
    return slice(int(outlines.xy.offsets[first]), int(outlines.xy.offsets[last]))


def _is_far(xy: np.ndarray, height: int, width: int) -> bool:
    """Whether all points of an outline lie beyond one side of an image."""
    x, y = xy[::2], xy[1::2]
    return bool(len(x)) and bool(x.max() <= 0 or y.max() <= 0 or x.min() >= width or y.min() >= height)


def _folder(dataset: Dataset, source: Source) -> str:
    """The folder of the images, every one of which is there."""
    names = dataset.images.file_name or [None] * len(dataset.images)
    folder = source.image_folder(names[0] or "", int(dataset.images.id[0]))
    missing = [(number, name) for number, name in zip(dataset.images.id.tolist(), names, strict=True)
               if not os.path.isfile(inside(folder, name, number))]  # fmt: skip
    if missing:
        number, name = missing[0]
        reason = f"has no file {name!r} for image {number}"
        raise DataError(folder, "", reason, "bring it back, or leave the image out of the dataset", len(missing))
    return folder


def without_extent(dataset: Dataset) -> np.ndarray:
    """(N,) bool: annotations whose box has no width or no height; COCO itself has a few, and nobody can learn them."""
    a = dataset.annotations
    return np.zeros(len(a), np.bool_) if a.bbox is None else a.has(Field.BBOX) & (a.bbox[:, 2:] <= 0).any(axis=1)


def has_annotations(dataset: Dataset) -> bool:
    """Whether a dataset has annotations with categories, so that there is something to learn or to compare with."""
    return bool(dataset.annotations.has(Field.CATEGORY_ID).any())
