"""Lists of parsed JSON values to typed columns; a value that does not fit is reported by its index, not raised.

Each function returns the column and the indices of the rows that hold something else; the caller knows the file and
says so. ``None`` stands for an absent value and becomes zero. NumPy scalars, tuples and arrays count as what they
hold, so that the same functions take data that were never JSON.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .columns import Float64, Int64, Ragged, UInt8, offsets_of

_MIN, _MAX = -(2**63), 2**63 - 1
_EXACT = 2.0**53


def integer(value: Any) -> int | None:
    """The int64 that a value stands for (``1.0`` is 1), or None: bool, string, fraction, beyond 64 bits."""
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (float, np.floating)):
        return integer(int(value)) if float(value).is_integer() else None
    if isinstance(value, (int, np.integer)):
        whole = int(value)
        return whole if _MIN <= whole <= _MAX else None
    return None


def number(value: Any) -> float | None:
    """The float64 that a value stands for, or None: bool, string, an integer that float64 cannot hold exactly."""
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        whole = int(value)
        return float(whole) if _fits(whole) else None
    return None


def sequence(value: Any) -> Sequence[Any] | None:
    """A list, a tuple, or an array's content as a list; None for anything else."""
    if isinstance(value, (list, tuple)):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value if isinstance(value, list) else None


def integers(values: Sequence[Any]) -> tuple[Int64, list[int]]:
    """(N,) int64 with 0 for None, and the indices of values that are no integers."""
    if set(map(type, values)) <= {int}:
        try:
            return np.array(values, dtype=np.int64), []
        except OverflowError:
            pass  # the value by value path below finds the place
    return _one_by_one(values, integer, np.int64)


def floats(values: Sequence[Any]) -> tuple[Float64, list[int]]:
    """(N,) float64 with 0 for None, and the indices of values that are no numbers."""
    if set(map(type, values)) <= {float}:
        return np.array(values, dtype=np.float64), []
    return _one_by_one(values, number, np.float64)


def flags(values: Sequence[Any]) -> tuple[UInt8, list[int]]:
    """(N,) uint8, 1 for any number but zero and for true, and the indices of values that are neither."""
    return _one_by_one(values, _flag, np.uint8)


def strings(values: Sequence[Any]) -> tuple[None, list[int]]:
    """The indices of values that are neither strings nor None; strings need no other column than their list."""
    return None, [i for i, value in enumerate(values) if value is not None and not isinstance(value, str)]


def float_rows(rows: Sequence[Sequence[Any]]) -> tuple[Ragged, list[int]]:
    """Ragged float64 of N rows, and the indices of rows that hold something that is no number."""
    flat = list(itertools.chain.from_iterable(rows))
    kinds = set(map(type, flat))
    if kinds <= {int, float}:
        try:
            values = np.array(flat, dtype=np.float64)
        except OverflowError:
            values = np.full(1, np.inf)
        if int not in kinds or not (np.abs(values) > _EXACT).any():
            return Ragged(values, offsets_of(map(len, rows))), []
    return _rows_one_by_one(rows, number, np.float64)


def integer_rows(rows: Sequence[Sequence[Any]]) -> tuple[Ragged, list[int]]:
    """Ragged int64 of N rows, and the indices of rows that hold something that is no integer."""
    flat = list(itertools.chain.from_iterable(rows))
    values, bad = integers(flat)
    if not bad and None not in flat:
        return Ragged(values, offsets_of(map(len, rows))), []
    return _rows_one_by_one(rows, integer, np.int64)


def _fits(value: int) -> bool:
    try:
        return abs(value) <= 2**53 or int(float(value)) == value
    except OverflowError:
        return False


def _flag(value: Any) -> int | None:
    if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
        return int(bool(value))
    return None


def _one_by_one(values: Sequence[Any], convert: Callable[[Any], Any], dtype: Any) -> tuple[Any, list[int]]:
    column = np.zeros(len(values), dtype)
    bad = []
    for i, value in enumerate(values):
        if value is None:
            continue
        made = convert(value)
        if made is None:
            bad.append(i)
        else:
            column[i] = made
    return column, bad


def _rows_one_by_one(
    rows: Sequence[Sequence[Any]], convert: Callable[[Any], Any], dtype: Any
) -> tuple[Ragged, list[int]]:
    made = [[convert(value) for value in row] for row in rows]
    bad = [i for i, row in enumerate(made) if None in row]
    flat = [0 if value is None else value for value in itertools.chain.from_iterable(made)]
    return Ragged(np.array(flat, dtype=dtype), offsets_of(map(len, rows))), bad
