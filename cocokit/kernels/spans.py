"""Where each record of a JSON array begins and ends, in bytes: nothing of it is read."""

from __future__ import annotations

from typing import Any

from ..compiled import kernel
from .bits import at, byte, put
from .scan import END, ENDED, FULL, MORE, ODD, POSITION, ROWS
from .text import skip_space, skip_value

_NEAR = 16


@kernel("u1[:] i8[:] i8 i8[:] i8[:]")
def find_spans(buf: Any, state: Any, base: int, starts: Any, ends: Any) -> int:
    """Note the places of the objects of an array that a chunk holds to their ends.

    Args:
        buf: uint8, the chunk, and at least 64 NULs from ``state[END]``.
        state: int64, as for :func:`cocokit.kernels.scan.scan_records`; position (behind the bracket, or behind an
            object) and rows are brought up to date.
        base: where in the file the chunk begins, bytes.
        starts, ends: int64 (R,), positions in the file of an object's first byte, and behind its last.

    Returns:
        ENDED behind the closing bracket, MORE if the next object is not whole, FULL if there is no room, or ODD (also
        for a value that is no object).
    """
    p = at(state, POSITION)
    row = at(state, ROWS)
    near = at(state, END) - _NEAR
    status = FULL
    while row < len(starts):
        q = skip_space(buf, p)
        if byte(buf, q) == 93 and q < at(state, END):
            p = q + 1
            status = ENDED
            break
        if row > 0 and byte(buf, q) == 44:
            q = skip_space(buf, q + 1)
        end = skip_value(buf, q) if byte(buf, q) == 123 else ~q
        if end < 0:
            status = MORE if ~end >= near else ODD
            break
        put(starts, row, base + q)
        put(ends, row, base + end)
        row += 1
        p = end
    put(state, POSITION, p)
    put(state, ROWS, row)
    return status
