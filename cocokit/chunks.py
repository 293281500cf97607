"""A JSON file through one buffer, and the few values that stand at its top."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernels.scan import skip_json

#: Bytes read at a time.
CHUNK = 1 << 21
_PAD = 64
_NEAR = 32


class Odd(Exception):  # noqa: N818 - a signal to another reader, not an error
    """The file has something that the scanner leaves to the ordinary reader.

    Attributes:
        position: byte offset in the file.
        why: what is there, in a few words.
    """

    def __init__(self, position: int, why: str) -> None:
        self.position, self.why = position, why
        super().__init__(f"byte {position}: {why}")


def open_regular(path: str | os.PathLike[str]) -> Any:
    """The file, unbuffered; Odd for a pipe or a device, which is not even opened: its writer would notice."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise Odd(0, "not a regular file")
    return open(path, "rb", buffering=0)


class Chunks:
    """A file through one buffer: ``data[:end]`` holds its bytes from ``base`` on, NULs follow.

    Positions are indices of ``data``. Every method that may read on returns the position that its argument, or
    what it looked for, has afterwards.
    """

    def __init__(self, file: Any) -> None:
        self.size = os.fstat(file.fileno()).st_size
        self.base = self.end = 0
        self._file = file
        self._room = min(CHUNK, self.size + 1)
        self.data: NDArray[np.uint8] = np.zeros(self._room + _PAD, np.uint8)
        self.more(0)

    def more(self, keep: int) -> bool:
        """Drop what lies before ``keep`` (which becomes position 0) and read on; False at the end of the file."""
        left = self.end - keep
        if keep:
            self.data[:left] = self.data[keep : self.end].copy()
            self.base += keep
        elif left == self._room:
            self._room *= 2
            grown = np.zeros(self._room + _PAD, np.uint8)
            grown[:left] = self.data[:left]
            self.data = grown
        got = self._file.readinto(self.data[left : self._room].data)
        self.end = left + got
        self.data[self.end : self.end + _PAD] = 0
        return bool(got)

    def next(self, p: int) -> int:
        """The position of the next byte from ``p`` that is not white space."""
        while True:
            while p < self.end:
                if self.data[p] not in b" \n\r\t":
                    return p
                p += 1
            if not self.more(p):
                raise Odd(self.base, "the file ends too early")
            p = 0

    def value(self, p: int) -> tuple[Any, int]:
        """The JSON value at ``p``, parsed, and the position behind it."""
        more = True
        while True:
            q = skip_json(self.data, p)
            if not more or (~q if q < 0 else q) + _NEAR < self.end:
                break
            more = self.more(p)
            p = 0
        try:
            if 0 <= q <= self.end:
                return json.loads(self.data[p:q].tobytes()), q
        except (ValueError, RecursionError):
            pass
        raise Odd(self.base + p, "malformed JSON")

    def key(self, p: int) -> tuple[str, int]:
        """The key at ``p``, and the position of its value."""
        if self.data[p] != ord('"'):
            raise Odd(self.base + p, "no key")
        key, p = self.value(p)
        p = self.next(p)
        if self.data[p] != ord(":"):
            raise Odd(self.base + p, "no colon after a key")
        return key, self.next(p + 1)

    def each_member(self, read: Callable[[str, int, int], int]) -> None:
        """Go through the members of the one object that the file is.

        Args:
            read: called with a key, where in the file the member begins, and the position of its value; gives the
                position behind that. A key comes once.
        """
        p, seen = self.next(0), set[str]()
        if self.data[p] != ord("{"):
            raise Odd(self.base + p, "not an object")
        p = self.next(p + 1)
        while self.data[p] != ord("}") or seen:
            start = self.base + p
            key, p = self.key(p)
            if key in seen:
                raise Odd(start, f"a second {key}")
            seen.add(key)
            p = self.next(read(key, start, p))
            if self.data[p] != ord(","):
                break
            p = self.next(p + 1)
        if self.data[p] != ord("}"):
            raise Odd(self.base + p, "no end of the object")
        self.expect_end(p + 1)

    def expect_end(self, p: int) -> None:
        """Nothing but white space may follow."""
        while True:
            if self.data[p : self.end].tobytes().strip(b" \n\r\t"):
                raise Odd(self.base + p, "more text behind the end")
            if not self.more(self.end):
                return
            p = 0
