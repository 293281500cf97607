"""All pairs of 64-bit hashes that differ in few bits: exact, and far fewer comparisons than all against all.

A hash is cut into radius + 1 parts or more. Two hashes that differ in at most ``radius`` bits agree in one part at
least, so only hashes that agree in a part are compared, and a pair counts at the first part in which it agrees.
Photographs are not spread evenly over the hashes (skies, black frames): a bucket that is too large is searched in
the same way by those of its bits that differ. So the answer is exact whatever the hashes are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..columns import Int64, offsets_of
from ..errors import ParamsError
from ..kernels.hamming import BUCKET, bucket_pairs

UInt64 = NDArray[np.uint64]

#: The largest radius that is searched for: beyond it, parts are so narrow that nearly everything is compared.
LARGEST = 7
#: Pairs that are given back at most: 16 bytes each.
MOST_PAIRS = 20_000_000
#: Words of a bucket that are compared all with all.
_BUCKET = 2048
_ROOM = 1 << 17


def near_pairs(hashes: UInt64, radius: int) -> Int64:
    """All pairs of hashes that differ in at most ``radius`` bits.

    Args:
        hashes: (N,) uint64.
        radius: bits, 0 to 7.

    Returns:
        (M, 2) int64 rows, the lower one first, sorted.

    Raises:
        ParamsError: a radius that is not searched for, or more pairs than can be listed.

    >>> near_pairs(np.array([0b1011, 0, 0b1000, 0b11 << 60], np.uint64), 1).tolist()
    [[1, 2]]
    """
    if not 0 <= radius <= LARGEST:
        raise ParamsError("radius", radius, f"use 0 to {LARGEST} bits")
    values, first, inverse, counts = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    found = _distinct_pairs(values.view(np.int64), radius)
    _guard(int((counts * (counts - 1) // 2).sum()) + int((counts[found[:, 0]] * counts[found[:, 1]]).sum()), radius)
    if len(values) == len(hashes):
        return _sorted(first[found])
    return _sorted(_of_rows(found, inverse, counts))


def _distinct_pairs(words: Int64, radius: int) -> Int64:
    """(M, 2) int64 positions of near words that are all different."""
    parts = 4 if radius < 4 else 8
    blocks, total = [np.empty((0, 2), np.int64)], 0
    for block in _search(words, np.arange(len(words)), 64, parts, radius):
        total += len(block)
        _guard(total, radius)
        blocks.append(block)
    return np.concatenate(blocks)


def _search(words: Int64, rows: Int64, width: int, parts: int, radius: int) -> Iterator[Int64]:
    """Pairs of rows whose words, of ``width`` bits, are near each other; each pair once."""
    if len(words) < 2:
        return
    cuts = np.array([width * p // parts for p in range(parts + 1)], np.int64)
    for part in range(parts):
        keys = _keys(words, cuts, part)
        order = np.argsort(keys, kind="stable")
        changes = np.flatnonzero(keys[order[1:]] != keys[order[:-1]]) + 1
        bounds = np.concatenate([[0], changes, [len(words)]])
        large = np.flatnonzero(np.diff(bounds) > _BUCKET).tolist()
        yield from _compare(words[order], rows[order], bounds, cuts, part, radius, _BUCKET)
        for b in large:
            chosen = order[bounds[b] : bounds[b + 1]]
            yield from _large_bucket(words[chosen], rows[chosen], cuts, part, radius)


def _keys(words: Int64, cuts: Int64, part: int) -> NDArray[np.uint16]:
    """(N,) uint16: the bits of one part, which has 16 at most."""
    low, high = int(cuts[part]), int(cuts[part + 1])
    mask = np.uint64((1 << (high - low)) - 1)
    return ((words.view(np.uint64) >> np.uint64(low)) & mask).astype(np.uint16)


def _compare(
    words: Int64, rows: Int64, bounds: Int64, cuts: Int64, part: int, radius: int, most: int
) -> Iterator[Int64]:
    """Near pairs within buckets of at most ``most`` words."""
    state = np.zeros(2, np.int64)
    room = max(_ROOM, most)
    left, right = np.empty(room, np.int64), np.empty(room, np.int64)
    while state[BUCKET] < len(bounds) - 1:
        count = bucket_pairs(words, bounds, cuts, part, radius, most, state, left, right)
        yield np.stack([rows[left[:count]], rows[right[:count]]], axis=1)


def _large_bucket(words: Int64, rows: Int64, cuts: Int64, part: int, radius: int) -> Iterator[Int64]:
    """The near pairs of words that agree in a part, but in none before it."""
    left, width = _varying(words)
    parts = max(radius + 1, -(-width // 16))
    if not _pays(left, width, parts):
        yield from _compare(words, rows, np.array([0, len(words)]), cuts, part, radius, len(words))
        return
    for found in _search(left, np.arange(len(left)), width, parts, radius):
        agree = np.zeros(len(found), np.bool_)
        for p in range(part):
            keys = _keys(words, cuts, p)
            agree |= keys[found[:, 0]] == keys[found[:, 1]]
        yield rows[found[~agree]]


def _varying(words: Int64) -> tuple[Int64, int]:
    """The words without the bits that are the same in all of them, and how many bits are left."""
    bits = words.view(np.uint64)
    differ = int(np.bitwise_or.reduce(bits ^ bits[0]))
    kept = [place for place in range(64) if differ >> place & 1]
    made = np.zeros(len(words), np.uint64)
    for new, old in enumerate(kept):
        made |= (bits >> np.uint64(old) & np.uint64(1)) << np.uint64(new)
    return made.view(np.int64), len(kept)


def _pays(words: Int64, width: int, parts: int) -> bool:
    """Whether looking within buckets compares at most half as much as comparing all with all."""
    cuts = np.array([width * p // parts for p in range(parts + 1)], np.int64)
    work = sum(int((np.bincount(_keys(words, cuts, part)) ** 2).sum()) for part in range(parts))
    return 2 * work < len(words) ** 2


def _of_rows(found: Int64, inverse: Int64, counts: Int64) -> Int64:
    """Pairs of different values as pairs of rows, and the pairs of rows that have one value."""
    order, starts = np.argsort(inverse, kind="stable"), offsets_of(counts)
    plain = (counts[found] == 1).all(axis=1)
    blocks = [order[starts[found[plain]]]]
    for a, b in found[~plain].tolist():
        mine, others = order[starts[a] : starts[a + 1]], order[starts[b] : starts[b + 1]]
        blocks.append(np.stack([np.repeat(mine, len(others)), np.tile(others, len(mine))], axis=1))
    twice = starts[:-1][counts == 2]
    blocks.append(np.stack([order[twice], order[twice + 1]], axis=1))
    for value in np.flatnonzero(counts > 2).tolist():
        rows = order[starts[value] : starts[value + 1]]
        a, b = np.triu_indices(len(rows), 1)
        blocks.append(np.stack([rows[a], rows[b]], axis=1))
    return np.concatenate(blocks)


def _sorted(pairs: Int64) -> Int64:
    pairs = np.sort(pairs, axis=1)
    made: Int64 = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return made


def _guard(total: int, radius: int) -> None:
    if total > MOST_PAIRS:
        hint = f"more than {MOST_PAIRS:,} pairs are that near; use a smaller one, or take out repeated files first"
        raise ParamsError("radius", radius, hint)
