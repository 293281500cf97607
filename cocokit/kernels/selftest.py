"""A kernel that uses every intrinsic once: the known answer that a fresh object must give."""

from __future__ import annotations

from typing import Any

from ..compiled import kernel
from .bits import (
    at,
    clz,
    ctz,
    f64_from_bits,
    f64_to_bits,
    fdiv,
    load8,
    mulhi,
    popcount,
    put,
    shl,
    shr,
    trunc,
    ult,
    wadd,
    wmul,
)


@kernel("i8 u1[:]")
def selftest(seed: int, scratch: Any) -> int:
    """A checksum over all operations of :mod:`cocokit.kernels.bits`.

    Args:
        seed: any int64.
        scratch: (64,) uint8 zeros, overwritten.
    """
    x = seed
    total = 0
    for i in range(100):
        x = wadd(wmul(x, 6364136223846793005), 1442695040888963407)
        total = wadd(total, mulhi(x, total) ^ shr(x, 7) ^ shl(x, 5))
        total = wadd(total, ctz(x) + 3 * clz(shr(x, 20)) + 5 * popcount(x))
        if ult(x, total):
            total = wadd(total, 1)
        part = fdiv(float(shr(x, 12)), float(shr(total, 40) + 1))
        total = wadd(total, f64_to_bits(part) ^ trunc(part * 0.5))
        total = wadd(total, trunc(f64_from_bits(shr(x, 12) | 4607182418800017408) * 1024.0))
        put(scratch, i % 56, shr(x, 30) & 255)
        total = wadd(total, load8(scratch, (7 * i) % 56) ^ at(scratch, (3 * i) % 56))
    return total
