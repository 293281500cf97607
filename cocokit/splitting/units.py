"""What is given to a split as a whole: one image, or a group of images that must stay together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from ..columns import Field, Int64
from ..dataset import Dataset
from ..errors import DataError


@dataclass(frozen=True, slots=True)
class Units:
    """The units of I images, in an order that the seed and the ids decide, not the file: large ones first.

    Attributes:
        of_image: (I,) int64, the unit of each image.
        size: images of each unit.
        contents: for each unit, how many of its images have each of the categories in it; sorted by category.
        ids: ids of the categories that ``contents`` numbers.
    """

    of_image: Int64
    size: list[int]
    contents: list[list[tuple[int, int]]]
    ids: Int64


def units_of(dataset: Dataset, groups: Int64 | None, seed: int) -> Units:
    """The units of a dataset.

    Args:
        dataset: ids of its images are all different.
        groups: (I,) int64, equal for images that must stay together; None keeps none together.
        seed: mixes units of one size.

    Raises:
        DataError: an image id is there twice.
    """
    ids = dataset.images.id
    _, first = np.unique(ids, return_index=True)
    if len(first) < len(ids):
        repeated = int(ids[np.setdiff1d(np.arange(len(ids)), first)[0]])
        reason = f"the id {repeated} is there twice"
        raise DataError("dataset", "images", reason, "cocokit check lists them", len(ids) - len(first))
    _, plain = np.unique(np.arange(len(ids)) if groups is None else groups, return_inverse=True)
    size = np.bincount(plain)
    name = np.full(len(size), np.iinfo(np.int64).max)
    np.minimum.at(name, plain, ids)  # a unit is called by its smallest id, wherever that stands
    keys = [hashlib.sha256(f"{seed} {key}".encode()).digest() for key in name.tolist()]
    order = sorted(range(len(size)), key=lambda unit: (-int(size[unit]), keys[unit]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    of_image = rank[plain]
    images, categories, known = categories_of_images(dataset)
    return Units(of_image, size[order].tolist(), _contents(of_image[images], categories, len(order)), known)


def categories_of_images(dataset: Dataset) -> tuple[Int64, Int64, Int64]:
    """Which categories are in which images.

    Returns:
        (P,) int64 rows of images and (P,) int64 places of categories, each pair once; and the (C,) int64 ids of the
        categories, sorted, whose places those are. Annotations of images that are not there do not count.
    """
    annotations, order = dataset.annotations, np.argsort(dataset.images.id, kind="stable")
    if annotations.image_id is None or annotations.category_id is None or not len(order):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    ids = dataset.images.id[order]
    place = np.minimum(np.searchsorted(ids, annotations.image_id), len(ids) - 1)
    kept = (ids[place] == annotations.image_id) & annotations.has(Field.CATEGORY_ID)
    known, categories = np.unique(annotations.category_id[kept], return_inverse=True)
    pairs = np.unique(order[place[kept]] * max(len(known), 1) + categories)
    return pairs // max(len(known), 1), pairs % max(len(known), 1), known


def _contents(units: Int64, categories: Int64, count: int) -> list[list[tuple[int, int]]]:
    """Sorted (category, images) of each unit."""
    made: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    width = int(categories.max()) + 1 if len(categories) else 1
    pairs, images = np.unique(units * width + categories, return_counts=True)
    for unit, category, number in zip(
        (pairs // width).tolist(), (pairs % width).tolist(), images.tolist(), strict=True
    ):
        made[unit].append((category, number))
    return made
