"""A sign of life on the terminal while something takes long."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from threading import Event, Thread

#: Seconds before the line appears, and between two changes of it.
PATIENCE, BEAT = 2.0, 1.0


class Progress:
    """A line on stderr with what is being done and for how many seconds; gone when it is done.

    Silent where stderr is no terminal, and for the first two seconds. The work itself is one call after another into
    compiled code, which lets go of the interpreter, so a thread beside it can speak.
    """

    def __init__(self, what: str, *, kernels: bool = True) -> None:
        self._what, self._kernels, self._done = what, kernels, ""
        self._thread: Thread | None = None
        self._over: Event | None = None

    def __enter__(self) -> Self:
        if sys.stderr is not None and sys.stderr.isatty():
            from threading import Event, Thread

            if self._kernels:
                from ..compiled import backend_name

                backend_name()  # the first run compiles, and has a note of its own
            self._over = Event()
            self._thread = Thread(target=self._tell, args=(self._over,), daemon=True)
            self._thread.start()
        return self

    def at(self, done: int, total: int) -> None:
        """So much of it is done: shown from now on."""
        self._done = f" {done:,} of {total:,}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._over is not None and self._thread is not None:
            self._over.set()
            self._thread.join()

    def _tell(self, over: Event) -> None:
        start, wait = time.monotonic(), PATIENCE
        while not over.wait(wait):
            wait = BEAT
            line = f"\r{self._what}{self._done} ... {time.monotonic() - start:.0f} s\033[K"
            print(line, end="", file=sys.stderr, flush=True)
        if wait == BEAT:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Count(Progress):
    """A line that also says how far it is: call it with (done, in all).

    Args:
        what: what is being done.
        noun: what is counted, in the plural.
    """

    def __init__(self, what: str, noun: str) -> None:
        super().__init__(what)
        self._plain, self._noun = what, noun

    def __call__(self, done: int, total: int) -> None:
        """Say how far it is."""
        self._what = f"{self._plain}: {done:,} of {total:,} {self._noun}"

    def part(self, name: str, place: int, parts: int) -> Count:
        """The same line for one of several parts, the first of which has place 0; it says so at once."""
        self._plain = f"{name} ({place + 1} of {parts})"
        self._what = self._plain
        return self
