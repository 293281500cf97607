"""What a format is: how its files are known, read and written, and what of a dataset they cannot hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..dataset import Dataset
from ..errors import DataError

#: Called with (images or rows done, in all).
Progress = Callable[[int, int], None]

#: Bytes of a file that a recogniser looks at.
HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a format cannot hold.

    Attributes:
        what: its name in a table, in the plural: "areas", "category ids".
        sentence: what happens to it, as a person is told.
        count: how many things of a dataset that are; 0 if it has none of them.
    """

    what: str
    sentence: str
    count: Callable[[Dataset], int]


@dataclass(frozen=True, slots=True)
class Read:
    """What a format's files hold.

    Attributes:
        dataset: all of it; ids that the files do not have are given from 1 in the files' order.
        notes: a sentence about each thing that was made up.
        images: the folder in which the images' file names are found, where the reader knows it.
        lost: a sentence, with how many, about each thing that the files say and the dataset does not.
        embedded: photos that lie in the files themselves, by the images' file names.
    """

    dataset: Dataset
    notes: tuple[str, ...] = ()
    images: str | None = None
    lost: tuple[str, ...] = ()
    embedded: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        files: how many files.
        notes: a sentence about each thing that a person should know.
    """

    files: int
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads a file or folder."""

    def __call__(self, path: str, images: str | None = None, progress: Progress | None = None) -> Read:
        """Read all of it.

        Args:
            path: the file or folder.
            images: the folder with the photos; only formats that do not say how large an image is need it.
            progress: called now and then.

        Raises:
            DataError: not this format, cut off, or a value that a dataset cannot hold; with file and place.
        """


class Writer(Protocol):
    """Writes a file or folder."""

    def __call__(
        self, dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None
    ) -> Written:
        """Write all that the format can hold; the file or folder appears whole or not at all.

        Args:
            dataset: what to write; the caller has looked at what is lost (:func:`lost`).
            out: the file, or a folder that is new or empty.
            images: the folder with the photos; where the format has a place for them they go there.
            progress: called now and then.

        Raises:
            DataError: a name that would lead out of the folder, a full disk, ...
        """


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        name: as it is typed: ``--to yolo-seg``.
        title: as it is told.
        losses: everything that it cannot hold; none for a format that is written and read back without a change.
        recognises: whether a file or folder looks like it, from names and the first bytes; never raises.
        read, write: see :class:`Reader` and :class:`Writer`.
        folder: whether it is written as a folder of files.
        special: the name of a format whose files these are too, only with more said: it steps back for this one.
    """

    name: str
    title: str
    losses: tuple[Loss, ...]
    recognises: Callable[[str], bool]
    read: Reader
    write: Writer
    folder: bool = True
    special: str = ""


def lost(dataset: Dataset, format_: Format) -> list[tuple[Loss, int]]:
    """What a format cannot hold of this dataset, with how much of it; empty if nothing is lost."""
    counts = [(loss, loss.count(dataset)) for loss in format_.losses]
    return [(loss, count) for loss, count in counts if count]


def head(path: str) -> bytes:
    """The first bytes of a regular file; none for anything else, so that a pipe is not touched."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with open(path, "rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def files_of(folder: str, endings: tuple[str, ...], limit: int | None = None) -> list[str]:
    """Paths below a folder, relative and sorted, of the files with one of the endings (lower case).

    Links to files count, links to folders are not followed: a folder that holds itself would never end. Hidden files
    are left out.

    Args:
        folder: where to look.
        endings: ``(".xml",)``.
        limit: stop after so many (unsorted then), for a recogniser.
    """
    found: list[str] = []
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.lower().endswith(endings) and not name.startswith("."):
                found.append(os.path.relpath(os.path.join(at, name), folder))
                if len(found) == limit:
                    return found
    return sorted(found)


def inside(name: str, of: str, where: str = "") -> str:
    """A file name that stays below a folder when it is joined to it, with ``/`` between its parts.

    Raises:
        DataError: it is empty, absolute, goes up, or holds a character that no file name has.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")
    if not parts or absolute or ".." in parts or "\0" in name:
        reason = f"the file name {name!r} leads out of the folder" if name else "has no file name"
        raise DataError(of, where, reason, "names are relative and go down only, such as train/1.jpg")
    return "/".join(parts)


def new_folder(path: str) -> None:
    """Raises DataError unless ``path`` is free, or an empty folder: nobody's files are replaced."""
    if os.path.lexists(path) and not os.path.isdir(path):
        raise DataError(path, "", "is a file", "give a new folder")
    if os.path.isdir(path) and os.listdir(path):
        raise DataError(path, "", "has files in it", "give a new folder, or empty this one")
