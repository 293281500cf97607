"""At most so many photos by one photographer in any window of time (PROTOCOL 0)."""

from __future__ import annotations

import re
from bisect import insort
from collections import defaultdict

from ..errors import ParamsError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class Windows:
    """Which photos may come in, one after another, in whatever order they were taken.

    The rule holds for every window, wherever it begins: of the photos that were let in, no more than ``most`` of one
    photographer lie within ``length`` seconds of each other, both ends included. A photo of unknown date may have been
    taken at any time, so it counts in every window.

    >>> windows = Windows(2, 60)
    >>> [windows.let_in("ann", t) for t in (0, 100, 50, 55)]
    [True, True, True, False]
    """

    def __init__(self, most: int, length: float) -> None:
        if most < 1:
            raise ParamsError("per_photographer", most, "give 1 or more")
        if length < 0:
            raise ParamsError("window", length, "give a length of time, such as 24h")
        self._most, self._length = most, length
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._undated: defaultdict[str, int] = defaultdict(int)

    def let_in(self, photographer: str, taken: float | None) -> bool:
        """Count a photo if the rule allows it, and say so; arguments as for :meth:`has_room`."""
        room = self.has_room(photographer, taken)
        if room:
            self.add(photographer, taken)
        return room

    def has_room(self, photographer: str, taken: float | None) -> bool:
        """Whether the rule allows one more photo.

        Args:
            photographer: who took it.
            taken: when, in seconds since any one moment; None if not known.
        """
        times = self._times[photographer]
        there = self._fullest(times) if taken is None else self._around(times, taken)
        return there + self._undated[photographer] < self._most

    def add(self, photographer: str, taken: float | None) -> None:
        """Count a photo that came in earlier, whatever the rule says of it now."""
        if taken is None:
            self._undated[photographer] += 1
        else:
            insort(self._times[photographer], taken)

    def _fullest(self, times: list[float]) -> int:
        """How many dated photos the fullest window has."""
        return max((self._within(times, first) for first in range(len(times))), default=0)

    def _around(self, times: list[float], taken: float) -> int:
        """How many dated photos the fullest window has that a new one would lie in."""
        near = [time for time in times if abs(time - taken) <= self._length]
        starts = [time for time in near if time <= taken] + [taken]
        return max(sum(0 <= time - start <= self._length for time in near) for start in starts)

    def _within(self, times: list[float], first: int) -> int:
        return sum(time - times[first] <= self._length for time in times[first:])


def seconds(text: str) -> float:
    """A length of time in words of the command line.

    >>> seconds("24h"), seconds("90"), seconds("1.5d")
    (86400.0, 90.0, 129600.0)

    Raises:
        ValueError: no such length.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no length of time such as 24h, 90m or 7d")
    return float(match[1]) * _UNITS[match[2] or "s"]
