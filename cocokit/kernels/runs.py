"""Run-length masks: reading and writing counts, area and box, intersection and union.

A mask is an alternating list of runs, column-major, background first. The kernels hold it as its *ends*: ``ends[i]``
is the number of the pixel at which run ``i`` ends, modulo 2**32, so that run ``i`` is ``ends[i] - ends[i - 1]`` long
and the foreground intervals are ``ends[0]..ends[1]``, ``ends[2]..ends[3]`` and so on. Nothing is lost by that, not
even for damaged masks, and two masks are intersected without adding up anything.

The numbers are those of pycocotools 2.0.11, for damaged text too (PARITY G1 to G5, I1, X11); where its C code would
read beyond the text or never return, these kernels stop.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, kernel
from .bits import at, put, shl

#: Status of a mask: good; good but with empty inner runs; runs that do not sum to the image; characters outside
#: ``0`` to ``o``; text that ends inside a number.
OK, EMPTY_RUNS, WRONG_SUM, BAD_CHARACTERS, TRUNCATED = 0, 1, 2, 3, 4

U32 = 0xFFFFFFFF
_SIGN = 0x80000000


@helper
def _int32(x: int) -> int:
    """The low 32 bits as a signed number: what C's int keeps of a shift that overflows."""
    return ((x & U32) ^ _SIGN) - _SIGN


@helper
def _any_count(text: Any, p: int, stop: int) -> Any:
    """The number at ``p`` exactly as C reads it, however odd: (number, next position, status)."""
    x, k, status, more = 0, 0, 0, 32
    while more != 0:
        c = -48
        if p < stop:
            c = at(text, p) - 48
            if (c & -64) != 0 and status == 0:
                status = BAD_CHARACTERS
        else:
            status = TRUNCATED
        x |= _int32(shl(c & 31, 5 * k & 31))
        more = c & 32
        p += 1
        k += 1
        if more == 0 and (c & 16) != 0:
            x |= _int32(shl(-1, 5 * k & 31))
    return x, p, status


@helper
def _usual_count(text: Any, p: int, stop: int) -> Any:
    """The number at ``p`` (below ``stop``): (number, next position), or position -1 if it is odd in any way."""
    c = at(text, p) - 48
    p += 1
    if (c & -32) == 0:
        return (c ^ 16) - 16, p
    if (c & -64) != 0:
        return 0, -1
    x, k = c & 31, 5
    while (c & 32) != 0:
        if p >= stop or k > 25:
            return 0, -1
        c = at(text, p) - 48
        if (c & -64) != 0:
            return 0, -1
        x |= shl(c & 31, k)
        p += 1
        k += 5
    if (c & 16) != 0:
        x -= shl(1, k)
    return x, p


@helper
def number(a: Any, i: int) -> int:
    """``a[i]`` of an unsigned array, as a signed number that others can be taken from."""
    return int(0 + at(a, i))


@helper
def text_to_ends(text: Any, p: int, stop: int, ends: Any, o: int) -> Any:
    """Write the ends of one compressed mask from ``ends[o]`` (at most one per character): (number, status)."""
    m, total, before, last, status = 0, 0, 0, 0, 0
    while p < stop:
        c = at(text, p) - 48
        if (c & -32) == 0:
            x = (c ^ 16) - 16
            p += 1
        elif c == -48:
            status = max(status, BAD_CHARACTERS)  # a NUL ends a string of C
            break
        else:
            x, p, odd = _any_count(text, p, stop)
            status = max(status, odd)
        if m > 2:
            x += before
        x &= U32
        before = last
        last = x
        total = (total + x) & U32
        put(ends, o + m, total)
        m += 1
    return m, status


@helper
def ends_box(ends: Any, first: int, m: int, h: int, w: int, box: Any, o: int) -> int:
    """Write [x, y, w, h] px of a mask at ``box[o]`` as rleToBbox gives it; its area modulo 2**32 comes back.

    A mask of empty foreground runs has the box that unsigned arithmetic gives: [w, h, 2**32 + 1 - w, 2**32 + 1 - h].
    """
    area, x, base = 0, 0, 0
    left, top, right, bottom = w, h, 0, 0
    if m < 2 or h <= 0:
        left, top, right, bottom = 0, 0, -1, -1
    for j in range(first + 1, first + m, 2):
        start = number(ends, j - 1)
        stop = number(ends, j)
        area += (stop - start) & U32
        if start == stop or h <= 0:
            continue
        if base + h <= start < base + 2 * h:
            base += h
            x += 1
        elif start < base or start >= base + h:
            x = start // h
            base = x * h
        stop = (stop - 1) & U32
        end_x = x
        low = start - base
        high = stop - base
        if high < 0 or high >= h:
            end_x = stop // h
            high = stop - end_x * h
        if x < end_x:
            low = 0
            high = h - 1
        left = min(left, x)
        right = max(right, end_x)
        top = min(top, low)
        bottom = max(bottom, high)
    put(box, o, float(left))
    put(box, o + 1, float(top))
    put(box, o + 2, float((right - left + 1) & U32))
    put(box, o + 3, float((bottom - top + 1) & U32))
    return area & U32


@helper
def ends_status(ends: Any, first: int, m: int, pixels: int) -> Any:
    """(sum of the runs, status OK, EMPTY_RUNS or WRONG_SUM) of a mask on an image of so many pixels."""
    total, before, empty = 0, 0, 0
    for j in range(first, first + m):
        end = number(ends, j)
        run = (end - before) & U32
        before = end
        total += run
        if run == 0 and j > first:
            empty = 1
    if total != pixels:
        return total, WRONG_SUM
    return total, empty


@helper
def _usual_text(text: Any, p: int, stop: int, h: int, w: int, box: Any, o: int) -> int:
    """Area and box of a well-formed text without storing its runs; -1 for a text that needs a closer look.

    Nearly every number is one or two characters long; these are read here, because a call for each costs more than
    all the rest.
    """
    first, p = _usual_count(text, p, stop)
    if p < 0 or first < 0 or p >= stop:
        return -1
    x = first // h
    y = first - x * h
    area, fore, back, signs = 0, 0, 0, 0
    left, top, right, bottom = x, h, x, 0
    while p < stop:
        c = at(text, p) - 48
        if (c & -32) == 0:
            fore += (c ^ 16) - 16
            p += 1
        elif p + 1 < stop and (c & -64) == 0 and ((at(text, p + 1) - 48) & -32) == 0:
            fore += (c & 31) + 32 * (((at(text, p + 1) - 48) ^ 16) - 16)
            p += 2
        else:
            step, p = _usual_count(text, p, stop)
            if p < 0:
                return -1
            fore += step
        signs |= fore - 1
        area += fore
        top = min(top, y)
        y += fore
        if y > h:
            columns = (y - 1) // h
            x += columns
            y -= columns * h
            top = 0
            bottom = h
        bottom = max(bottom, y)
        right = x
        if p >= stop:
            break
        c = at(text, p) - 48
        if (c & -32) == 0:
            back += (c ^ 16) - 16
            p += 1
        elif p + 1 < stop and (c & -64) == 0 and ((at(text, p + 1) - 48) & -32) == 0:
            back += (c & 31) + 32 * (((at(text, p + 1) - 48) ^ 16) - 16)
            p += 2
        else:
            step, p = _usual_count(text, p, stop)
            if p < 0:
                return -1
            back += step
        signs |= back - 1
        y += back
        if y >= h:
            x += 1
            y -= h
            if y >= h:
                columns = y // h
                x += columns
                y -= columns * h
    if signs < 0 or x * h + y != h * w:
        return -1
    put(box, o, float(left))
    put(box, o + 1, float(top))
    put(box, o + 2, float(right - left + 1))
    put(box, o + 3, float(bottom - top))
    return area


@kernel("u1[:] i8[:] i8[:] i8 i8[:] u4[:] f8[:] f8[:] i8[:] u1[:]")
def measure_texts(text, offsets, rows, n, size, spare, area, box, total, status):
    """Area, box, sum of runs and status of compressed masks, in one pass over their text.

    ``text`` and ``offsets`` are the characters of all masks and where each begins; ``rows[:n]`` are the masks to
    measure; ``size`` is (2N,) height and width of each, px; ``spare`` is scratch as long as the longest text. ``area``
    (N,), ``box`` (4N,), ``total`` (N,) and ``status`` (N,) are written at ``rows``. How many masks are not OK comes
    back.
    """
    odd = 0
    for i in range(n):
        r = at(rows, i)
        h = at(size, 2 * r)
        w = at(size, 2 * r + 1)
        p = at(offsets, r)
        stop = at(offsets, r + 1)
        found = -1
        if p < stop and h > 0:
            found = _usual_text(text, p, stop, h, w, box, 4 * r)
        if found >= 0:
            put(area, r, float(found))
            put(total, r, h * w)
            put(status, r, 0)
            continue
        m, trouble = text_to_ends(text, p, stop, spare, 0)
        put(area, r, float(ends_box(spare, 0, m, h, w, box, 4 * r)))
        summed, state = ends_status(spare, 0, m, h * w)
        state = max(state, trouble)
        put(total, r, summed)
        put(status, r, state)
        odd += min(state, 1)
    return odd


@kernel("u4[:] i8[:] i8[:] i8 i8 i8[:] f8[:] f8[:] i8[:] u1[:]")
def measure_ends(ends, offsets, rows, first, n, size, area, box, total, status):
    """The same for decoded masks: mask ``i`` of ``first`` to ``first + n`` has row ``rows[i]`` of the other arrays."""
    odd = 0
    for i in range(first, first + n):
        r = at(rows, i)
        h = at(size, 2 * r)
        w = at(size, 2 * r + 1)
        p = at(offsets, i)
        m = at(offsets, i + 1) - p
        put(area, r, float(ends_box(ends, p, m, h, w, box, 4 * r)))
        summed, state = ends_status(ends, p, m, h * w)
        put(total, r, summed)
        put(status, r, state)
        odd += min(state, 1)
    return odd


@kernel("u1[:] i8[:] i8[:] i8 u4[:] i8[:] u1[:]")
def decode_texts(text, offsets, rows, n, ends, ends_offsets, status):
    """Ends of the compressed masks ``rows[:n]``, one after the other; how many there are comes back.

    ``ends`` has room for one number per character; ``ends_offsets`` (n + 1,) and ``status`` (n,), which is OK,
    BAD_CHARACTERS or TRUNCATED, are written.
    """
    o = 0
    put(ends_offsets, 0, 0)
    for i in range(n):
        r = at(rows, i)
        m, state = text_to_ends(text, at(offsets, r), at(offsets, r + 1), ends, o)
        o += m
        put(ends_offsets, i + 1, o)
        put(status, i, state)
    return o


@kernel("u4[:] i8[:] i8 u1[:] i8[:]")
def encode_texts(ends, offsets, n, text, text_offsets):
    """Compressed text of decoded masks; ``text`` has room for seven characters per run. Returns the length."""
    o = 0
    put(text_offsets, 0, 0)
    for i in range(n):
        first = at(offsets, i)
        before, last, end = 0, 0, 0
        for j in range(first, at(offsets, i + 1)):
            run = (number(ends, j) - end) & U32
            end = number(ends, j)
            x = run
            if j > first + 2:
                x -= before
            before = last
            last = run
            more = 1
            while more != 0:
                c = x & 31
                x >>= 5
                more = 0
                if ((c & 16) != 0 and x != -1) or ((c & 16) == 0 and x != 0):
                    more = 1
                    c |= 32
                put(text, o, c + 48)
                o += 1
        put(text_offsets, i + 1, o)
    return o
