"""A zip of a dataset, unpacked into a folder that is gone afterwards; nothing in it reaches another place."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence

from ..errors import DataError
from ..zips import DAMAGED, why_refused
from .base import head, inside

#: Entries, and bytes when unpacked: so many times those of the archive, or a few at any rate. More is an attack or a
#: mistake. JSON becomes 10 times smaller, photos do not; only what says nothing becomes 200 to 1,000 times smaller.
MOST_ENTRIES, MOST_TIMES, FREE_BYTES = 1_000_000, 100, 1 << 26
#: Files without a byte, where they are most of the archive: label files of images without instances are among others.
MOST_EMPTY = 20_000


@contextlib.contextmanager
def unpacked(path: str) -> Iterator[str]:
    """The path itself, or, for a zip, a folder with what is in it; the one folder or file in it if there is one.

    Raises:
        DataError: an entry that leads out of the folder or is a link, far too much of it, a damaged archive.
    """
    if os.path.isdir(path) or not head(path).startswith(b"PK\x03\x04"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="cocokit-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, path, folder)
        except DataError:
            raise
        except DAMAGED as error:
            raise DataError(path, "", f"is a damaged zip archive ({error})", "pack it again") from error
        try:
            yield _only(folder)
        except DataError as error:  # the folder will be gone when somebody reads of it
            if not error.path.startswith(folder):
                raise
            raise error.renamed({error.path: path + error.path[len(folder) :]}) from error


def _unpack(archive: zipfile.ZipFile, path: str, folder: str) -> None:
    entries = [entry for entry in archive.infolist() if not entry.filename.startswith("__MACOSX/")]
    _refuse_bombs(entries, path, folder)
    for entry in entries:
        target = os.path.join(folder, inside(entry.filename, path, "an entry"))
        if fault := why_refused(entry):
            raise DataError(path, entry.filename, fault, "pack the files themselves, as any zip program does")
        try:
            _extract(archive, entry, target)
        except FileExistsError:
            raise DataError(path, entry.filename, "is in it twice", "pack it again") from None
        except OSError as error:
            reason = f"cannot be unpacked: {error.strerror or error}"
            raise DataError(path, entry.filename, reason, "unpack it yourself and give the folder") from None


def _refuse_bombs(entries: Sequence[zipfile.ZipInfo], path: str, folder: str) -> None:
    """By what the directory says, before anything is unpacked; no entry gives more bytes than it says there."""
    size, total = os.path.getsize(path), sum(entry.file_size for entry in entries)
    empty = sum(not entry.file_size for entry in entries)
    remedy = "if that is right, unpack it yourself and give the folder"
    if len(entries) > MOST_ENTRIES:
        raise DataError(path, "", f"has {len(entries):,} entries, and the limit is {MOST_ENTRIES:,}", remedy)
    if empty > max(MOST_EMPTY, len(entries) // 2):
        reason = f"has {empty:,} empty entries among {len(entries):,}, and the limit is {MOST_EMPTY:,}"
        raise DataError(path, "", reason, remedy)
    if total > MOST_TIMES * size + FREE_BYTES:
        reason = f"would unpack to {total:,} bytes, {total // size:,} times its own, and the limit is {MOST_TIMES}"
        raise DataError(path, "", reason, remedy)
    if total > (room := shutil.disk_usage(folder).free):
        reason = f"would unpack to {total:,} bytes, and {os.path.dirname(folder)} has room for {room:,}"
        raise DataError(path, "", reason, "set TMPDIR to a folder with room, or unpack it yourself and give the folder")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: str) -> None:
    if entry.is_dir():
        os.makedirs(target, exist_ok=True)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with archive.open(entry) as source, open(target, "xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _only(folder: str) -> str:
    """The one folder or file in a folder; the folder if it has several."""
    while os.path.isdir(folder):
        found = os.listdir(folder)
        if len(found) != 1:
            return folder
        folder = os.path.join(folder, found[0])
    return folder
