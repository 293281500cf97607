"""The parts of a JPEG: segments that begin with a marker, and compressed pixels, which end where another begins."""

from __future__ import annotations

from collections.abc import Iterator

#: The last two bytes of a picture.
END = b"\xff\xd9"
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_ALONE = (0x01, *range(0xD0, 0xD8))


def jpeg_parts(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, first byte, byte after the last) of each part from the start to the end of the first picture.

    The last marker is that of the end where the file has one; a file that is built in an unusual way, or that is none,
    ends earlier.
    """
    if data[:2] != bytes([0xFF, _START]):
        return
    yield _START, 0, 2
    at = 2
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _END:
            yield _END, at, at + 2
            return
        stop = at + 2 if marker in _ALONE else at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            stop = _end_of_scan(data, stop)
        yield marker, at, stop
        at = stop


def find_end(data: bytes) -> int | None:
    """The byte after a JPEG's first picture; None where its end is missing."""
    stop = None
    for marker, _, after in jpeg_parts(data):
        stop = after if marker == _END else None
    return stop


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the compressed pixels end: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] and data[at + 1] not in _ALONE:
            return at
        at += 2
