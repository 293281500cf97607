"""Groups of near duplicates among the photos of a folder or a dataset: hash, search, confirm, group."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..columns import Float64, Int64
from ..errors import ParamsError
from .confirming import THRESHOLD, confirm
from .grouping import groups
from .hashing import Hashes, hash_images
from .pairs import UInt64, near_pairs

#: Bits in which the hashes of near duplicates may differ: with 3, every other brightened copy would be missed.
RADIUS = 7
#: Called with a word for what is done, how much of it, and of how much.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """Near duplicates among N files.

    Attributes:
        label: (N,) int64, the smallest row of each file's group.
        pairs: (M, 2) int64 rows, sorted: the confirmed pairs.
        scores: (M,) float64, how well each pair agrees; 1 for files that are equal byte for byte.
        rejected: how many pairs had near hashes and were two photos after all.
        failed: (file, why) of those that could not be compared; each is a group by itself.
    """

    label: Int64
    pairs: Int64
    scores: Float64
    rejected: int
    failed: list[tuple[str, str]]

    def groups(self) -> list[Int64]:
        """The groups of two files and more, (K,) int64 rows each, rising; the largest first, then by first row."""
        order = np.argsort(self.label, kind="stable")
        starts = np.flatnonzero(np.diff(self.label[order], prepend=-1))
        found = [rows for rows in np.split(order, starts[1:]) if len(rows) > 1]
        return sorted(found, key=lambda rows: (-len(rows), int(rows[0])))


def find_near(
    paths: Sequence[str | os.PathLike[str]],
    radius: int = RADIUS,
    threshold: float = THRESHOLD,
    crops: bool = True,
    progress: Progress | None = None,
) -> Found:
    """Find the near duplicates among photos.

    Args:
        paths: N files; one that is named twice is a duplicate of itself.
        radius: bits in which hashes may differ, 0 to 7.
        threshold: the score from which a pair is one photo, 0 to 1.
        crops: also find photos of which up to a twentieth was cut off.
        progress: told how far it is.

    Raises:
        ParamsError: a radius or a threshold that cannot work, or far too many pairs.
    """
    if not 0 <= threshold <= 1:
        raise ParamsError("threshold", threshold, "use a number from 0 to 1")
    near_pairs(np.empty(0, np.uint64), radius)  # a wrong radius is found before hours of hashing
    hashes = hash_images(paths, _part(progress, "hashing", "photos"), crops)
    same = equal_files(hashes)
    once = np.setdiff1d(np.arange(len(hashes.path)), same[:, 1])
    candidates = once[candidate_pairs(hashes.hash[once], hashes.cut[once], radius)]
    scores = confirm(hashes.path, candidates, _part(progress, "comparing", "pairs"))
    good = scores >= threshold
    pairs = hashes.rows[np.concatenate([same, candidates[good]])]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    all_scores = np.concatenate([np.ones(len(same)), scores[good]])
    label = groups(len(paths), pairs)
    return Found(label, pairs[order], all_scores[order], int((~good).sum()), hashes.failed)


def candidate_pairs(whole: UInt64, cut: UInt64, radius: int) -> Int64:
    """(M, 2) int64: photos whose hashes are near, or that of one and that of the other one cut; sorted.

    Args:
        whole: (N,) uint64.
        cut: (N, C) uint64.
        radius: bits.
    """
    count, found = len(whole), [near_pairs(whole, radius)]
    for column in range(cut.shape[1]):
        both = near_pairs(np.concatenate([whole, cut[:, column]]), radius)
        across = both[(both[:, 0] < count) & (both[:, 1] >= count)]
        across[:, 1] -= count
        found.append(np.sort(across[across[:, 0] != across[:, 1]], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def equal_files(hashes: Hashes) -> Int64:
    """(M, 2) int64: each file beside the first one that has the same bytes."""
    _, inverse, counts = np.unique(hashes.hash, return_inverse=True, return_counts=True)
    first, pairs = dict[tuple[int, str], int](), list[tuple[int, int]]()
    for row in np.flatnonzero(counts[inverse] > 1).tolist():
        with open(hashes.path[row], "rb") as file:
            key = int(inverse[row]), hashlib.file_digest(file, "sha256").hexdigest()
        if first.setdefault(key, row) != row:
            pairs.append((first[key], row))
    return np.array(pairs, np.int64).reshape(-1, 2)


def _part(progress: Progress | None, what: str, noun: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(f"{what} {noun}", done, total)
