"""How fast a source may be asked: pauses from its own headers, and longer ones after each failure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import Random

from ..errors import CocokitError

_PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
#: Seconds since 1970 are larger than this; a number of seconds to wait is not.
_MOMENT = 1e9
_LEFT = re.compile(r"^(?:x-)?ratelimit-(?:remaining|available)(.*)$")
#: A little longer than a server says: its clock and ours are not the same.
_MARGIN = 0.5


class PauseError(CocokitError):
    """A source wants a pause that is longer than we wait; what was collected is kept.

    Attributes:
        seconds: how long.
    """

    def __init__(self, source: str, seconds: float) -> None:
        self.seconds = seconds
        remedy = "run the same command then and it goes on where it stopped"
        super().__init__(f"{source} wants no request for {_words(seconds)}; {remedy}")


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from and how it passes; tests bring their own.

    Attributes:
        now: seconds since 1970 UTC.
        sleep: wait so many seconds.
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class Limits:
    """When the next request may go out.

    Args:
        source: its name, for messages.
        clock: tells the time and waits.
        spacing: seconds from one request to the next where the source says nothing else.
        patience: the longest pause that is waited for, s.
        attempts: how often a request is made before it counts as failed.
        seed: of the lots that keep many clients from coming back at the same moment.
    """

    def __init__(
        self, source: str, clock: Clock, spacing: float, *, patience: float = 3700.0, attempts: int = 6, seed: int = 0,
    ) -> None:  # fmt: skip
        self.attempts = attempts
        self._source, self._clock, self._spacing, self._patience = source, clock, spacing, patience
        self._next, self._chance = 0.0, Random(seed)

    def before(self) -> None:
        """Wait until a request may go out.

        Raises:
            PauseError: that is too long.
        """
        wait = self._next - self._clock.now()
        if wait > self._patience:
            raise PauseError(self._source, wait)
        if wait > 0:
            self._clock.sleep(wait)
        self._next = self._clock.now() + self._spacing

    def after(self, headers: Mapping[str, str]) -> None:
        """Take note of what a reply says about the requests that are left."""
        self._hold(pause_of(headers, self._clock.now()))

    def failed(self, attempt: int, headers: Mapping[str, str]) -> None:
        """Take note of a failure: as long a pause as the reply asks for, or twice as long as after the one before.

        Args:
            attempt: how many were made, from 1.
            headers: of the reply; empty if there was none.
        """
        asked = pause_of(headers, self._clock.now())
        self._hold(asked or min(2.0**attempt, 60.0) * self._chance.uniform(0.5, 1.0))

    def _hold(self, seconds: float) -> None:
        if seconds > 0:
            self._next = max(self._next, self._clock.now() + seconds)


def pause_of(headers: Mapping[str, str], now: float) -> float:
    """How many seconds a reply wants us to wait; 0 if it wants none.

    Read are ``Retry-After`` (seconds or a date), and of the families ``RateLimit-*`` and ``X-RateLimit-*`` what is left
    (``Remaining`` or ``Available``), when it is filled up again (``Reset``: a moment or seconds) and the limit
    (``20/min``), each with any ending of its own.

    >>> pause_of({"Retry-After": "30"}, 0.0)
    30.5
    >>> pause_of({"X-RateLimit-Available-anon_burst": "0", "X-RateLimit-Limit-anon_burst": "20/min"}, 0.0)
    60.5
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    waits = [_after(lower["retry-after"], now)] if "retry-after" in lower else []
    for name, value in lower.items():
        match = _LEFT.match(name)
        if match and value.isdecimal() and int(value) == 0:
            waits.append(_refilled(lower, match[1], now))
    wait = max(waits, default=0.0)
    return wait + _MARGIN if wait > 0 else 0.0


def _after(value: str, now: float) -> float:
    if value.isdecimal():
        return float(value)
    try:
        return parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return 60.0  # it wants a pause and does not say it in a way that we understand


def _refilled(headers: Mapping[str, str], ending: str, now: float) -> float:
    for start in ("x-ratelimit-", "ratelimit-"):
        reset = headers.get(f"{start}reset{ending}", "")
        if re.fullmatch(r"\d+(\.\d+)?", reset):
            return float(reset) - now if float(reset) > _MOMENT else float(reset)
        match = re.fullmatch(r"\d+/(\d*)([smhd])[a-z]*", headers.get(f"{start}limit{ending}", ""))
        if match:
            return float(match[1] or 1) * _PERIODS[match[2]]
    return 60.0


def _words(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"
