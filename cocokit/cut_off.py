"""Photos whose end is missing, told without decoding them: by their last bytes; by a walk where those say nothing."""

from __future__ import annotations

import os
from typing import BinaryIO

from .jpeg_parts import END, find_end

#: The last 12 bytes of a PNG: an empty chunk that is called IEND, and its check sum.
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def is_cut_off(file: BinaryIO, kind: str) -> bool:
    """Whether a photo ends before its format says so; False for formats that do not say where they end.

    Bytes behind the end, which some cameras and editors leave, are no damage.

    Args:
        file: open; its place may be another afterwards.
        kind: as Pillow calls the format: "JPEG", "PNG", "WEBP", ...
    """
    if kind == "JPEG" or kind == "MPO":
        return _last(file, 2) != END and find_end(_all(file)) is None
    if kind == "PNG":
        return _last(file, len(_PNG_END)) != _PNG_END and _PNG_END not in _all(file)
    if kind == "WEBP":
        file.seek(4)
        stated = int.from_bytes(file.read(4), "little") + 8
        return file.seek(0, os.SEEK_END) < stated
    return False


def _last(file: BinaryIO, count: int) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - count))
    return file.read(count)


def _all(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()
