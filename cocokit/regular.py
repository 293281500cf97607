"""Files from strangers are regular ones: a pipe would hold whoever opens it for ever, a device may have no end."""

from __future__ import annotations

import os
import shutil
import stat
from typing import BinaryIO

from .errors import DataError


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file, or what a link leads to, to be read; nothing else is even opened.

    Raises:
        DataError: a folder, a pipe, a socket or a device.
        OSError: not there, or not to be read.
    """
    name = os.fspath(path)
    _refuse(name, os.stat(name).st_mode)
    fd = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = open(fd, "rb")
    try:
        _refuse(name, os.fstat(fd).st_mode)  # it may have become something else meanwhile
    except DataError:
        file.close()
        raise
    return file


def copy_regular(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy the bytes of a regular file to a new one.

    Raises:
        DataError: the source is not there, is no regular file, or cannot be read.
        OSError: the target cannot be written.
    """
    name = os.fspath(source)
    try:
        old = open_regular(name)
    except FileNotFoundError:
        raise DataError(name, "", "no such file", "check the path") from None
    except OSError as error:
        raise DataError(name, "", f"cannot be read: {error.strerror or error}", "check the path") from None
    with old, open(target, "wb") as new:
        shutil.copyfileobj(old, new, 1 << 20)


def refuse_others(path: str | os.PathLike[str]) -> None:
    """Raises DataError for what is there and is no regular file; it is not opened."""
    if os.path.exists(path):
        _refuse(os.fspath(path), os.stat(path).st_mode)


def _refuse(name: str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise DataError(name, "", "is a folder", "give a file in it")
    if not stat.S_ISREG(mode):
        kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
        raise DataError(name, "", f"is {kinds.get(stat.S_IFMT(mode), 'a device')}, not a file", "give a regular file")
