"""Small text files read whole, with a sentence for what is none."""

from __future__ import annotations

import os
import stat

from ..errors import DataError

#: Bytes; a label file or a list of names is never larger.
LARGEST = 1 << 28


def read_bytes(path: str) -> bytes:
    """The bytes of a regular file. Raises DataError: not there, a pipe, far too large."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise DataError(path, "", "is a folder or a device", "give a file")
        if found.st_size > LARGEST:
            raise DataError(path, "", f"has {found.st_size:,} bytes, which is no such file", "check the path")
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise DataError(path, "", "no such file", "check the path") from None
    except OSError as error:
        raise DataError(path, "", f"cannot be read: {error.strerror or error}") from None


def read_text(path: str) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark. Raises DataError, also for other bytes."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(path, f"line {line}", f"byte 0x{data[error.start]:02x} is not UTF-8", "save as UTF-8") from None


def read_lines(path: str) -> list[str]:
    """The lines that say something, without the spaces around them. Raises DataError."""
    return [line for line in (each.strip() for each in read_text(path).splitlines()) if line]
