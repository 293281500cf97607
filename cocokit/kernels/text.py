"""JSON text passed over or copied: spaces, strings and whole values nobody asked for.

How much of a skipped value is checked, on purpose: strings are closed, hold no control character and only known
escapes; numbers and literals standing alone are well formed; brackets match by kind. What lies between the brackets
of a skipped array or object is otherwise not looked at (``[1 2]`` passes), and neither is UTF-8. A value that a
reader keeps is decoded later and checked there.

Positions and ``~where`` are as in :mod:`cocokit.kernels.numbers`. NUL padding ends every loop.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, inlined
from .bits import at, byte, ctz, load8, put, shl, shr, store8, wadd
from .numbers import NO_ROOM, read_exponent

_HIGH = -0x7F7F7F7F7F7F7F80
_ONES = 0x0101010101010101
_QUOTES = 0x2222222222222222
_SLASHES = 0x5C5C5C5C5C5C5C5C
_SPACES = 0x2020202020202020
_UPPER_THREE = -0x1F1F1F1F1F1F1F20
#: Brackets nest at most this deep in a skipped value.
DEEPEST = 60


@helper
def skip_space(buf: Any, p: int) -> int:
    """The first position from ``p`` that is not JSON white space."""
    while True:
        c = byte(buf, p)
        if c != 32 and c != 10 and c != 13 and c != 9:
            return p
        p += 1


@helper
def special(w: int) -> int:
    """High bits of a word's quotes, backslashes and control characters; exact for the lowest one."""
    quote = w ^ _QUOTES
    slash = w ^ _SLASHES
    found = wadd(quote, -_ONES) & ~quote
    found |= wadd(slash, -_ONES) & ~slash
    found |= wadd(w, -_SPACES) & ~w
    return found & _HIGH


@helper
def string_end(buf: Any, p: int) -> int:
    """The position of the quote that closes the string whose first character is at ``p``, or ``~where``."""
    while True:
        found = special(load8(buf, p))
        if found == 0:
            p += 8
            continue
        p += shr(ctz(found), 3)
        c = byte(buf, p)
        if c == 34:
            return p
        if c != 92:
            return ~p
        p = skip_escape(buf, p)
        if p < 0:
            return p


@helper
def skip_escape(buf: Any, p: int) -> int:
    """The position behind the escape whose backslash is at ``p``, or ``~where``."""
    c = byte(buf, p + 1)
    if c == 34 or c == 92 or c == 47 or c == 98 or c == 102 or c == 110 or c == 114 or c == 116:
        return p + 2
    if c != 117:
        return ~(p + 1)
    for i in range(p + 2, p + 6):
        h = byte(buf, i)
        if not (48 <= h <= 57 or 97 <= h | 32 <= 102):
            return ~i
    return p + 6


@helper
def skip_number(buf: Any, p: int) -> int:
    """The position behind the number at ``p``, or ``~where``."""
    if byte(buf, p) == 45:
        p += 1
    first = p
    while 48 <= byte(buf, p) <= 57:
        p += 1
    if p == first or (p > first + 1 and byte(buf, first) == 48):
        return ~p
    if byte(buf, p) == 46:
        p += 1
        first = p
        while 48 <= byte(buf, p) <= 57:
            p += 1
        if p == first:
            return ~p
    if byte(buf, p) | 32 == 101:
        p, _ = read_exponent(buf, p + 1)
    return p


@helper
def skip_literal(buf: Any, p: int) -> int:
    """The position behind ``true``, ``false`` or ``null``, or ``~where``."""
    word = load8(buf, p)
    if word & 0xFFFFFFFF == 0x65757274 or word & 0xFFFFFFFF == 0x6C6C756E:
        return p + 4
    if word & 0xFFFFFFFFFF == 0x65736C6166:
        return p + 5
    return ~p


@helper
def skip_nested(buf: Any, p: int) -> int:
    """The position behind the array or object at ``p``, or ``~where``; see the module for what is checked."""
    kinds = 0  # one bit for each open bracket, the innermost lowest: 1 for an object
    depth = 0
    while True:
        w = load8(buf, p)
        # dull bytes lie in 0x20 to 0x3F and are no quotes: digits, signs, commas, colons, spaces
        quote = w ^ _QUOTES
        odd = (wadd(quote, -_ONES) & ~quote & _HIGH) | ((w & _UPPER_THREE) ^ _SPACES)
        if odd == 0:
            p += 8
            continue
        p += shr(ctz(odd), 3)
        c = byte(buf, p)
        if c == 91 or c == 123:
            kinds = shl(kinds, 1) | (c >> 5 & 1)
            depth += 1
            if depth > DEEPEST:
                return ~p
        elif c == 93 or c == 125:
            if kinds & 1 != c >> 5 & 1:
                return ~p
            kinds = shr(kinds, 1)
            depth -= 1
            if depth == 0:
                return p + 1
        elif c == 34:
            p = string_end(buf, p + 1)
            if p < 0:
                return p
        elif c < 32 and c != 10 and c != 13 and c != 9:
            return ~p
        p += 1


@helper
def skip_value(buf: Any, p: int) -> int:
    """The position behind the JSON value at ``p``, or ``~where``."""
    c = byte(buf, p)
    if c == 91 or c == 123:
        return skip_nested(buf, p)
    if c == 34:
        p = string_end(buf, p + 1)
        return p if p < 0 else p + 1
    if c == 45 or 48 <= c <= 57:
        return skip_number(buf, p)
    return skip_literal(buf, p)


@helper
def copy_bytes(buf: Any, p: int, end: int, out: Any, k: int) -> int:
    """Copy the bytes ``p`` to ``end`` to ``out[k]``; returns the next free index, 8 more being free, or NO_ROOM."""
    if k + (end - p) + 8 > len(out):
        return NO_ROOM
    stop = k + (end - p)
    while p < end:
        store8(out, k, load8(buf, p))
        p += 8
        k += 8
    return stop


@inlined
def copy_counts(buf: Any, p: int, out: Any, k: int) -> tuple[int, int]:
    """Copy the characters of an RLE string whose first one is at ``p`` to ``out[k]``, escapes of backslashes removed.

    Returns:
        The position behind the closing quote and the next free index; or ``~where``, or NO_ROOM, and 0. Other
        escapes, control characters and bytes beyond ASCII are not read.
    """
    room = len(out) - 8
    while True:
        if k > room:
            return NO_ROOM, 0
        w = load8(buf, p)
        store8(out, k, w)
        found = special(w) | (w & _HIGH)
        if found == 0:
            p += 8
            k += 8
            continue
        n = shr(ctz(found), 3)
        p += n
        k += n
        c = byte(buf, p)
        if c == 34:
            return p + 1, k
        if c != 92 or byte(buf, p + 1) != 92:
            return ~p, 0
        p += 2
        k += 1


@inlined
def keep_text(buf: Any, p: int, row: int, out: Any, offsets: Any) -> int:
    """Copy a string, with its quotes and escapes and a comma behind it, as the row's text."""
    if byte(buf, p) != 34:
        return ~p
    end = string_end(buf, p + 1)
    if end < 0:
        return end
    k = copy_bytes(buf, p, end + 1, out, at(offsets, row))
    if k < 0:
        return k
    put(out, k, 44)
    put(offsets, row + 1, k + 1)
    return end + 1


@inlined
def keep_extra(buf: Any, start: int, p: int, row: int, out: Any, offsets: Any) -> int:
    """Copy an unknown member, from its key to the end of its value at ``p``, behind the row's earlier ones."""
    end = skip_value(buf, p)
    if end < 0:
        return end
    while byte(buf, start) != 34:
        start += 1
    k = at(offsets, row + 1)
    if k > at(offsets, row):
        if k + 8 > len(out):
            return NO_ROOM
        put(out, k, 44)
        k += 1
    k = copy_bytes(buf, start, end, out, k)
    if k < 0:
        return k
    put(offsets, row + 1, k)
    return end
