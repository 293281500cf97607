"""Photos out of a browser: single files or zips, with caps on everything before anything is decoded.

What comes in lies in a folder of its own and is never served; a campaign gets copies that were decoded and written anew
(:mod:`cocokit.campaign.ingest`).
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO

from werkzeug.datastructures import FileStorage

from cocokit.campaign.ingest import SUFFIXES
from cocokit.errors import CocokitError, DataError, RefusedError
from cocokit.zips import DAMAGED, why_refused

from .small_icons import MOST_FILE, small_icon

#: Bytes of one request, of one photo, and of all photos of a plan; how many photos; how much a zip may grow.
MOST_REQUEST, MOST_PHOTO, MOST_ALL, MOST_FILES, MOST_RATIO = 2 * 10**9, 100 * 10**6, 50 * 10**9, 200_000, 200
_BLOCK = 1 << 20


def take_photos(files: Iterable[FileStorage], folder: str) -> int:
    """Put uploaded photos into a folder, zips unpacked; how many there were.

    Raises:
        RefusedError: a file that is none of these, is too large, or a zip that is no honest one.
    """
    os.makedirs(folder, exist_ok=True)
    room = _Room(folder)
    for file in files:
        name = os.path.basename((file.filename or "").replace("\\", "/"))
        if name.lower().endswith(".zip"):
            _unpack(file.stream, name, room)
        elif name:
            room.take(file.stream, name)
    return room.taken


def take_icon(file: FileStorage | None) -> bytes:
    """An uploaded picture of a category, decoded and written anew: a small square PNG.

    Raises:
        RefusedError: there is no file, it is too large, or it is no picture.
    """
    if file is None or not file.filename:
        raise RefusedError("picture", "is missing", "choose a PNG, JPEG or WebP file")
    with tempfile.TemporaryDirectory() as spare:
        path = os.path.join(spare, "picture")
        with open(path, "wb") as target:
            target.write(file.stream.read(MOST_FILE + 1))
        try:
            return small_icon(path)
        except DataError as error:
            words = str(error).replace(path, "it").split(";")[0].removeprefix("it").lstrip(": ")
            raise RefusedError(_shown(file.filename), f"is no picture for this: {words}", "save it as PNG") from None


class _Room:
    """A folder with what still fits into it."""

    def __init__(self, folder: str) -> None:
        self.folder, self.taken = folder, 0
        there = [entry.stat().st_size for entry in os.scandir(folder) if entry.is_file()]
        self.count, self.bytes = len(there), sum(there)

    def take(self, source: IO[bytes], name: str, limit: int | None = None) -> None:
        """One photo, block by block; nothing of it stays if it is too large."""
        ending = os.path.splitext(name)[1].lower()
        if ending not in SUFFIXES:
            raise RefusedError(_shown(name), "is no JPEG, PNG, WebP or zip", "save it as one of these")
        if self.count >= MOST_FILES:
            raise RefusedError("photos", f"are more than {MOST_FILES:,}", "make several campaigns")
        path = os.path.join(self.folder, f"{self.count:06d}-{_plain(name)}")
        size, limit = 0, MOST_PHOTO if limit is None else limit
        with open(path, "xb") as target:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > limit or self.bytes + size > MOST_ALL:
                    break
                target.write(block)
        if size > limit or self.bytes + size > MOST_ALL:
            os.unlink(path)
            raise RefusedError(_shown(name), f"has more than {min(limit, MOST_PHOTO):,} bytes", "make it smaller")
        self.count, self.bytes, self.taken = self.count + 1, self.bytes + size, self.taken + 1


def _unpack(stream: IO[bytes], name: str, room: _Room) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in entries:
                _check(entry, name)
            if sum(entry.file_size for entry in entries) > MOST_ALL or len(entries) > MOST_FILES:
                raise RefusedError(_shown(name), "holds too much", "split it")
            for entry in entries:
                if _is_photo(entry.filename):
                    with archive.open(entry) as source:
                        # what the zip says of its sizes is not believed
                        room.take(source, os.path.basename(entry.filename), min(MOST_PHOTO, entry.file_size))
    except CocokitError:
        raise
    except DAMAGED as error:
        raise RefusedError(_shown(name), f"cannot be unpacked ({type(error).__name__})", "make the zip anew") from error
    except OSError as error:  # our disk, not their zip
        reason = f"the photos cannot be kept: {error.strerror}; make room on the server's disk, or mend it"
        raise CocokitError(reason) from error


def _check(entry: zipfile.ZipInfo, name: str) -> None:
    inside, parts = _shown(entry.filename), entry.filename.replace("\\", "/").split("/")
    if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in entry.orig_filename:
        raise RefusedError(_shown(name), f"has the entry {inside}, which leads out of it", "make the zip anew")
    if reason := why_refused(entry):
        raise RefusedError(_shown(name), f"has the entry {inside}, which {reason}", "make the zip anew without it")
    if entry.file_size > MOST_PHOTO or entry.file_size > MOST_RATIO * max(entry.compress_size, 1000):
        raise RefusedError(_shown(name), f"has the entry {inside}, which grows too much", "photos do not shrink so far")


def _is_photo(name: str) -> bool:
    parts = name.split("/")
    return name.lower().endswith(SUFFIXES) and not parts[-1].startswith(".") and parts[0] != "__MACOSX"


def _plain(name: str) -> str:
    stem, ending = os.path.splitext(os.path.basename(name))
    kept = "".join(c if c.isalnum() or c in "-_ " else "_" for c in stem)[:80].strip() or "photo"
    return kept.encode("ascii", "replace").decode().replace("?", "_") + ending.lower()


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:80] or "the file"
