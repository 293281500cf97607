"""Who saw which image and named which category there: what the quality of label workers is measured from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cocokit.columns import Int64
from cocokit.errors import DataError


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Labels:
    """Label answers as columns; places instead of ids wherever "index" is written.

    A *pair* is an image and a category that at least one worker named there.

    Attributes:
        worker: (W,) int64 ids, ascending.
        image: (I,) int64 ids, ascending.
        seen_worker, seen_image: (S,) int64 index of worker and image: one row per answer.
        pair_image: (P,) int64 index of the pair's image, ascending.
        pair_category: (P,) int64 id of its category.
        named_worker, named_pair: (A,) int64 index of worker and pair: one row per naming.
    """

    worker: Int64
    image: Int64
    seen_worker: Int64
    seen_image: Int64
    pair_image: Int64
    pair_category: Int64
    named_worker: Int64
    named_pair: Int64

    @staticmethod
    def of(seen: ArrayLike, named: ArrayLike) -> Labels:
        """Index answers; repeats count once.

        Args:
            seen: (S, 2) int, worker id and image id of each answer, with or without categories in it.
            named: (A, 3) int, worker id, image id and category id of each category named.

        Raises:
            DataError: somebody named a category in an image that they did not see.
        """
        saw = np.unique(np.asarray(seen, np.int64).reshape(-1, 2), axis=0)
        said = np.unique(np.asarray(named, np.int64).reshape(-1, 3), axis=0)
        worker, image = np.unique(saw[:, 0]), np.unique(saw[:, 1])
        seen_worker, seen_image = np.searchsorted(worker, saw[:, 0]), np.searchsorted(image, saw[:, 1])
        _check_seen(saw, said)
        pairs, named_pair = np.unique(said[:, 1:], axis=0, return_inverse=True)
        return Labels(worker, image, seen_worker, seen_image, np.searchsorted(image, pairs[:, 0]), pairs[:, 1].copy(),
                      np.searchsorted(worker, said[:, 0]), named_pair.reshape(-1))  # fmt: skip

    @property
    def namers(self) -> Int64:
        """(P,) int64 how many workers named each pair."""
        return np.bincount(self.named_pair, minlength=len(self.pair_image))

    @property
    def viewers(self) -> Int64:
        """(I,) int64 how many workers saw each image."""
        return np.bincount(self.seen_image, minlength=len(self.image))


def _check_seen(saw: Int64, said: Int64) -> None:
    known = {(w, i) for w, i in saw.tolist()}
    unseen = [row for row, (w, i, _) in enumerate(said.tolist()) if (w, i) not in known]
    if unseen:
        w, i, c = said[unseen[0]].tolist()
        raise DataError("labels", f"worker {w}", f"named category {c} in image {i} without having seen it",
                        "give every answer in seen, empty ones too", len(unseen))  # fmt: skip
