"""What the splits came to: images, annotations and categories of each, and how far they are from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..columns import Field, Float64, Int64
from ..dataset import Dataset
from .units import categories_of_images


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of S splits and C categories.

    Attributes:
        names: the splits.
        ratios: what was asked, (S,) float64.
        images, annotations: (S,) int64.
        categories: (id, name) of the categories that have annotations.
        images_with: (C, S) int64, images with each category.
        annotations_of: (C, S) int64, annotations of each category.
        units: (C,) int64, groups of images with each category.
        groups: groups of two images and more that were kept whole.
        largest: images of the largest of them, 1 if there is none.
        left_out: annotations of images that the file does not have.
    """

    names: list[str]
    ratios: Float64
    images: Int64
    annotations: Int64
    categories: list[tuple[int, str]]
    images_with: Int64
    annotations_of: Int64
    units: Int64
    groups: int
    largest: int
    left_out: int

    @property
    def drift(self) -> Float64:
        """(S,) float64: images with a category that each split has too many or too few, as a share of its own."""
        asked = self.ratios * self.images_with.sum(axis=1, keepdims=True)
        total = asked.sum(axis=0)
        made: Float64 = np.abs(self.images_with - asked).sum(axis=0) / np.where(total > 0, total, 1)
        return made

    @property
    def missing(self) -> list[tuple[str, str, int]]:
        """(category, split, groups of images with it) where a split has none of it."""
        return [
            (self.categories[c][1], self.names[s], int(self.units[c]))
            for c, s in zip(*np.nonzero(self.images_with == 0), strict=True)
        ]

    @property
    def holes(self) -> list[tuple[str, int, int, list[str]]]:
        """(name, images, groups of images, splits without it) of each category that some split has none of."""
        lacks = self.images_with == 0
        return [
            (self.categories[c][1], int(self.images_with[c].sum()), int(self.units[c]),
             [name for name, lack in zip(self.names, lacks[c], strict=True) if lack])
            for c in np.flatnonzero(lacks.any(axis=1)).tolist()
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        shares, drift = self.images / max(int(self.images.sum()), 1), self.drift
        return {
            "splits": {
                name: {"ratio": round(float(self.ratios[s]), 9), "images": int(self.images[s]),
                       "share": round(float(shares[s]), 6), "annotations": int(self.annotations[s]),
                       "drift": round(float(drift[s]), 6)}
                for s, name in enumerate(self.names)
            },
            "categories": [
                {"id": key, "name": name, "groups": int(self.units[c]),
                 "images": self.images_with[c].tolist(), "annotations": self.annotations_of[c].tolist()}
                for c, (key, name) in enumerate(self.categories)
            ],
            "missing": [dict(zip(("category", "split", "groups"), lack, strict=True)) for lack in self.missing],
            "groups": self.groups, "largest_group": self.largest, "annotations_left_out": self.left_out,
        }  # fmt: skip


def reported(
    dataset: Dataset, splits: Mapping[str, Int64], ratios: Mapping[str, float | Fraction], groups: Int64 | None = None
) -> Report:
    """Count what the splits have.

    Args:
        dataset: what was divided.
        splits: name -> (K,) int64 rows of images.
        ratios: what was asked.
        groups: (I,) int64, the groups that were kept whole.
    """
    count, names = len(dataset.images), list(splits)
    home = np.full(count, -1, np.int64)
    for number, rows in enumerate(splits.values()):
        home[rows] = number
    _, unit = np.unique(np.arange(count) if groups is None else groups, return_inverse=True)
    size = np.bincount(unit)
    owners, known = dataset.annotations.image_id, {row.id: row.name for row in dataset.categories}
    images, categories, ids = categories_of_images(dataset)
    mine = home[_rows_of(dataset.images.id, owners)] if owners is not None and count else np.empty(0, np.int64)
    inside = np.isin(owners, dataset.images.id) if owners is not None else np.empty(0, np.bool_)
    pairs = np.unique(categories * max(len(size), 1) + unit[images])
    return Report(
        names=names,
        ratios=np.array([float(ratios[name]) for name in names]),
        images=np.bincount(home, minlength=len(names)),
        annotations=np.bincount(mine[inside], minlength=len(names)),
        categories=[(key, known.get(key, str(key))) for key in ids.tolist()],
        images_with=_table(categories, home[images], len(ids), len(names)),
        annotations_of=_annotations_of(dataset, ids, mine, inside, len(names)),
        units=np.bincount(pairs // max(len(size), 1), minlength=len(ids)),
        groups=int((size > 1).sum()),
        largest=int(size.max(initial=1)),
        left_out=int((~inside).sum()),
    )


def _rows_of(ids: Int64, wanted: Int64) -> Int64:
    """Rows of ids; any row for one that is not there."""
    order = np.argsort(ids, kind="stable")
    found: Int64 = order[np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)]
    return found


def _annotations_of(dataset: Dataset, ids: Int64, home: Int64, inside: Any, splits: int) -> Int64:
    column = dataset.annotations.category_id
    if column is None or not len(ids):
        return np.zeros((len(ids), splits), np.int64)
    kept = inside & dataset.annotations.has(Field.CATEGORY_ID)
    return _table(np.searchsorted(ids, column[kept]), home[kept], len(ids), splits)


def _table(rows: Int64, columns: Int64, height: int, width: int) -> Int64:
    made: Int64 = np.bincount(rows * width + columns, minlength=height * width).reshape(height, width)
    return made
