"""Groups out of pairs: whoever is linked, by however many steps, is in one group."""

from __future__ import annotations

import numpy as np

from ..columns import Int64


def groups(count: int, pairs: Int64) -> Int64:
    """The group of each row.

    Args:
        count: N, how many rows there are.
        pairs: (M, 2) int64 rows that belong together.

    Returns:
        (N,) int64: the smallest row of each row's group; a row without a pair is a group by itself.

    >>> groups(6, np.array([[4, 2], [2, 1], [5, 3]])).tolist()
    [0, 1, 1, 3, 1, 3]
    """
    label = np.arange(count)
    a, b = pairs[:, 0], pairs[:, 1]
    while True:
        low, high = np.minimum(label[a], label[b]), np.maximum(label[a], label[b])
        if (low == high).all():
            return label
        np.minimum.at(label, high, low)  # the larger label's row learns of the smaller one ...
        while not np.array_equal(shorter := label[label], label):  # ... and all that lead to it follow
            label = shorter


def sizes_of(label: Int64) -> Int64:
    """(N,) int64: how many rows the group of each row has; ``label`` as :func:`groups` gives it."""
    made: Int64 = np.bincount(label, minlength=len(label))[label]
    return made


def join(first: Int64, *others: Int64) -> Int64:
    """Groups that join what any of several groupings of the same N rows joins; each (N,) int64.

    >>> join(np.array([0, 0, 2, 3]), np.array([0, 1, 1, 3])).tolist()
    [0, 0, 0, 3]
    """
    rows = np.arange(len(first))
    pairs = [np.stack([rows, label], axis=1) for label in (first, *others)]
    return groups(len(first), np.concatenate(pairs))
