"""What formats cannot hold, each with how it is counted; a format picks from these, or adds its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..columns import KIND_COUNTS, KIND_POLYGONS, KIND_RLE, Annotations, Bools, Field, Int64, Ragged
from ..dataset import Dataset
from .base import Loss

#: Counts what of a dataset is lost.
Counter = Callable[[Dataset], int]


def once(measure: Callable[[Dataset], dict[str, int]]) -> Callable[[str], Counter]:
    """Counters that share one look at a dataset: ``once(measure)(name)`` gives ``measure(dataset)[name]``."""
    seen: WeakKeyDictionary[Dataset, dict[str, int]] = WeakKeyDictionary()

    def named(name: str) -> Counter:
        def count(dataset: Dataset) -> int:
            if dataset not in seen:
                seen[dataset] = measure(dataset)
            return seen[dataset][name]

        return count

    return named


def having(field: Field) -> Counter:
    """Counts the annotations that have a field."""
    return lambda dataset: int(np.count_nonzero(dataset.annotations.has(field)))


def flagged(name: str) -> Counter:
    """Counts the annotations whose ``iscrowd`` or ``ignore`` is 1."""
    return lambda dataset: _truths(getattr(dataset.annotations, name))


def counted_ids(name: str) -> Counter:
    """Counts the images or annotations whose id is not their place, from 1."""

    def count(dataset: Dataset) -> int:
        ids = getattr(dataset, name).id
        return 0 if ids is None else int(np.count_nonzero(ids != np.arange(1, len(ids) + 1)))

    return count


def outlined(*kinds: int) -> Counter:
    """Counts the annotations whose segmentation is of one of the kinds (``KIND_POLYGONS``, ...)."""

    def count(dataset: Dataset) -> int:
        found = dataset.annotations.segmentation
        return 0 if found is None else int(np.count_nonzero(np.isin(found.kind, kinds)))

    return count


def areas_unlike_boxes(dataset: Dataset) -> int:
    """How many areas are not width times height of their box."""
    return int(np.count_nonzero(_unlike_boxes(dataset.annotations)))


def unplaced(dataset: Dataset) -> Bools:
    """(N,) bool: annotations whose image the dataset does not have."""
    return np.asarray(rows_of_images(dataset) == len(dataset.images))


def _truths(column: Any) -> int:
    return 0 if column is None else int(np.count_nonzero(column))


def _unlike_boxes(a: Annotations) -> Bools:
    has = a.has(Field.AREA)
    if a.area is None or a.bbox is None:
        return has
    return np.asarray(has & (a.area != a.bbox[:, 2] * a.bbox[:, 3]))


def _filled(extras: Ragged | None) -> int:
    return 0 if extras is None else int(np.count_nonzero(np.diff(extras.offsets)))


def _many_rings(dataset: Dataset) -> int:
    found = dataset.annotations.segmentation
    return 0 if found is None else int(np.count_nonzero(np.diff(found.rings) > 1))


def _category_ids(start: int) -> Counter:
    return lambda dataset: sum(row.id != place for place, row in enumerate(dataset.categories, start))


def _out_of_order(dataset: Dataset) -> int:
    """Annotations that stand before one of an earlier image."""
    rows = rows_of_images(dataset)
    if not len(rows):
        return 0
    behind = np.minimum.accumulate(rows[::-1])[::-1]
    return int(np.count_nonzero(rows > behind))


def rows_of_images(dataset: Dataset) -> Int64:
    """(N,) int64 row of each annotation's image; the number of images where there is none."""
    images, ids = dataset.images.id, dataset.annotations.image_id
    if ids is None or not len(images):
        return np.full(len(dataset.annotations), len(images), np.int64)
    order = np.argsort(images, kind="stable")
    rows = order[np.minimum(np.searchsorted(images[order], ids), len(images) - 1)]
    return np.where(images[rows] == ids, rows, len(images))


def unused_categories(dataset: Dataset) -> int:
    """How many categories have no annotation."""
    ids = dataset.annotations.category_id
    used = set() if ids is None else set(np.unique(ids).tolist())
    return sum(row.id not in used for row in dataset.categories)


IMAGE_IDS = Loss("image ids", "images are numbered from 1 in the order of the files", counted_ids("images"))
IMAGE_MEMBERS = Loss(
    "image members",
    "licence, address, date and whatever else an image has are left out",
    lambda dataset: _filled(dataset.images.extras),
)
ANNOTATION_IDS = Loss("annotation ids", "annotations are numbered from 1", counted_ids("annotations"))
ANNOTATION_MEMBERS = Loss(
    "annotation members",
    "members that COCO does not name are left out",
    lambda dataset: _filled(dataset.annotations.extras),
)
ORDER = Loss("places in the file", "annotations come image by image", _out_of_order)
UNPLACED = Loss(
    "annotations without image",
    "annotations whose image the dataset does not have are left out",
    lambda dataset: int(np.count_nonzero(unplaced(dataset))),
)
AREAS = Loss("areas", "areas become those of the boxes", areas_unlike_boxes)
CROWDS = Loss("crowds", "regions of many instances become single instances", flagged("iscrowd"))
IGNORES = Loss("ignore", "the members ignore are left out", having(Field.IGNORE))
SCORES = Loss("scores", "scores are left out", having(Field.SCORE))
SEGMENTATIONS = Loss(
    "segmentations", "outlines are left out, boxes stay", outlined(KIND_POLYGONS, KIND_RLE, KIND_COUNTS)
)
RLES = Loss("RLE masks", "masks become polygons, without their holes", outlined(KIND_RLE, KIND_COUNTS))
KEYPOINTS = Loss("keypoints", "keypoints are left out", having(Field.KEYPOINTS))
CAPTIONS = Loss("captions", "captions are left out", having(Field.CAPTION))
CATEGORY_IDS = Loss("category ids", "categories are numbered from 1 in their order", _category_ids(1))
SUPERCATEGORIES = Loss(
    "supercategories",
    "supercategories are left out",
    lambda dataset: sum(row.supercategory is not None for row in dataset.categories),
)
CATEGORY_MEMBERS = Loss(
    "category members",
    "keypoint names, skeletons and whatever else a category has are left out",
    lambda dataset: sum(bool(row.other) for row in dataset.categories),
)
UNUSED_CATEGORIES = Loss("categories", "categories without annotation are left out", unused_categories)
TOP = Loss("top members", "info, licenses and other top-level members are left out", lambda dataset: len(dataset.top))
