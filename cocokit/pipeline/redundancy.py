"""When to stop asking: the posterior of a yes-or-no question after so many answers (PROTOCOL 10.10).

The workers are taken to be equally good and independent, so only two numbers of the answers matter, and the order in
which they came does not.
"""

from __future__ import annotations

import math

from ..errors import ParamsError


def present(named: int, asked: int, sensitivity: float, specificity: float, prior: float) -> float:
    """The posterior that something is there, after ``named`` of ``asked`` workers said so: 0 to 1.

    Args:
        named: how many said yes.
        asked: how many answered.
        sensitivity: how often a worker says yes where it is there.
        specificity: how often a worker says no where it is not.
        prior: how often it is there.

    Raises:
        ParamsError: a rate is not between 0 and 1, or more workers said yes than answered.

    >>> round(present(2, 2, 0.5, 0.9, 0.25), 3), round(present(0, 2, 0.5, 0.9, 0.25), 3)
    (0.893, 0.093)
    """
    rates = {"sensitivity": sensitivity, "specificity": specificity, "prior": prior}
    for field, rate in rates.items():
        if not 0.0 <= rate <= 1.0:
            raise ParamsError(field, rate, "give a rate between 0 and 1")
    if not 0 <= named <= asked:
        raise ParamsError("named", named, f"of {asked} workers between 0 and {asked} can have said yes")
    there = _log(prior) + _times(named, sensitivity) + _times(asked - named, 1 - sensitivity)
    absent = _log(1 - prior) + _times(named, 1 - specificity) + _times(asked - named, specificity)
    if max(there, absent) == -math.inf:
        return prior  # answers that the rates call impossible teach nothing
    return 1 / (1 + math.exp(min(absent - there, 700.0))) if there > -math.inf else 0.0


def enough(
    named: int, asked: int, sensitivity: float, specificity: float, prior: float, posterior: float, floor: int,
) -> bool:  # fmt: skip
    """Whether the answers suffice: at least ``floor`` of them, and one outcome at least as likely as ``posterior``.

    Args and errors are those of :func:`present`; and

    Args:
        named, asked, sensitivity, specificity, prior: as there.
        posterior: how sure is sure enough, such as 0.99.
        floor: answers without which nothing is settled.

    >>> enough(0, 3, 0.7, 0.98, 0.05, 0.99, floor=3), enough(1, 3, 0.7, 0.98, 0.05, 0.99, floor=3)
    (True, False)
    """
    if asked < floor:
        return False
    there = present(named, asked, sensitivity, specificity, prior)
    return max(there, 1 - there) >= posterior


def _log(rate: float) -> float:
    return math.log(rate) if rate > 0 else -math.inf


def _times(count: int, rate: float) -> float:
    """Logarithm of ``rate`` to the power of ``count``; 0 ** 0 is 1."""
    return count * _log(rate) if count else 0.0
