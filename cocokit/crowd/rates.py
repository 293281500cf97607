"""What a few trials say about a rate: intervals, and when a worker can be judged."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cocokit.columns import Float64
from cocokit.errors import ParamsError
from cocokit.pipeline.intervals import Z95

_TINY = 1e-300


def wilson(successes: ArrayLike, trials: ArrayLike, z: float = Z95) -> tuple[Float64, Float64]:
    """Wilson's interval for a rate: (...,) lower and (...,) upper ends; 0 and 1 where nothing was tried.

    E. B. Wilson: Probable inference, the law of succession, and statistical inference, JASA 22 (1927).

    Args:
        successes: (...,) how often it was right.
        trials: (...,) how often it was tried.
        z: half the width in standard deviations.

    >>> [tuple(round(float(end), 2) for end in wilson(s, n)) for s, n in ((3, 4), (36, 40), (0, 0))]
    [(0.3, 0.95), (0.77, 0.96), (0.0, 1.0)]
    """
    s, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    safe = np.maximum(n, 1)
    p = s / safe
    below = 1 + z * z / safe
    middle = (p + z * z / (2 * safe)) / below
    half = z / below * np.sqrt(p * (1 - p) / safe + z * z / (4 * safe * safe))
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    low = np.where((n > 0) & (s > 0), low, 0.0)  # exact at the ends, where rounding would leave 1e-17
    return low, np.where((n > 0) & (s < n), high, 1.0)


def below(successes: float, trials: float, floor: float, prior: tuple[float, float] = (1.0, 1.0)) -> float:
    """The posterior that a rate is below ``floor``, 0 to 1.

    Args:
        successes: how often it was right.
        trials: how often it was tried.
        floor: the rate to be judged by.
        prior: Beta parameters before the first trial; (1, 1) knows nothing.

    Raises:
        ParamsError: the counts or the floor cannot be.

    >>> round(below(0, 3, 0.5), 4), round(below(19, 20, 0.5), 6)
    (0.9375, 1e-05)
    """
    if not 0 <= successes <= trials:
        raise ParamsError("successes", successes, f"of {trials} trials between 0 and {trials} can be right")
    if not 0 <= floor <= 1:
        raise ParamsError("floor", floor, "give a rate between 0 and 1")
    return _beta(floor, prior[0] + successes, prior[1] + trials - successes)


def judged(successes: float, trials: float, floor: float, sure: float = 0.95) -> bool | None:
    """True if the rate is surely at least ``floor``, False if it is surely below, None as long as neither is sure.

    >>> judged(3, 4, 0.5), judged(19, 20, 0.5), judged(0, 5, 0.5)
    (None, True, False)
    """
    chance = below(successes, trials, floor)
    return False if chance >= sure else True if chance <= 1 - sure else None


def _beta(x: float, a: float, b: float) -> float:
    """The distribution function of Beta(a, b) at x, by its continued fraction (Numerical Recipes, 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)  # where the fraction converges fast
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    c, d, value, m, change = 1.0, 0.0, 1.0, 0, 0.0
    while abs(change - 1) > 1e-15 and m < 100_000:
        half, even = divmod(m, 2)
        if even:
            step = -(a + half) * (a + b + half) * x / ((a + m - 1) * (a + m)) if m > 0 else 1.0
        else:
            step = half * (b - half) * x / ((a + m - 1) * (a + m)) if m > 0 else 1.0
        d = 1 / _nonzero(1 + step * d)
        c = _nonzero(1 + step / c)
        value, change, m = value * c * d, c * d, m + 1
    return front * (value - 1) / a


def _nonzero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY
