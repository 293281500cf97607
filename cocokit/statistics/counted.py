"""Which annotations can be counted, and where each belongs: rows of images, places of categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..columns import Bools, Field, Int64
from ..dataset import Dataset

#: Why an annotation is not counted, in the order in which it is asked.
NO_CATEGORY, UNKNOWN_IMAGE, UNKNOWN_CATEGORY = (
    "without a category",
    "of an image that is not there",
    "of a category that is not there",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Counted:
    """M annotations whose image and category are there.

    Attributes:
        rows: (M,) int64 rows of the dataset's annotations, rising.
        image: (M,) int64 row of each one's image; of the last one, if several have its id.
        category: (M,) int64 place of each one's category in the dataset's list.
        crowd: (M,) bool, regions of many instances.
        left_out: how many were left out, by reason.
    """

    rows: Int64
    image: Int64
    category: Int64
    crowd: Bools
    left_out: dict[str, int]

    def only(self, keep: Bools) -> Counted:
        """Those of ``keep`` (M,) bool."""
        return Counted(self.rows[keep], self.image[keep], self.category[keep], self.crowd[keep], self.left_out)


def count_rows(dataset: Dataset) -> Counted:
    """The annotations of a dataset that can be counted."""
    found = dataset.annotations
    keep, left_out = np.ones(len(found), np.bool_), dict[str, int]()
    image, known_image = places_of(found.image_id, dataset.images.id, len(found))
    ids = np.array([row.id for row in dataset.categories], np.int64)
    category, known_category = places_of(found.category_id, ids, len(found))
    for reason, good in (
        (NO_CATEGORY, found.has(Field.CATEGORY_ID)),
        (UNKNOWN_IMAGE, known_image),
        (UNKNOWN_CATEGORY, known_category),
    ):
        lost = int(np.count_nonzero(keep & ~good))
        keep &= good
        if lost:
            left_out[reason] = lost
    crowd = np.zeros(len(found), np.bool_) if found.iscrowd is None else found.iscrowd != 0
    rows = np.flatnonzero(keep)
    if len(rows) == len(found):  # as nearly always: nothing is copied
        return Counted(rows, image, category, crowd, left_out)
    return Counted(rows, image[rows], category[rows], crowd[rows], left_out)


def places_of(wanted: Int64 | None, ids: Int64, count: int) -> tuple[Int64, Bools]:
    """(N,) int64 place of each wanted id in ``ids``, the last of equal ones, and (N,) bool whether it is there.

    >>> places, there = places_of(np.array([7, 3, 9]), np.array([3, 7, 7]), 3)
    >>> places[there].tolist(), there.tolist()
    ([2, 0], [True, True, False])
    """
    if wanted is None or not len(ids):
        return np.zeros(count, np.int64), np.zeros(count, np.bool_)
    least, most = int(ids.min()), int(ids.max())
    if most - least < 4 * (len(ids) + count) + 1024:  # ids lie close: a table is faster than a search
        table = np.full(most - least + 1, -1, np.int64)
        table[ids - least] = np.arange(len(ids))
        inside = (wanted >= least) & (wanted <= most)
        places = table[np.where(inside, wanted, least) - least]
        return places, inside & (places >= 0)
    order = np.argsort(ids, kind="stable")
    at = np.maximum(np.searchsorted(ids[order], wanted, side="right") - 1, 0)
    places = order[at]
    return places, ids[places] == wanted
