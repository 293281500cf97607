"""Kernels run uncompiled, and every index, shift and conversion in them is checked."""

from __future__ import annotations

from typing import Any

import pytest

from cocokit import compiled
from cocokit.kernels import bits

_MASK = (1 << 64) - 1


def guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arm the checks until the test ends: IndexError where compiled code would leave an array, or be undefined."""
    compiled._import_kernels(compiled.MODULES)
    monkeypatch.setattr(compiled, "_chosen", compiled._Plain())
    for kernel in compiled.KERNELS.values():
        monkeypatch.setattr(kernel, "_run", None)
    for checked in (at, put, load8, store8, byte, shl, shr, trunc):
        # The kernels hold these functions by reference, so the code inside is what changes.
        monkeypatch.setattr(getattr(bits, checked.__name__), "__code__", checked.__code__)


# The bodies below run with the globals of cocokit.kernels.bits.


def at(a: Any, i: int) -> Any:
    if not 0 <= i < len(a):
        raise IndexError(f"reads {i} of {len(a)}")
    return a[i]


def put(a: Any, i: int, value: Any) -> None:
    if not 0 <= i < len(a):
        raise IndexError(f"writes {i} of {len(a)}")
    a[i] = value


def load8(a: Any, i: int) -> int:
    if not 0 <= i <= len(a) - 8:
        raise IndexError(f"reads 8 from {i} of {len(a)}")
    return int.from_bytes(a[i : i + 8], "little", signed=True)


def store8(a: Any, i: int, x: int) -> None:
    if not 0 <= i <= len(a) - 8:
        raise IndexError(f"writes 8 from {i} of {len(a)}")
    a[i : i + 8] = (x & _MASK).to_bytes(8, "little")


def byte(a: Any, i: int) -> int:
    if not 0 <= i < len(a):
        raise IndexError(f"reads {i} of {len(a)}")
    return int(a[i])


def shl(x: int, n: int) -> int:
    if not 0 <= n < 64:
        raise IndexError(f"shifts left by {n}")
    return _signed(x << n)  # type: ignore[name-defined]  # noqa: F821


def shr(x: int, n: int) -> int:
    if not 0 <= n < 64:
        raise IndexError(f"shifts right by {n}")
    return _signed((x & _MASK) >> n)  # type: ignore[name-defined]  # noqa: F821


def trunc(x: float) -> int:
    if not abs(x) < 2.0**63:
        raise IndexError(f"makes an integer of {x}")
    return int(x)
