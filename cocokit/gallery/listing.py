"""What pages of a gallery choose by: for each image its categories, how many of each, and of which sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import Int64
from ..dataset import Dataset
from ..drawing import PALETTE
from ..marks import colours_of
from ..statistics.boxes import MEDIUM, SMALL, areas_of
from ..statistics.counted import count_rows

#: Bits of what a category has in an image.
SMALL_BIT, MEDIUM_BIT, LARGE_BIT, CROWD_BIT = 1, 2, 4, 8


def list_images(dataset: Dataset, rows: Int64) -> list[list[Any]]:
    """Of each image [category's place, instances, bits, colour's number, and again for the next category].

    Args:
        dataset: whose images.
        rows: (I,) int64 of images.
    """
    found = count_rows(dataset)
    area, known = areas_of(found, dataset.annotations)
    bits = np.where(area < SMALL, SMALL_BIT, np.where(area < MEDIUM, MEDIUM_BIT, LARGE_BIT)) * known
    bits = np.where(found.crowd, CROWD_BIT, bits)
    kinds = max(len(dataset.categories), 1)
    keys, which = np.unique(found.image * kinds + found.category, return_inverse=True)
    things = np.bincount(which[~found.crowd], minlength=len(keys))
    together = np.zeros(len(keys), np.int64)
    np.bitwise_or.at(together, which, bits)
    image, category = np.divmod(keys, kinds)
    starts = np.searchsorted(image, rows)
    ends = np.searchsorted(image, rows, side="right")
    return [
        _listed(dataset, category[a:b].tolist(), things[a:b].tolist(), together[a:b].tolist())
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _listed(dataset: Dataset, places: list[int], things: list[int], bits: list[int]) -> list[int]:
    ids = [dataset.categories[place].id for place in places]
    colours = colours_of(dataset.categories, ids)
    made: list[int] = []
    for place, one, count, sizes in zip(places, ids, things, bits, strict=True):
        made += [place, count, sizes, PALETTE.index(colours[one])]
    return made
