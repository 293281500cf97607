"""Ranges of a number as people write them: ``>=1024``, ``32..96``, ``small``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..columns import Bools, Float64
from ..errors import ParamsError

_NUMBER = r"(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)"
_ORDER = re.compile(rf"(<=|>=|<|>|=)\s*{_NUMBER}")
_BETWEEN = re.compile(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}")


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``low`` to ``high``; an end belongs to it if it is closed."""

    low: float = -np.inf
    high: float = np.inf
    low_closed: bool = True
    high_closed: bool = True

    def has(self, values: Float64) -> Bools:
        """(N,) bool: which of the (N,) values lie in it; NaN lies nowhere."""
        above = values >= self.low if self.low_closed else values > self.low
        below = values <= self.high if self.high_closed else values < self.high
        return np.asarray(above & below)


#: The areas, px^2, that COCO's evaluation calls by these names; both ends belong to each, as there.
SIZES = {"small": Range(0, 32.0**2), "medium": Range(32.0**2, 96.0**2), "large": Range(96.0**2, 1e10)}


def parse_range(text: str, field: str = "range") -> Range:
    """A range of words.

    Args:
        text: ``<A``, ``<=A``, ``>A``, ``>=A``, ``=A``, or ``A..B`` with both ends.
        field: what it is for, for the message.

    Raises:
        ParamsError: none of these.

    >>> parse_range("32..96")
    Range(low=32.0, high=96.0, low_closed=True, high_closed=True)
    >>> parse_range("<0.5").has(np.array([0.4, 0.5])).tolist()
    [True, False]
    """
    word = text.strip()
    if found := _BETWEEN.fullmatch(word):
        low, high = float(found[1]), float(found[2])
        if low <= high:
            return Range(low, high)
    elif found := _ORDER.fullmatch(word):
        value, sign = float(found[2]), found[1]
        closed = "=" in sign
        if sign == "=":
            return Range(value, value)
        return Range(high=value, high_closed=closed) if "<" in sign else Range(low=value, low_closed=closed)
    raise ParamsError(field, text, "write <A, <=A, >A, >=A, =A, or A..B")


def parse_area(text: str, field: str = "area") -> Range:
    """A range of areas, px^2: small, medium, large, or as :func:`parse_range`. Raises ParamsError.

    >>> parse_area("small").high
    1024.0
    """
    return SIZES.get(text.strip().lower()) or parse_range(text, field)
