"""Votes as columns: which worker gave which label to which item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cocokit.columns import Float64, Int64
from cocokit.errors import DataError


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Votes:
    """A votes: no N x W table, so that a few votes for each of many items stay small.

    Attributes:
        item: (A,) int64 index of the item, 0 to N - 1.
        worker: (A,) int64 index of the worker, 0 to W - 1.
        label: (A,) int64 what was said, 0 to K - 1; for yes or no 1 or 0.
        items, workers, labels: N, W and K.
    """

    item: Int64
    worker: Int64
    label: Int64
    items: int
    workers: int
    labels: int

    @staticmethod
    def of(
        item: ArrayLike, worker: ArrayLike, label: ArrayLike, labels: int = 2, items: int | None = None,
        workers: int | None = None,
    ) -> Votes:  # fmt: skip
        """Checked columns.

        Args:
            item: (A,) int index of each vote's item (``np.unique(ids, return_inverse=True)`` makes indices of ids).
            worker: (A,) int index of its worker.
            label: (A,) int what was said.
            labels: K.
            items: N, if items without votes follow the last one.
            workers: W, if workers without votes follow the last one.

        Raises:
            DataError: columns of different lengths, or an index that is out of range.
        """
        columns = [np.ascontiguousarray(c, np.int64).reshape(-1) for c in (item, worker, label)]
        if len({len(c) for c in columns}) > 1:
            raise DataError("votes", "", f"columns have {[len(c) for c in columns]} rows", "give one of each per vote")
        least = [int(c.max(initial=-1)) + 1 for c in columns]
        sizes = [least[0] if items is None else items, least[1] if workers is None else workers, labels]
        for name, column, size in zip(("item", "worker", "label"), columns, sizes, strict=True):
            bad = np.flatnonzero((column < 0) | (column >= size))
            if len(bad):
                raise DataError("votes", f"[{bad[0]}].{name}", f"{column[bad[0]]} is not between 0 and {size - 1}",
                                "votes hold indices, not ids", len(bad))  # fmt: skip
        return Votes(columns[0], columns[1], columns[2], sizes[0], sizes[1], labels)

    @property
    def shares(self) -> Float64:
        """(N, K) float64 share of each label among an item's votes; all alike for an item without votes."""
        cells = np.bincount(self.item * self.labels + self.label, minlength=self.items * self.labels)
        counts = cells.reshape(self.items, self.labels).astype(np.float64)
        total = counts.sum(1, keepdims=True)
        return np.where(total > 0, counts / np.maximum(total, 1), 1 / max(self.labels, 1))


def majority(votes: Votes) -> Int64:
    """(N,) int64 the most frequent label of each item; of several the lowest, so that a tie of yes and no is no.

    >>> majority(Votes.of([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [1, 1, 0, 1, 0])).tolist()
    [1, 0]
    """
    return np.asarray(np.argmax(votes.shares, axis=1), np.int64)
