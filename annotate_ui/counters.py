"""Counts of requests that all processes of a server share: a table of fixed size in a file, mapped into each of them.

A count is found by a hash of who asks that nobody can undo without the server's key; nothing else of them is kept, and
what is over is wiped within about a minute.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .file_locks import SHARED

if SHARED:
    import fcntl

#: One count: hash of who asks, when its window ends (s since 1970), how many there were.
_SLOT = struct.Struct("<8sdQ")
#: Slots that a hash may be in, and how many such groups there are.
_GROUP, _GROUPS = 8, 2048
_SIZE = _SLOT.size * _GROUP * _GROUPS
_WIPE_S = 30.0


class Counters:
    """The counts in a file; who needs it first makes it."""

    def __init__(self, path: str, secret: str) -> None:
        self.path = path
        self._key = hashlib.sha256(f"counters {secret}".encode()).digest()
        self._lock = threading.Lock()
        self._table: mmap.mmap | None = None
        self._handle, self._wiped = -1, 0.0

    def add(self, who: str, seconds: float, amount: int = 1) -> int:
        """Count a request; how many there were in this window, which the first one begins.

        Args:
            who: asks.
            seconds: length of a window.
            amount: how many to count.
        """
        now, word = time.time(), self._word(who)
        with self._open() as table:
            if abs(now - self._wiped) > _WIPE_S:
                self._wipe(table, now)
            at, ends, count = self._find(table, word, now)
            if ends <= now:
                ends, count = now + seconds, 0
            _SLOT.pack_into(table, at, word, ends, count + amount)
            return count + amount

    def read(self, who: str) -> tuple[int, float]:
        """(how many there were, when their window ends, s since 1970)."""
        now, word = time.time(), self._word(who)
        with self._open() as table:
            _, ends, count = self._find(table, word, now)
        return (count, ends) if ends > now else (0, now)

    def clear(self, who: str | None = None) -> None:
        """Forget one count, or all."""
        with self._open() as table:
            if who is None:
                table[:] = bytes(_SIZE)
            else:
                at, _, _ = self._find(table, self._word(who), time.time())
                table[at : at + _SLOT.size] = bytes(_SLOT.size)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._table is not None:
                self._table.close()
                os.close(self._handle)
                self._table = None

    def _find(self, table: mmap.mmap, word: bytes, now: float) -> tuple[int, float, int]:
        """(place, end, count) of a hash; a place that is free, or else the one that is over first, if it has none."""
        start = int.from_bytes(word, "little") % _GROUPS * _GROUP * _SLOT.size
        best = (start, 0.0, 0)
        first = float("inf")
        for at in range(start, start + _GROUP * _SLOT.size, _SLOT.size):
            known, ends, count = _SLOT.unpack_from(table, at)
            if known == word and ends > now:
                return at, ends, count
            if ends < first:
                first, best = ends, (at, 0.0, 0)
        return best

    def _wipe(self, table: mmap.mmap, now: float) -> None:
        self._wiped = now
        for i, (_, ends, _) in enumerate(_SLOT.iter_unpack(table[:])):
            if 0 < ends <= now:
                table[i * _SLOT.size : (i + 1) * _SLOT.size] = bytes(_SLOT.size)

    def _word(self, who: str) -> bytes:
        return hashlib.blake2b(who.encode(), digest_size=8, key=self._key).digest()

    @contextmanager
    def _open(self) -> Iterator[mmap.mmap]:
        """The table, for this thread of this process alone."""
        with self._lock:
            if self._table is None:
                os.makedirs(os.path.dirname(self.path), exist_ok=True)
                self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
                if os.fstat(self._handle).st_size < _SIZE:
                    os.truncate(self._handle, _SIZE)
                self._table = mmap.mmap(self._handle, _SIZE)
            if SHARED:
                fcntl.lockf(self._handle, fcntl.LOCK_EX)
            try:
                yield self._table
            finally:
                if SHARED:
                    fcntl.lockf(self._handle, fcntl.LOCK_UN)
