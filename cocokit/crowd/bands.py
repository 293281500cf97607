"""Numbers with bands: how far each would move with other images of the same sort."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cocokit.columns import Float64

#: Draws of a bootstrap, and the share of them inside a band.
DRAWS, LEVEL = 500, 0.95


@dataclass(frozen=True, slots=True)
class Band:
    """A number, and between which ends it lies in 95 of 100 draws of images with replacement; NaN where there is none.

    Attributes:
        value: of all images.
        low, high: the ends.
    """

    value: float
    low: float
    high: float

    def json(self) -> list[float | None]:
        """``[value, low, high]``, rounded to six digits; null for NaN."""
        return [None if math.isnan(v) else round(v, 6) for v in (self.value, self.low, self.high)]


#: Where nothing was measured.
NOTHING = Band(math.nan, math.nan, math.nan)


def ratio(parts: Iterable[tuple[int, float, float]], seed: int) -> Band:
    """A share of sums, such as a recall.

    Args:
        parts: (unit, part, whole): what is drawn together, such as an image, and what it adds above and below the line.
        seed: of the draws.

    >>> ratio([(1, 3, 4), (2, 4, 4)], seed=0).value
    0.875
    """
    rows = list(parts)
    above, below = (_sums([(row[0], row[at]) for row in rows]) for at in (1, 2))
    if not below.sum():
        return NOTHING
    times = _times(len(below), seed)
    drawn_above, drawn_below = times @ above, times @ below
    kept = drawn_below > 0
    return _band(float(above.sum() / below.sum()), drawn_above[kept] / drawn_below[kept])


def total(parts: Iterable[tuple[int, float]], seed: int) -> Band:
    """A sum, such as a cost, of (unit, value).

    >>> total([(1, 3.0), (2, 3.0)], seed=0)
    Band(value=6.0, low=6.0, high=6.0)
    """
    sums = _sums(list(parts))
    return _band(float(sums.sum()), _times(len(sums), seed) @ sums) if len(sums) else NOTHING


def _sums(rows: Sequence[tuple[int, float]]) -> Float64:
    """(U,) sums of the values of each unit."""
    if not rows:
        return np.zeros(0)
    _, index = np.unique(np.array([unit for unit, _ in rows], np.int64), return_inverse=True)
    return np.asarray(np.bincount(index, np.array([value for _, value in rows], np.float64)), np.float64)


@lru_cache(8)
def _times(units: int, seed: int) -> Float64:
    """(DRAWS, units) how often each unit is in each draw."""
    chance = np.random.default_rng([seed, 5])
    return chance.multinomial(units, np.full(units, 1 / units), DRAWS).astype(np.float64)


def _band(value: float, drawn: Float64) -> Band:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return Band(value, low, high)
