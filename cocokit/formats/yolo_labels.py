"""Label files to columns: many files at once, and once more, line by line, where something is wrong."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from ..columns import Bools, Float64, Int64, Ragged, offsets_of
from ..errors import DataError
from .base import Progress
from .texts import read_bytes

#: Files that are parsed at once.
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Labels:
    """The lines of label files.

    Attributes:
        file: (N,) int64 which file each line is from.
        index: (N,) int64 place of its category.
        numbers: N rows of float64, what stands behind it.
        decimals: how many the longest number has.
    """

    file: Int64
    index: Int64
    numbers: Ragged
    decimals: int


def read_labels(root: str, names: Sequence[str], categories: int, progress: Progress | None = None) -> Labels:
    """Read label files; one that does not exist has no lines.

    Args:
        root: the folder that the names are relative to.
        names: the files.
        categories: how many there are.
        progress: called with files.

    Raises:
        DataError: a line that is no label; the place of no category.
    """
    blocks, longest = [], 0
    for start in range(0, len(names), _BLOCK):
        some = [os.path.join(root, name) for name in names[start : start + _BLOCK]]
        *block, longest_here = _block(some, start, categories)
        blocks.append(block)
        longest = max(longest, longest_here)
        if progress is not None:
            progress(min(start + _BLOCK, len(names)), len(names))
    file, index, lengths, values = (np.concatenate([block[i] for block in blocks]) if blocks else np.empty(0)
                                    for i in range(4))  # fmt: skip
    numbers = Ragged(values, offsets_of(lengths.astype(np.int64)))
    return Labels(file.astype(np.int64), index.astype(np.int64), numbers, max(longest - len("0."), 0))


def _block(paths: list[str], first: int, categories: int) -> tuple[Int64, Int64, Int64, Float64, int]:
    """File, index, how many numbers and the numbers of all lines of some files; characters of the longest number."""
    rows, per_file = [], []
    for path in paths:
        lines = read_bytes(path).splitlines() if os.path.lexists(path) else []
        found = [words for words in map(bytes.split, lines) if words]
        rows += found
        per_file.append(len(found))
    file = np.repeat(np.arange(first, first + len(paths)), per_file)
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    words = list(itertools.chain.from_iterable(rows))
    try:
        values = np.fromiter(map(float, words), np.float64, len(words))
    except ValueError:
        _refuse(paths, categories)
    starts = offsets_of(lengths)[:-1]
    index = values[starts]
    whole = np.isfinite(values).all() and (index == np.floor(index)).all()
    if not whole or ((index < 0) | (index >= categories)).any() or (lengths < 5).any() or b"_" in b"".join(words):
        _refuse(paths, categories)
    numbers: Bools = np.ones(len(values), np.bool_)
    numbers[starts] = False
    return file, index.astype(np.int64), lengths - 1, values[numbers], max(map(len, words), default=0)


def _refuse(paths: list[str], categories: int) -> NoReturn:
    """Raise for the first line that is no label."""
    for path in paths:
        lines = read_bytes(path).splitlines() if os.path.lexists(path) else []
        for number, line in enumerate(lines, 1):
            words = [word.decode("utf-8", "replace") for word in line.split()]
            reason = _why(words, categories) if words else ""
            if reason:
                remedy = "a line is the category's place from 0, then x, y, width, height as parts of the image's"
                raise DataError(path, f"line {number}", reason, remedy)
    raise AssertionError("a block was refused and none of its lines")


def _why(words: list[str], categories: int) -> str:
    """What is wrong with a line; empty if nothing is."""
    bad = [word for word in words if not _is_number(word)]
    if bad:
        return f"{bad[0][:40]!r} is no number"
    place = float(words[0])
    if not 0 <= place < categories or place != math.floor(place):
        return f"{words[0][:40]} is the place of no category; there are {categories}, from 0 to {categories - 1}"
    return f"has {len(words)} numbers where a label has at least 5" if len(words) < 5 else ""


def line_of(path: str, place: int) -> int:
    """The number of the line that is the label at a place (from 0) of a file: lines that say nothing are no labels."""
    lines = (number for number, line in enumerate(read_bytes(path).splitlines(), 1) if line.split())
    return next(itertools.islice(lines, place, None))


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word)) and "_" not in word
    except ValueError:
        return False
