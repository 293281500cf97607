"""Locks that several processes of one machine respect, and that end with the process which holds them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl

    SHARED = True
except ImportError:  # Windows, where the server is one process: its own locks are enough
    SHARED = False

_mine: dict[str, threading.Lock] = {}
_all = threading.Lock()


@contextmanager
def held(path: str, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock of a file, which is made if it is not there; False comes if another one holds it.

    Args:
        path: of the file.
        wait: until it is free; otherwise False comes at once.
    """
    with _all:
        lock = _mine.setdefault(path, threading.Lock())
    if not lock.acquire(blocking=wait):
        yield False
        return
    try:
        with open(path, "ab") as file:
            yield _is_mine(file.fileno(), wait)  # closing the file lets go
    finally:
        lock.release()


def _is_mine(handle: int, wait: bool) -> bool:
    if not SHARED:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
