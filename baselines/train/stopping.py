"""Ctrl+C in a training: the step is finished and kept, so that nothing is lost; a second one waits for nothing."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any


class Stopped(KeyboardInterrupt):
    """A training was interrupted and kept.

    Attributes:
        step: steps that its checkpoint has.
    """

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step


class Patience:
    """While it is entered, the first Ctrl+C is only remembered. Elsewhere than in the main thread it does nothing."""

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> Patience:
        if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._give_back()

    def _ask(self, *_: object) -> None:
        self.asked = True
        self._give_back()

    def _give_back(self) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
