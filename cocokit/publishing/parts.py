"""The files of a dataset that is published: one for each split and kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..columns import Int64
from ..dataset import Dataset
from ..errors import DataError


@dataclass(frozen=True, slots=True)
class Part:
    """One file.

    Attributes:
        kind: "instances", "captions", "image_info", ...: the beginning of its name.
        split: "train", "val", ...; empty for a dataset without splits.
        dataset: what it holds.
    """

    kind: str
    split: str
    dataset: Dataset

    @property
    def name(self) -> str:
        """Its path in the folder."""
        return f"annotations/{self.kind}{'_' if self.split else ''}{self.split}.json"


def divide(dataset: Dataset, splits: Mapping[str, Int64], kind: str = "instances") -> list[Part]:
    """A part for each split: its images, and their annotations.

    Args:
        dataset: all of it.
        splits: name -> (K,) int64 rows of images; no image is in two.
        kind: of the files.

    Raises:
        DataError: an image is in two splits, a row is not there, or a split has a name that is no file name.
    """
    count = len(dataset.images)
    home = np.full(count, -1, np.int64)
    for number, (name, rows) in enumerate(splits.items()):
        if not name.isidentifier():
            raise DataError("splits", name, "is no name for a split", "use letters, digits and _")
        if len(rows) and not (0 <= rows.min() and rows.max() < count):
            raise DataError("splits", name, "has a row that the dataset does not have", f"it has {count:,} images")
        twice = rows[home[rows] >= 0]
        if len(twice) or len(np.unique(rows)) < len(rows):
            key = int(dataset.images.id[twice[0]]) if len(twice) else "some image"
            raise DataError("splits", name, f"image {key} is chosen twice", "each image is in one split", len(twice))
        home[rows] = number
    return [Part(kind, name, images_of(dataset, dataset.images.id[np.sort(rows)])) for name, rows in splits.items()]


def images_of(dataset: Dataset, ids: Int64) -> Dataset:
    """The images of some ids, (K,) int64, with their annotations, in the file's order."""
    owner = dataset.annotations.image_id
    rows = np.flatnonzero(np.isin(dataset.images.id, ids))
    kept = np.flatnonzero(np.isin(owner, ids)) if owner is not None else np.empty(0, np.int64)
    return dataset.take(rows, kept)
