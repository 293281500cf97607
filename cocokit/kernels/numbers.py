"""JSON numbers from bytes to float64, correctly rounded, and to int64.

The digits are read eight at a time. A decimal of up to 19 digits becomes a float64 by one or two 64-bit
multiplications with a 128-bit power of five, after D. Lemire, "Number parsing at a gigabyte per second" (2021), and
N. Mushtak and D. Lemire, "Fast number parsing without fallback" (2022). What is longer or has an extreme exponent is
noted as *hard*, with its place, and the caller gives that text to ``float()``.

Positions are byte offsets into a buffer that is padded with at least 32 NULs. A function that returns a position
returns ``~where`` (negative) when the text at ``where`` is not what it reads.
"""

from __future__ import annotations

from typing import Any

from ..compiled import helper, inlined
from .bits import at, byte, clz, ctz, f64_from_bits, load8, mulhi, put, shl, shr, ult, wadd, wmul

#: Decimal exponents for which the table has a power of five; the others are hard.
LOWEST, HIGHEST = -100, 60
#: Where the table's powers of five begin; before them lie 10**0 to 10**18, and 10**19 as the bits of an unsigned word.
FIVES = 20
#: An int literal of this magnitude or more is not read as a float: pycocotools computes with it as a Python int.
INT_LIMIT = 1 << 26
#: Returned instead of a position when an output array is full.
NO_ROOM = -(1 << 62)
#: Words of one note about a hard number: column, index in it, first byte and end of the text.
NOTE = 4

_ZEROS, _HIGH = 0x3030303030303030, -0x7F7F7F7F7F7F7F80
_PAIRS = 0x000000FF000000FF
_MINUS, _PLUS, _DOT, _ZERO, _E = 45, 43, 46, 48, 101


def table() -> list[int]:
    """Powers for the number readers, as signed 64-bit words.

    Returns:
        ``FIVES`` powers of ten, then two words (high, low) for each exponent from LOWEST to HIGHEST: the leading 128
        bits of 5**q, cut off for positive q, and for negative q rounded up where exact ties are possible (q >= -27).
    """
    words = [10**i for i in range(FIVES)]
    for q in range(LOWEST, HIGHEST + 1):
        power = 5 ** abs(q)
        if q < 0:
            bits = ((1 << ((power - 1).bit_length() + 127)) // power) + (q >= -27)
        else:
            bits = power << 128 >> power.bit_length()
        words += [bits >> 64, bits & ((1 << 64) - 1)]
    return [w - (1 << 64) if w >> 63 else w for w in words]


@helper
def digit_run(t: int) -> int:
    """How many of a word's bytes, from the lowest, are 0 to 9 (a word of text xor ``_ZEROS``)."""
    return shr(ctz((wadd(t, 0x7676767676767676) | t) & _HIGH), 3)


@helper
def eight_digits(t: int, n: int) -> int:
    """The number that the first ``n`` (0 to 8) bytes of a word of digit values spell."""
    half = 4 * (8 - n)  # two shifts, because one by 64 is undefined
    t = shl(shl(t, half), half)
    t = wadd(wmul(t, 10), shr(t, 8))
    return shr(wadd(wmul(t & _PAIRS, 0x000F424000000064), wmul(shr(t, 16) & _PAIRS, 0x0000271000000001)), 32)


@helper
def scaled(w: int, q: int, sign: int, tens: Any) -> float:
    """``w * 10**q``, correctly rounded.

    Args:
        w: unsigned 64-bit, every digit of the literal.
        q: from LOWEST to HIGHEST, so that the result is neither subnormal nor infinite.
        sign: 1 for a negative number.
        tens: int64 array of :func:`table`.
    """
    if w == 0:
        return f64_from_bits(shl(sign, 63))
    zeros = clz(w)
    w = shl(w, zeros)
    place = FIVES + 2 * (q - LOWEST)
    five = at(tens, place)
    high, low = mulhi(w, five), wmul(w, five)
    if high & 0x1FF == 0x1FF:  # a carry from the low half of the power may still change the rounding
        more = mulhi(w, at(tens, place + 1))
        low = wadd(low, more)
        if ult(low, more):
            high = wadd(high, 1)
    top = shr(high, 63)
    m = shr(high, top + 9)
    if ult(low, 2) and -4 <= q <= 23 and m & 3 == 1 and shl(m, top + 9) == high:
        m -= 1  # exactly between two floats: to the even one
    m = shr(m + (m & 1), 1)
    exponent = ((217706 * q) >> 16) + top - zeros + 1085  # 1085 + 1: bias, 63, and the leading bit that m adds
    return f64_from_bits(wadd(shl(exponent, 52), m) | shl(sign, 63))


@inlined
def read_usual(buf: Any, p: int, tens: Any, out: Any, k: int) -> int:
    """Read the number at ``p`` into ``out[k]`` if it is of the usual kind.

    Usual is an int of up to 7 digits, or 1 to 7 digits, a point and digits, up to 19 in all, without exponent.

    Returns:
        The position behind it; negative for anything else, which :func:`read_other` then reads.
    """
    w = load8(buf, p)
    sign = 0
    if w & 255 == _MINUS:
        sign = 1
        p += 1
        w = load8(buf, p)
    t = w ^ _ZEROS
    n = digit_run(t)
    if n == 0 or n == 8 or (n > 1 and t & 255 == 0):
        return -1
    if shr(w, 8 * n) & 255 != _DOT:
        if shr(w, 8 * n) & 0xDF == 69:
            return -1
        whole = eight_digits(t, n)
        put(out, k, float(-whole if sign else whole))
        return p + n
    behind = shl(-1, 8 * n)
    t = (t & ~behind) | ((load8(buf, p + 1) ^ _ZEROS) & behind)  # the digits without the point
    d = digit_run(t)
    head = eight_digits(t, d)
    if d < 8:
        if d == n or byte(buf, p + 1 + d) & 0xDF == 69:
            return -1
        value = float(head) / float(at(tens, d - n))  # both are exact, so this is correctly rounded
        put(out, k, -value if sign else value)
        return p + 1 + d
    u = load8(buf, p + 9) ^ _ZEROS
    v = load8(buf, p + 17) ^ _ZEROS
    a = digit_run(u)
    b = digit_run(v)
    b &= -(a >> 3)  # none unless a is 8; written so that it cannot become a branch, which would be guessed wrong
    d = 8 + a + b
    if d > 19 and (b == 8 or head >= at(tens, 27 - d)):
        return -1
    if byte(buf, p + 1 + d) & 0xDF == 69:
        return -1
    m = wadd(wmul(wadd(wmul(head, at(tens, a)), eight_digits(u, a)), at(tens, b)), eight_digits(v, b))
    put(out, k, scaled(m, n - d, sign, tens))
    return p + 1 + d


@helper
def read_other(buf: Any, p: int, tens: Any, out: Any, k: int, hard: Any, column: int) -> int:
    """Read any JSON number at ``p`` into ``out[k]``, or note it in ``hard`` for ``float()``.

    Args:
        buf: uint8, padded.
        tens: int64 array of :func:`table`.
        out: float64.
        hard: int64; ``hard[0]`` notes of ``NOTE`` words follow.
        column: goes into the note.

    Returns:
        The position behind the number, ``~where`` for a malformed one or an int of INT_LIMIT or more, or NO_ROOM.
    """
    start = p
    sign = 1 if byte(buf, p) == _MINUS else 0
    p += sign
    first = p
    m, digits, q, whole = 0, 0, 0, 1
    while True:
        c = byte(buf, p) - _ZERO
        if 0 <= c <= 9:
            if m != 0 or c != 0:
                digits += 1
            if digits <= 19:
                m = wadd(wmul(m, 10), c)
                q -= 1 - whole
            p += 1
        elif c == _DOT - _ZERO and whole == 1 and p > first:
            whole = 0
            p += 1
            first = p
        else:
            break
        if whole == 1 and p - first == 2 and byte(buf, first) == _ZERO:
            return ~first
    if p == first:
        return ~p
    if byte(buf, p) | 32 == _E:
        whole = 0
        p, power = read_exponent(buf, p + 1)
        if p < 0:
            return p
        q += power
    if whole == 1 and (digits > 8 or m >= INT_LIMIT):
        return ~p  # not where it starts: the chunk may end here, and a point follow in the next
    if digits <= 19 and LOWEST <= q <= HIGHEST:
        put(out, k, scaled(m, q, 0 if whole == 1 and m == 0 else sign, tens))
        return p
    return note_hard(hard, column, k, start, p)


@helper
def read_exponent(buf: Any, p: int) -> tuple[int, int]:
    """The position behind an exponent's sign and digits, and its value, at most a million either way."""
    negative = byte(buf, p) == _MINUS
    if negative or byte(buf, p) == _PLUS:
        p += 1
    first, power = p, 0
    while 0 <= byte(buf, p) - _ZERO <= 9:
        power = min(power * 10 + byte(buf, p) - _ZERO, 1000000)
        p += 1
    return (~p if p == first else p), (-power if negative else power)


@helper
def note_hard(hard: Any, column: int, k: int, start: int, end: int) -> int:
    """Note a number for ``float()``; returns ``end``, or NO_ROOM."""
    n = at(hard, 0)
    if 1 + (n + 1) * NOTE > len(hard):
        return NO_ROOM
    put(hard, 1 + n * NOTE, column)
    put(hard, 2 + n * NOTE, k)
    put(hard, 3 + n * NOTE, start)
    put(hard, 4 + n * NOTE, end)
    put(hard, 0, n + 1)
    return end


@inlined
def read_integer(buf: Any, p: int) -> tuple[int, int]:
    """An integer literal of up to 18 digits: its value and the position behind it (or ``~where``)."""
    negative = byte(buf, p) == _MINUS
    if negative:
        p += 1
    first = p
    t = load8(buf, p) ^ _ZEROS
    n = digit_run(t)
    value = eight_digits(t, n)
    if n == 0 or (n > 1 and t & 255 == 0):
        return 0, ~p
    p += n
    if n == 8:
        while 0 <= byte(buf, p) - _ZERO <= 9:
            value = wadd(wmul(value, 10), byte(buf, p) - _ZERO)
            p += 1
        if p - first > 18:
            return 0, ~p
    return (-value if negative else value), p
