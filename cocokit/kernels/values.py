"""Values of wanted fields into their columns: numbers, lists of numbers, integers, flags.

Positions, ``~where`` and NO_ROOM are as in :mod:`cocokit.kernels.numbers`.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, inlined
from .bits import at, byte, load8, put
from .members import AREA, BBOX, CATEGORY_ID, ID, KEYPOINTS, NUM_KEYPOINTS
from .numbers import NO_ROOM, read_integer, read_other, read_usual
from .text import skip_literal, skip_space

_COMMA_SPACE = 0x202C


@inlined
def read_numbers(
    buf: Any, p: int, listed: int, tens: Any, hard: Any, column: int, out: Any, k: int, room: int
) -> tuple[int, int]:
    """One number at ``p``, or numbers up to a closing bracket, into ``out`` from ``k``.

    Returns:
        The position behind the number or the bracket, and the next free index; or NO_ROOM and ``room``, or
        another negative value and 0.
    """
    while True:
        if k >= room:
            return NO_ROOM, k
        end = read_usual(buf, p, tens, out, k)
        if end < 0:
            end = read_other(buf, p, tens, out, k, hard, column)
            if end < 0:
                return end, 0
        k += 1
        if listed == 0:
            return end, k
        p = end
        if load8(buf, p) & 0xFFFF == _COMMA_SPACE:
            p += 2  # a branch that is guessed right lets the next number begin before this one is done
        else:
            p = skip_space(buf, p)
            if byte(buf, p) != 44:
                return (p + 1, k) if byte(buf, p) == 93 else (~p, 0)
            p += 1
        if byte(buf, p) <= 32:
            p = skip_space(buf, p)


@inlined
def read_floats(
    buf: Any,
    p: int,
    code: int,
    row: int,
    tens: Any,
    hard: Any,
    bbox: Any,
    area: Any,
    score: Any,
    keypoints: Any,
    keypoint_offsets: Any,
) -> int:
    """The numbers of a box, an area, a score or keypoints."""
    out, k, room, listed = score, row, row + 1, 0
    if code == BBOX:
        out, k, room, listed = bbox, 4 * row, 4 * row + 4, 1
    elif code == AREA:
        out = area
    elif code == KEYPOINTS:
        out, k, room, listed = keypoints, at(keypoint_offsets, row), len(keypoints), 1
    start = p
    if listed:
        if byte(buf, p) != 91:
            return ~p
        p = skip_space(buf, p + 1)
        if byte(buf, p) == 93:
            return p + 1 if code == KEYPOINTS else ~p
    p, k = read_numbers(buf, p, listed, tens, hard, code, out, k, room)
    if p < 0:
        return ~start if code == BBOX and k == room else p
    if code == BBOX and k != room:
        return ~start
    if code == KEYPOINTS:
        put(keypoint_offsets, row + 1, k)
    return p


@inlined
def read_whole(
    buf: Any, p: int, code: int, row: int, id: Any, image_id: Any, category_id: Any, num_keypoints: Any
) -> int:
    """An integer of an id column or a count."""
    value, p = read_integer(buf, p)
    out = image_id
    if code == CATEGORY_ID:
        out = category_id
    elif code == ID:
        out = id
    elif code == NUM_KEYPOINTS:
        out = num_keypoints
    put(out, row, value)
    return p


@helper
def read_flag(buf: Any, p: int, out: Any, row: int) -> int:
    """``0``, ``1`` (or any other integer), ``true`` or ``false``."""
    c = byte(buf, p)
    if c == 116 or c == 102:
        put(out, row, 1 if c == 116 else 0)
        return skip_literal(buf, p)
    value, p = read_integer(buf, p)
    put(out, row, 1 if value != 0 else 0)
    return p
