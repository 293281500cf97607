"""The layout of a COCO file in bytes: where its members and the rows of its lists lie.

Found without reading the rows, by one pass over the file; with it, rows that nobody changed are copied as the bytes
that they were (:mod:`cocokit.copying`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from .chunks import Chunks, Odd
from .columns import Int64
from .kernels import scan
from .kernels.spans import find_spans

#: The members whose rows have places.
LISTS = ("images", "annotations")


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Places of the R rows of a list; ``starts[i]`` is the file's byte where row i begins, ``ends[i]`` is behind it."""

    starts: Int64
    ends: Int64

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the object at the top: where its key begins, where its value begins, and where that ends."""

    name: str
    key: int
    start: int
    end: int
    rows: Spans | None


@dataclass(frozen=True, slots=True)
class Layout:
    """All members in the file's order, and the size of the file in bytes."""

    members: tuple[Member, ...]
    size: int

    def find(self, name: str) -> Member | None:
        """The member of a name; None if the file has none."""
        return next((member for member in self.members if member.name == name), None)


def find_layout(file: BinaryIO) -> Layout:
    """The layout of a file that holds one JSON object; ``file`` is unbuffered and stands at its beginning.

    Raises:
        Odd: it is no such file, or one whose rows have no clear places.
    """
    chunks, members = Chunks(file), list[Member]()

    def read(name: str, key: int, p: int) -> int:
        start, rows = chunks.base + p, None
        if name in LISTS and chunks.data[p] == ord("["):
            rows, p = _rows(chunks, p + 1)
        else:
            _, p = chunks.value(p)
        members.append(Member(name, key, start, chunks.base + p, rows))
        return p

    chunks.each_member(read)
    return Layout(tuple(members), os.fstat(file.fileno()).st_size)


def _rows(chunks: Chunks, p: int) -> tuple[Spans, int]:
    state = np.zeros(scan.STATE_WORDS, np.int64)
    state[scan.POSITION] = p
    starts, ends = (np.empty(1024, np.int64) for _ in range(2))
    while True:
        state[scan.END] = chunks.end
        status = find_spans(chunks.data, state, chunks.base, starts, ends)
        p, rows = int(state[scan.POSITION]), int(state[scan.ROWS])
        if status == scan.ENDED:
            return Spans(starts[:rows].copy(), ends[:rows].copy()), p
        if status == scan.FULL:
            starts, ends = (np.concatenate([have, np.empty(len(have), np.int64)]) for have in (starts, ends))
        elif status == scan.ODD or not chunks.more(p):
            raise Odd(chunks.base + p, "a row without a clear end")
        else:
            state[scan.POSITION] = 0
