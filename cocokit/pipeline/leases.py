"""How long a worker may hold a task, and clocks that never lose one (PROTOCOL 10.7). All times are ms since 1970 UTC.

The clock of a machine may be set back or forward under a running campaign. A process therefore reads it once and then
follows the steady clock of the operating system; and a lease that a process before it stamped with a later time than
now is not trusted in its dates, only in its length.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from cocokit.domain.stages import Stage

from .settings import CampaignSettings


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> int:
        """The time, ms since 1970 UTC."""
        ...


class SteadyClock:
    """The machine's time when it was made, plus what has passed since: never goes back, whatever is done to the clock.

    Args:
        wall: reads the machine's clock, s since 1970 UTC.
        steady: a clock that never goes back, s since any time.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steady, self._offset = steady, wall() - steady()

    def now(self) -> int:
        """The time, ms since 1970 UTC."""
        return int((self._offset + self._steady()) * 1000)


class ManualClock:
    """A clock that stands still until it is told otherwise: for tests and simulated campaigns.

    Args:
        at: the time, ms since 1970 UTC.
    """

    def __init__(self, at: int = 0) -> None:
        self.at = at

    def now(self) -> int:
        """The time, ms since 1970 UTC."""
        return self.at

    def advance(self, ms: int) -> None:
        """Let time pass; less than 0 sets the clock back, as happens to the clocks of machines."""
        self.at += ms


def expiry(now: int, stage: Stage, settings: CampaignSettings) -> int:
    """When a lease ends that begins now."""
    return now + settings.lease_ms(stage)


def anchored(now: int, leased_at: int, expires_at: int) -> tuple[int, int]:
    """The lease's beginning and end by the clock of now: one "from the future" begins now and keeps its length.

    Examples:
        >>> anchored(1000, 900, 1500), anchored(1000, 5000, 5600)
        ((900, 1500), (1000, 1600))
    """
    return (leased_at, expires_at) if leased_at <= now else (now, now + max(0, expires_at - leased_at))


def expired(now: int, leased_at: int, expires_at: int) -> bool:
    """Whether a lease has ended; one "from the future" has not.

    Whoever keeps leases must store the dates that :func:`anchored` gives, or a clock that was set back by an hour
    would prolong the lease by that hour.
    """
    return now >= anchored(now, leased_at, expires_at)[1]
