"""Integers as a processor sees them: wrapping, unsigned and bit-counting operations on int64.

Each function here is the plain twin of an intrinsic in :mod:`cocokit.compiled`: uncompiled code runs these
lines, compiled code runs one or two instructions. Every integer is a signed 64-bit value; the functions that say
*unsigned* read its bits as an unsigned one. Numba would turn int64 mixed with uint64 into float64, so no
unsigned type appears in a kernel.
"""

from __future__ import annotations

import math
import struct
from typing import Any

_MASK = (1 << 64) - 1


def _signed(x: int) -> int:
    x &= _MASK
    return x - (1 << 64) if x >> 63 else x


def at(a: Any, i: int) -> Any:
    """``a[i]`` for an index known to be in range (no negative indices, no check)."""
    return a[i]


def put(a: Any, i: int, value: Any) -> None:
    """``a[i] = value`` for an index known to be in range."""
    a[i] = value


def load8(a: Any, i: int) -> int:
    """Eight bytes of a uint8 array from ``i``, little-endian, as int64; the caller pads the array."""
    return int.from_bytes(a[i : i + 8], "little", signed=True)


def store8(a: Any, i: int, x: int) -> None:
    """Write an int64 as eight bytes into a uint8 array from ``i``, little-endian; there must be room for them."""
    a[i : i + 8] = (x & _MASK).to_bytes(8, "little")


def byte(a: Any, i: int) -> int:
    """One byte of a uint8 array as int64, so that no unsigned type meets a signed one."""
    return int(a[i])


def shr(x: int, n: int) -> int:
    """Logical shift right by 0 to 63 places."""
    return _signed((x & _MASK) >> n)


def shl(x: int, n: int) -> int:
    """Shift left by 0 to 63 places, bits beyond the 64th dropped."""
    return _signed(x << n)


def ctz(x: int) -> int:
    """Number of trailing zero bits; 64 for zero."""
    return 64 if x == 0 else (x & -x).bit_length() - 1


def clz(x: int) -> int:
    """Number of leading zero bits; 64 for zero."""
    return 64 - (x & _MASK).bit_length()


def popcount(x: int) -> int:
    """Number of one bits."""
    return (x & _MASK).bit_count()


def wadd(a: int, b: int) -> int:
    """Sum modulo 2**64."""
    return _signed(a + b)


def wmul(a: int, b: int) -> int:
    """Low 64 bits of the product."""
    return _signed(a * b)


def mulhi(a: int, b: int) -> int:
    """High 64 bits of the unsigned 128-bit product."""
    return _signed(((a & _MASK) * (b & _MASK)) >> 64)


def ult(a: int, b: int) -> bool:
    """Unsigned ``a < b``."""
    return (a & _MASK) < (b & _MASK)


def f64_from_bits(x: int) -> float:
    """The float64 whose bits are ``x``."""
    return float(struct.unpack("<d", struct.pack("<q", x))[0])


def f64_to_bits(x: float) -> int:
    """The bits of a float64 as int64."""
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def fdiv(a: float, b: float) -> float:
    """IEEE division: infinities and NaN instead of an exception."""
    if b != 0.0:
        return a / b
    if a == 0.0 or a != a or b != b:
        return math.nan
    return math.copysign(math.inf, math.copysign(1.0, a) * math.copysign(1.0, b))


def trunc(x: float) -> int:
    """A float64 of magnitude below 2**63 towards zero, as C's ``(int64_t)x``."""
    return int(x)
