"""Which bytes of which file the rows of a dataset are, so that what nobody changed can be written as it was."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from .chunks import Odd, open_regular
from .columns import Int64
from .errors import DataError
from .layout import LISTS, Layout, Spans, find_layout

#: Rows whose bytes are read at once.
_BLOCK = 4096
#: Rows this far apart in the file are read one by one, bytes.
_GAP = 1 << 20


class Source:
    """A file that stays open, so that renaming or replacing it changes nothing here; the layout is found when needed.

    Attributes:
        path: as the file was called when it was opened.
        counts: how many images and annotations it has, once somebody has read them.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises OSError, or Odd if it is no regular file."""
        self.path = os.fspath(path)
        with open_regular(path) as file:
            fd = os.dup(file.fileno())
        self._file: BinaryIO = open(fd, "rb", buffering=0, closefd=False)
        weakref.finalize(self, os.close, fd)  # without a word: whoever has a dataset need not know of a file
        self._state = _state(self._file)
        self._layout: Layout | None = None
        self._sha256 = ""
        self.counts = (0, 0)

    @property
    def size(self) -> int:
        """Bytes."""
        return self._state["size"]

    def stamp(self) -> dict[str, int]:
        """What tells this state of this file from every other: size, times in ns, and which file it is."""
        return dict(self._state)

    def sha256(self) -> str:
        """Its SHA-256 as hexadecimal digits, read once. Raises DataError if the file changed."""
        if not self._sha256:
            self._file.seek(0)
            found = hashlib.file_digest(self._file, "sha256").hexdigest()  # type: ignore[arg-type]
            self.unchanged()
            self._sha256 = found
        return self._sha256

    def replaced(self) -> bool:
        """Whether another file has its name now."""
        found = os.stat(self.path)
        return (found.st_dev, found.st_ino) != (self._state["device"], self._state["inode"])

    @property
    def layout(self) -> Layout | None:
        """Where its members and rows lie; None if they have no clear places. Raises DataError if the file changed."""
        if self._layout is None:
            self.unchanged()
            self._file.seek(0)
            try:
                found = find_layout(self._file)
            except Odd:
                return None
            rows = [found.find(name) for name in LISTS]
            if tuple(len(member.rows or ()) if member else 0 for member in rows) != self.counts:
                return None
            self._layout = found
        return self._layout

    def unchanged(self) -> None:
        """Raise DataError if somebody wrote into the file after it was opened."""
        now = _state(self._file)
        if any(now[name] != self._state[name] for name in ("size", "mtime_ns")):
            remedy = "open it again, and do what was done with it again"
            raise DataError(self.path, "", "has changed since it was opened, and its rows cannot be copied", remedy)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` to ``end``. Raises DataError if the file is shorter now."""
        parts, at = [], start
        while at < end:
            part = os.pread(self._file.fileno(), end - at, at)
            if not part:
                raise DataError(self.path, "", f"ends at byte {at:,}, before byte {end:,}", "it was cut while in use")
            parts.append(part)
            at += len(part)
        return b"".join(parts)

    def rows(self, spans: Spans, rows: Int64) -> Iterator[list[bytes]]:
        """The bytes of the given rows, (M,) int64, in their order, some thousand at a time."""
        for first in range(0, len(rows), _BLOCK):
            starts, ends = spans.starts[rows[first : first + _BLOCK]], spans.ends[rows[first : first + _BLOCK]]
            low, high = int(starts.min()), int(ends.max())
            if high - low > 4 * int((ends - starts).sum()) + _GAP:
                yield [self.read(a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
            else:
                text = self.read(low, high)
                yield [text[a:b] for a, b in zip((starts - low).tolist(), (ends - low).tolist(), strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where the rows of a dataset come from.

    Attributes:
        source: the file.
        images, annotations: int64, one row of the file for each row of the dataset, -1 for one that is new or changed.
        more: origins in further files, for a dataset made of several: each as long as this one, and each row has its
            bytes in one of them at most.
    """

    source: Source
    images: Int64
    annotations: Int64
    more: tuple[Origin, ...] = ()

    @classmethod
    def of_all(cls, source: Source, images: int, annotations: int) -> Origin:
        """Every row of a file that has so many."""
        source.counts = images, annotations
        return cls(source, np.arange(images), np.arange(annotations))

    def take(self, images: Int64, annotations: Int64) -> Origin:
        """The origin of the chosen rows; ``images`` (I,) and ``annotations`` (N,) int64."""
        more = tuple(other.take(images, annotations) for other in self.more)
        return Origin(self.source, self.images[images], self.annotations[annotations], more)

    def changed(self, images: Any = (), annotations: Any = ()) -> Origin:
        """The same, without the bytes of rows that were changed (row numbers, or a mask of all rows)."""
        more = tuple(other.changed(images, annotations) for other in self.more)
        made = Origin(self.source, self.images.copy(), self.annotations.copy(), more)
        for column, rows in ((made.images, images), (made.annotations, annotations)):
            column[np.asarray(rows, None if len(rows) else np.int64)] = -1
        return made


def _state(file: BinaryIO) -> dict[str, int]:
    found = os.fstat(file.fileno())
    return {
        "size": found.st_size,
        "mtime_ns": found.st_mtime_ns,
        "ctime_ns": found.st_ctime_ns,
        "device": found.st_dev,
        "inode": found.st_ino,
    }
