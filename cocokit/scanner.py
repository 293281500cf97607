"""COCO files into columns at the speed of the bytes: what :mod:`cocokit.coco_json` tries first.

The file is read in chunks into one buffer, and :func:`cocokit.kernels.scan.scan_records` fills the columns from it.
Anything unusual raises :class:`Odd`, and the ordinary JSON reader decides what it is and says so. The file is never
mapped into memory: one that is cut short by somebody else while it is read gives an error, not a crash.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chunks import CHUNK, Chunks, Odd, open_regular
from .columns import Annotations, Field, Images
from .kernels import members, scan
from .kernels.numbers import NOTE, table
from .scan_columns import ScanColumns, scanned_annotations, scanned_images

__all__ = ["Odd", "Scanned", "scan_dataset", "scan_results"]

_NOTES = 1024
_KNOWN = (1 << members.UNKNOWN) - 1
_ANNOTATION_KEYS = {name.lower(): bit.value.bit_length() - 1 for name, bit in Field.__members__.items()}
_IMAGE_KEYS = {
    "id": members.ID,
    "width": members.IMAGE_ID,
    "height": members.CATEGORY_ID,
    "file_name": members.TEXT,
}
_COLUMN_OF = {
    members.BBOX: "bbox",
    members.AREA: "area",
    members.SCORE: "score",
    members.KEYPOINTS: "keypoints",
    members.SEGMENTATION: "xy",
}


@dataclass(slots=True, eq=False, repr=False)
class Scanned:
    """A dataset file.

    Attributes:
        annotations: its annotations; none if it has no such member.
        images: its images; none if it has no such member.
        top: every other member of the file.
        members: the names of all members, in the file's order.
    """

    annotations: Annotations
    images: Images
    top: dict[str, Any]
    members: tuple[str, ...]


def scan_results(path: str | os.PathLike[str], want: Field, extras: bool = False) -> Annotations:
    """The columns of a results file, a JSON array of objects.

    Args:
        path: the file.
        want: the fields to read; the others are passed over, and their columns are None.
        extras: whether to keep members with other names.

    Raises:
        Odd: the file holds something that only the ordinary reader can judge.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        chunks = Chunks(file)
        columns, p = _scan_array(chunks, chunks.next(0), _ANNOTATION_KEYS, _wanted(want, extras))
        chunks.expect_end(p)
    return scanned_annotations(columns)


def scan_dataset(path: str | os.PathLike[str], want: Field, extras: bool = False) -> Scanned:
    """The columns of a dataset file, a JSON object with ``images``, ``annotations`` or both.

    Args:
        path: the file.
        want: the fields of annotations to read; the others are passed over, and their columns are None.
        extras: whether to keep members with other names, and the images' file names.

    Raises:
        Odd: the file holds something that only the ordinary reader can judge.
        OSError: it cannot be read.
    """
    tables = {
        "images": (_IMAGE_KEYS, _wanted(_KNOWN if extras else _KNOWN & ~(1 << members.TEXT), extras)),
        "annotations": (_ANNOTATION_KEYS, _wanted(want, extras)),
    }
    top: dict[str, Any] = {}
    with open_regular(path) as file:
        chunks = Chunks(file)

        def read(key: str, _: int, p: int) -> int:
            top[key], p = _scan_array(chunks, p, *tables[key]) if key in tables else chunks.value(p)
            return p

        chunks.each_member(read)
    if not tables.keys() & top.keys():
        raise Odd(0, "neither images nor annotations")
    names = tuple(top)
    lists = {name: top.pop(name, None) or ScanColumns.of_nothing(want) for name, (_, want) in tables.items()}
    return Scanned(scanned_annotations(lists["annotations"]), scanned_images(lists["images"]), top, names)


def _wanted(want: int, extras: bool) -> int:
    return int(want) & _KNOWN | extras << members.EXTRAS


def _scan_array(chunks: Chunks, p: int, keys: dict[str, int], want: int) -> tuple[ScanColumns, int]:
    """Scan the array of records at ``p``; the position behind it comes back too."""
    if chunks.data[p] != ord("["):
        raise Odd(chunks.base + p, "not an array")
    first = chunks.base + p
    state = np.zeros(scan.STATE_WORDS, np.int64)
    state[scan.POSITION], state[scan.EVERY] = p + 1, -1
    places = np.array(members.no_places(), np.int64)
    notes = np.zeros(1 + _NOTES * NOTE, np.int64)
    tens, names = _tens(), _key_table(keys)
    columns = ScanColumns(want, min(CHUNK, chunks.size))
    while True:
        state[scan.END] = chunks.end
        status = scan.scan_records(chunks.data, state, want, places, names, tens, notes, *columns.arrays.values())
        p, before, columns.rows = int(state[scan.POSITION]), columns.rows, int(state[scan.ROWS])
        if status == scan.ODD:
            raise Odd(chunks.base + p, "unusual text")
        if notes[0]:
            _settle(chunks, notes, columns)
        if status == scan.ENDED:
            columns.finish(int(state[scan.SOME]), int(state[scan.EVERY]))
            return columns, p
        done = (chunks.base + p - first) / max(chunks.size - first, 1)
        if status == scan.FULL:
            if not columns.reserve(done) and columns.rows == before:
                columns.double()
                notes = np.zeros(2 * len(notes), np.int64)
            continue
        if before == 0 and columns.rows:
            columns.reserve(done)
        if not chunks.more(p):
            raise Odd(chunks.base, "the file ends inside a record")
        state[scan.POSITION] = 0


def _settle(chunks: Chunks, notes: NDArray[np.int64], columns: ScanColumns) -> None:
    """Read the numbers that the kernel found hard."""
    for column, k, start, end in notes[1 : 1 + int(notes[0]) * NOTE].reshape(-1, NOTE).tolist():
        value = float(chunks.data[start:end].tobytes())
        if value in (float("inf"), float("-inf")):
            raise Odd(chunks.base + start, "a number beyond float64")
        columns.arrays[_COLUMN_OF[column]][k] = value
    notes[0] = 0


_made: list[NDArray[np.int64]] = []


def _tens() -> NDArray[np.int64]:
    if not _made:
        _made.append(np.array(table(), np.int64))
    return _made[0]


def _key_table(keys: dict[str, int]) -> NDArray[np.int64]:
    """Each key's first eight bytes and next eight as numbers, and its meaning."""
    words = [int.from_bytes(name.encode()[i : i + 8], "little") for name in keys for i in (0, 8)]
    return np.column_stack([np.array(words, np.int64).reshape(-1, 2), np.array(list(keys.values()))]).reshape(-1)
