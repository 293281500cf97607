"""A file is written whole or not at all: beside its place first, then flushed to disk, then renamed."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from .errors import DataError


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file for writing that takes the place of ``path`` when the block ends without an exception.

    A link is followed; what is no regular file (a device, a pipe) is written directly. After an exception the old file
    is as it was and nothing is left beside it.

    Raises:
        DataError: the folder is missing or closed to us, the disk is full, ...
    """
    target = os.path.realpath(path)
    try:
        if os.path.exists(target) and not stat.S_ISREG(os.stat(target).st_mode):
            with open(target, "wb") as file:
                yield file
            return
        # A short name of its own: that of the target may be as long as a name can be.
        partial = os.path.join(os.path.dirname(target), f"cocokit-{os.getpid()}-{os.urandom(4).hex()}.part")
        with open(partial, "xb") as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                os.replace(partial, target)
            except BaseException:
                os.unlink(partial)
                raise
    except OSError as error:
        raise _unwritable(path, error) from error


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8, whole or not at all; raises as :func:`atomic_write`, and for halves of characters."""
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise DataError(os.fspath(path), "", no_text(error), "mend the names in the source") from error
    with atomic_write(path) as file:
        file.write(data)


def require_folder(path: str | os.PathLike[str]) -> None:
    """Say before minutes of work, not after them, that a file cannot be written. Raises DataError.

    What is there already, such as a device, is left to :func:`atomic_write`.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if not os.path.exists(target) and not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
        reason = "cannot be written: its folder is not there or closed to us"
        raise DataError(os.fspath(path), "", reason, "create it first")


def no_text(error: UnicodeEncodeError) -> str:
    """What is wrong with text that cannot be written, as a phrase with a verb."""
    around = error.object[max(0, error.start - 20) : error.end + 20]
    return f"cannot hold {around!a}: half of a character stands alone in it"


def _unwritable(path: str | os.PathLike[str], error: OSError) -> DataError:
    remedy = {
        FileNotFoundError: "create its folder first",
        PermissionError: "choose a folder that you may write to",
        IsADirectoryError: "it is a folder: give a file name in it",
    }.get(type(error), "the file that was there before is unchanged")
    return DataError(os.fspath(path), "", f"cannot be written: {error.strerror or error}", remedy)
