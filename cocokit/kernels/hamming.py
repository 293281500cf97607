"""Pairs of 64-bit words that differ in few bits, among words that agree in one of their parts."""

from __future__ import annotations

from typing import Any

from ..compiled import helper, kernel
from .bits import at, popcount, put, shr

#: Places in ``state``: the bucket, and the word in it, with which the next call goes on.
BUCKET, WORD = 0, 1


@helper
def first_part(difference: int, cuts: Any, part: int) -> int:
    """The first part without a difference; ``part`` if none before it is."""
    p = 0
    while p < part:
        width = at(cuts, p + 1) - at(cuts, p)
        if shr(difference, at(cuts, p)) & ((1 << width) - 1) == 0:
            return p
        p += 1
    return part


@kernel("i8[:] i8[:] i8[:] i8 i8 i8 i8[:] i8[:] i8[:]")
def bucket_pairs(
    words: Any, bounds: Any, cuts: Any, part: int, radius: int, most: int, state: Any, left: Any, right: Any
) -> int:
    """Note the pairs within buckets that differ in at most ``radius`` bits and in every part before this one.

    Args:
        words: int64 (N,), bits of the hashes, bucket after bucket.
        bounds: int64 (B + 1,), where the buckets begin; the words of one agree in this part.
        cuts: int64 (P + 1,), at which bit each part begins; parts are narrower than 63 bits.
        part: which part the buckets agree in.
        radius: the most bits in which a pair may differ.
        most: buckets of more words are passed over.
        state: int64 (2,), where to go on; zeros at first, brought up to date. At the end it names bucket B.
        left, right: int64 (M,), M >= ``most``: positions of the pairs' words, the lower one in ``left``.

    Returns:
        How many pairs were noted; it stops early where the next word's pairs might not have room.
    """
    n = 0
    b = at(state, BUCKET)
    i = at(state, WORD)
    last = len(bounds) - 1
    room = len(left)
    while b < last:
        stop = at(bounds, b + 1)
        if stop - at(bounds, b) <= most:
            i = max(i, at(bounds, b))
            while i < stop:
                if n + stop - i - 1 > room:
                    put(state, BUCKET, b)
                    put(state, WORD, i)
                    return n
                word = at(words, i)
                for j in range(i + 1, stop):
                    difference = word ^ at(words, j)
                    if popcount(difference) <= radius and first_part(difference, cuts, part) == part:
                        put(left, n, i)
                        put(right, n, j)
                        n += 1
                i += 1
        b += 1
    put(state, BUCKET, last)
    return n
