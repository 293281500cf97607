"""How many categories and instances images have, and which categories come together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..columns import Int64
from .counted import Counted

#: Categories that the table of pairs has at most; those in the most images.
MOST_TOGETHER = 200
_TABLE = 1 << 26  # bytes of a table of all pairs of image and category; beyond it pairs are sorted
_BLOCK = 1 << 14  # images whose categories are multiplied at once


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PerImage:
    """What images hold.

    Attributes:
        categories: (A,) int64, images with 0, 1, 2, ... categories; a crowd region counts, for its category is there.
        instances: (B,) int64, images with 0, 1, 2, ... instances; crowd regions are none.
        images_of: (K,) int64 images that have each category.
        together_of: (C,) int64 places of the categories in ``together``, in the categories' order.
        together: (C, C) int64 images that have both of two categories; the diagonal is ``images_of``.
    """

    categories: Int64
    instances: Int64
    images_of: Int64
    together_of: Int64
    together: Int64

    @property
    def mean_categories(self) -> float:
        """Categories per image, over all images; 0 without images."""
        return mean_of(self.categories)

    @property
    def mean_instances(self) -> float:
        """Instances per image, over all images; 0 without images."""
        return mean_of(self.instances)


def count_per_image(found: Counted, images: int, categories: int) -> PerImage:
    """Count.

    Args:
        found: annotations, crowds included.
        images: how many there are, I.
        categories: how many there are, K.
    """
    image, category = np.divmod(
        _once(found.image * max(categories, 1) + found.category, images * categories), max(categories, 1)
    )
    images_of = np.bincount(category, minlength=categories)
    each = np.bincount(found.image[~found.crowd], minlength=images)
    chosen = np.sort(np.argsort(-images_of, kind="stable")[:MOST_TOGETHER])
    together = _together(image, category, chosen, images, categories)
    return PerImage(_histogram(np.bincount(image, minlength=images)), _histogram(each), images_of, chosen, together)


def _once(keys: Int64, most: int) -> Int64:
    """Different keys, rising; all are below ``most``."""
    if most > _TABLE:
        return np.unique(keys)
    there = np.zeros(most, np.bool_)
    there[keys] = True
    return np.flatnonzero(there)


def mean_of(histogram: Int64) -> float:
    """Mean of 0, 1, 2, ... that occur so many times, (B,) int64.

    >>> mean_of(np.array([1, 0, 3]))
    1.5
    """
    total = int(histogram.sum())
    return float(np.dot(histogram, np.arange(len(histogram)))) / total if total else 0.0


def _histogram(each: Int64) -> Int64:
    return np.bincount(each, minlength=1) if len(each) else np.zeros(1, np.int64)


def _together(image: Int64, category: Int64, chosen: Int64, images: int, categories: int) -> Int64:
    """(C, C) int64; the pairs (image, category) are sorted by image."""
    column = np.full(categories, -1, np.int64)
    column[chosen] = np.arange(len(chosen))
    keep = column[category] >= 0
    image, place = image[keep], column[category[keep]]
    total = np.zeros((len(chosen), len(chosen)), np.int64)
    for first in range(0, images, _BLOCK):
        start, stop = np.searchsorted(image, [first, first + _BLOCK])
        # float32 counts exactly up to 2**24, which is more than a block has images.
        there = np.zeros((min(_BLOCK, images - first), len(chosen)), np.float32)
        there[image[start:stop] - first, place[start:stop]] = 1
        total += (there.T @ there).astype(np.int64)
    return total
