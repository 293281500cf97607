"""Segmentations in the form in which they are written: polygons, compressed and uncompressed RLE.

Positions, ``~where`` and NO_ROOM are as in :mod:`cocokit.kernels.numbers`.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, inlined
from .bits import at, byte, put, shl
from .members import SEGMENTATION
from .numbers import NO_ROOM, read_integer
from .text import copy_counts, skip_space, string_end
from .values import read_numbers

_POLYGONS, _RLE, _COUNTS = 1, 2, 3  # columns.KIND_...


@inlined
def read_polygons(
    buf: Any, p: int, row: int, tens: Any, hard: Any, kind: Any, rings: Any, xy: Any, xy_offsets: Any
) -> int:
    """A list of lists of numbers, whose first bracket is at ``p``; an empty one is no outline."""
    p = skip_space(buf, p + 1)
    if byte(buf, p) == 93:
        return p + 1
    ring = at(rings, row)
    k = at(xy_offsets, ring)
    while True:
        if byte(buf, p) != 91:
            return ~p
        p, k = read_numbers(buf, skip_space(buf, p + 1), 1, tens, hard, SEGMENTATION, xy, k, len(xy))
        if p < 0:
            return p
        ring += 1
        if ring + 1 > len(xy_offsets) - 1:
            return NO_ROOM
        put(xy_offsets, ring, k)
        p = skip_space(buf, p)
        if byte(buf, p) != 44:
            break
        p = skip_space(buf, p + 1)
    if byte(buf, p) != 93:
        return ~p
    put(rings, row + 1, ring)
    put(kind, row, _POLYGONS)
    return p + 1


@helper
def read_counts(buf: Any, p: int, counts: Any, k: int) -> tuple[int, int]:
    """A list of integers whose bracket is at ``p``, into ``counts`` from ``k``; returns as ``read_numbers`` does."""
    p = skip_space(buf, p + 1)
    if byte(buf, p) == 93:
        return p + 1, k
    while True:
        if k >= len(counts):
            return NO_ROOM, 0
        value, p = read_integer(buf, p)
        if p < 0:
            return p, 0
        put(counts, k, value)
        k += 1
        p = skip_space(buf, p)
        if byte(buf, p) != 44:
            return (p + 1, k) if byte(buf, p) == 93 else (~p, 0)
        p = skip_space(buf, p + 1)


@helper
def read_size(buf: Any, p: int, size: Any, row: int) -> int:
    """``[height, width]`` of an RLE."""
    if byte(buf, p) != 91:
        return ~p
    for i in range(2):
        value, p = read_integer(buf, skip_space(buf, p + 1))
        if p < 0:
            return p
        put(size, 2 * row + i, value)
        p = skip_space(buf, p)
        if byte(buf, p) != (93 if i else 44):
            return ~p
    return p + 1


@inlined
def read_rle(
    buf: Any, p: int, row: int, kind: Any, size: Any, text: Any, text_offsets: Any, counts: Any, counts_offsets: Any
) -> int:
    """An object of ``size`` and ``counts``, in either order, whose brace is at ``p``."""
    found, seen = 0, 0
    while True:
        p = skip_space(buf, p + 1)  # behind the brace or a comma
        start = p
        if byte(buf, p) != 34:
            return ~p
        p = string_end(buf, p + 1)
        if p < 0:
            return p
        length = p - start - 1
        p = skip_space(buf, p + 1)
        if byte(buf, p) != 58:
            return ~p
        p = skip_space(buf, p + 1)
        c = byte(buf, p)
        if length == 4 and seen & 1 == 0 and spells(buf, start + 1, 0x657A6973, 4):
            seen |= 1
            p = read_size(buf, p, size, row)
        elif length == 6 and seen & 2 == 0 and spells(buf, start + 1, 0x73746E756F63, 6):
            seen |= 2
            found = _RLE if c == 34 else _COUNTS
            if c == 34:
                p, k = copy_counts(buf, p + 1, text, at(text_offsets, row))
                put(text_offsets, row + 1, k)
            elif c == 91:
                p, k = read_counts(buf, p, counts, at(counts_offsets, row))
                put(counts_offsets, row + 1, k)
            else:
                return ~p
        else:
            return ~start
        if p < 0:
            return p
        p = skip_space(buf, p)
        if byte(buf, p) != 44:
            break
    if byte(buf, p) != 125 or seen != 3:
        return ~p
    put(kind, row, found)
    return p + 1


@helper
def spells(buf: Any, p: int, word: int, n: int) -> bool:
    """Whether the ``n`` bytes at ``p`` are those of ``word``."""
    value = 0
    for i in range(n):
        value |= shl(byte(buf, p + i), 8 * i)
    return value == word
