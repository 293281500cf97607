"""Label Studio's run-length code of brush strokes: not COCO's, but bits, of four channels per pixel, along the rows.

32 bits: how many values. 5 bits: bits of a value, less 1. Four times 4 bits: bits of a length, less 1. Then blocks: one
bit says whether a value is repeated (1) or a row of values follows (0); two bits which of the four sizes the length
has; the length, less 1; the value or values. Channels are red, green, blue, alpha: what is painted has an alpha.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..columns import Bools
from ..errors import DataError

_CHANNELS = 4
_SIZES = (3, 4, 8, 16)
#: Pixels of an image, at most: its four channels are laid out while it is read.
_MOST = 1 << 27


class _Bits:
    """Bits one after another."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.size = data, 0, 8 * len(data)

    def take(self, count: int) -> int:
        """The next number of so many bits. Raises EOFError."""
        end = self.at + count
        if end > self.size:
            raise EOFError
        first, last = self.at >> 3, (end + 7) >> 3
        value = int.from_bytes(self.data[first:last], "big") >> (8 * last - end)
        self.at = end
        return value & ((1 << count) - 1)


def decode_brush(values: Sequence[int], height: int, width: int, path: str = "rle", where: str = "") -> Bools:
    """(H, W) bool of a brush's code: where alpha is not zero.

    Raises:
        DataError: not bytes, cut off, or not of height times width pixels.

    >>> decode_brush(encode_brush(np.eye(2, dtype=bool)), 2, 2).astype(int).tolist()
    [[1, 0], [0, 1]]
    """
    try:
        bits = _Bits(bytes(values))
        total = bits.take(32)
        if total != _CHANNELS * height * width or height * width > _MOST:
            reason = f"has {total:,} values where {width} x {height} px have {_CHANNELS * height * width:,}"
            raise DataError(path, where, reason, "the size must be original_width and original_height")
        depth = bits.take(5) + 1
        sizes = [bits.take(4) + 1 for _ in range(4)]
        return _painted(bits, total, depth, sizes).reshape(height, width, _CHANNELS)[:, :, 3]
    except EOFError:
        raise DataError(path, where, "ends in the middle of a run", "it was cut off: export it again") from None
    except (TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(path, where, "is no list of bytes", "numbers are whole, from 0 to 255") from None


def _painted(bits: _Bits, total: int, depth: int, sizes: list[int]) -> Bools:
    """(total,) bool: which values are not zero."""
    made, at = np.zeros(total, np.bool_), 0
    while at < total:
        repeated = bits.take(1)
        end = min(at + 1 + bits.take(sizes[bits.take(2)]), total)
        if repeated:
            made[at:end] = bits.take(depth) != 0
        else:
            for place in range(at, end):
                made[place] = bits.take(depth) != 0
        at = end
    return made


def encode_brush(mask: Bools) -> list[int]:
    """The code of an (H, W) bool mask: 255 in all four channels where it is painted."""
    flat = np.ascontiguousarray(mask).ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=~flat[:1])) if flat.size else np.empty(0, np.int64)
    lengths = np.diff(np.append(starts, flat.size)) * _CHANNELS
    parts = [f"{flat.size * _CHANNELS:032b}{7:05b}", *(f"{size - 1:04b}" for size in _SIZES)]
    for length, on in zip(lengths.tolist(), flat[starts].tolist(), strict=True):
        parts.append(_run(length, 255 if on else 0))
    text = "".join(parts)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _run(length: int, value: int) -> str:
    """A value repeated: blocks of the smallest size that fits."""
    made = ""
    while length > 0:
        part = min(length, 1 << _SIZES[-1])
        size = next(i for i, bits in enumerate(_SIZES) if part <= 1 << bits)
        made += f"1{size:02b}{part - 1:0{_SIZES[size]}b}{value:08b}"
        length -= part
    return made
