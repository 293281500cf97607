"""Numbers from 0 to 9 as the lines of label files: a million of them at once, as bytes in columns.

Twelve decimals are a millionth of a pixel in any image that a camera makes, so that a reader that rounds to a millionth
of a pixel has the number that was written (``DECIMALS`` of :mod:`cocokit.formats.losses`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..columns import Float64, Int64, Ragged, UInt8

_PLACES = 10**12
#: Characters of one number: a space, a digit, a point, twelve digits.
_WIDTH = 15
#: Numbers that are written at once.
_BLOCK = 1 << 19
_TRIPLES: UInt8 = np.frombuffer("".join(f"{i:03d}" for i in range(1000)).encode(), np.uint8).reshape(1000, 3)


def number_bytes(values: Float64) -> UInt8:
    """(N, 15) uint8 text of (N,) numbers, at least 0 and below 10.

    >>> number_bytes(np.array([0.5, 2.0])).tobytes()
    b' 0.500000000000 2.000000000000'
    """
    scaled = np.rint(values * _PLACES).astype(np.int64)
    made: UInt8 = np.empty((len(values), _WIDTH), np.uint8)
    made[:, 0], made[:, 2] = ord(" "), ord(".")
    high = scaled // 10**6
    low = scaled - high * 10**6
    whole = high // 10**6
    high -= whole * 10**6
    made[:, 1] = ord("0") + whole
    for half, at in ((high.astype(np.int32), 3), (low.astype(np.int32), 9)):
        first = half // 1000
        made[:, at : at + 3] = _TRIPLES[first]
        made[:, at + 3 : at + 6] = _TRIPLES[half - 1000 * first]
    return made


def label_texts(index: Int64, numbers: Ragged, per_image: Int64) -> Iterator[bytes]:
    """The text of each image's label file.

    Args:
        index: (N,) int64 place of each annotation's category among the names, below 10**14.
        numbers: N rows of float64, at least 0 and below 10: what stands behind it.
        per_image: (I + 1,) int64 offsets: image i has the annotations ``per_image[i]`` to ``per_image[i + 1]``.
    """
    at = numbers.offsets[per_image]
    start = 0
    while start < len(per_image) - 1:
        stop = max(start + 1, int(np.searchsorted(at, at[start] + _BLOCK, side="right")) - 1)
        first, last = int(per_image[start]), int(per_image[stop])
        offsets = numbers.offsets[first : last + 1]
        values = numbers.values[offsets[0] : offsets[-1]]
        yield from _block(index[first:last], values, offsets - offsets[0], per_image[start : stop + 1] - first)
        start = stop


def _block(index: Int64, values: Float64, offsets: Int64, per_image: Int64) -> Iterator[bytes]:
    """Rows of 15 bytes, one to open a line and one for each number; what is not used of a row is cut out after."""
    heads = [f"\n{i}".encode() for i in range(int(index.max(initial=0)) + 1)]
    sizes = np.array([len(head) for head in heads])
    table: UInt8 = np.zeros((len(heads), _WIDTH), np.uint8)
    for i, head in enumerate(heads):
        table[i, : len(head)] = np.frombuffer(head, np.uint8)
    opening = offsets[:-1] + np.arange(len(index))
    is_number = np.ones(len(values) + len(index), np.bool_)
    is_number[opening] = False
    made: UInt8 = np.empty((len(is_number), _WIDTH), np.uint8)
    made[is_number], made[opening] = number_bytes(values), table[index]
    flat = made.reshape(-1)
    text = flat[flat != 0].tobytes() + b"\n"
    lines = np.concatenate([[0], np.cumsum(sizes[index] + _WIDTH * np.diff(offsets))])
    cuts = lines[per_image].tolist()
    for i in range(len(cuts) - 1):
        yield text[cuts[i] + 1 : cuts[i + 1] + 1]
