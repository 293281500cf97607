"""The manifest of a folder: the sha256 of every file, what was counted, and what it was made with."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from typing import Any

from .. import __version__
from ..errors import DataError
from ..json_files import parse_json

MANIFEST = "manifest.json"
#: Files of the workings of a disk, which nobody published.
_NOT_OURS = {".DS_Store", "Thumbs.db", "desktop.ini"}


def files_of(folder: str) -> Iterator[str]:
    """Paths of all files below a folder, with slashes, by name; folders that are links are not entered."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*names, *(f for f in folders if os.path.islink(os.path.join(root, f)))]):
            path = os.path.relpath(os.path.join(root, name), folder).replace(os.sep, "/")
            if path != MANIFEST and name not in _NOT_OURS:
                yield path


def digest(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: str, members: Mapping[str, Any], besides: str = "") -> dict[str, str]:
    """Write the manifest of all files that a folder has by now; their sums.

    Args:
        folder: with all other files in it.
        members: what the manifest says besides.
        besides: a folder in it that is gone when it is published.
    """
    import numpy as np

    files = {name: digest(os.path.join(folder, name)) for name in sorted(files_of(folder))
             if not (besides and name.startswith(f"{besides}/"))}  # fmt: skip
    versions = {"cocokit": __version__, "python": platform.python_version(), "numpy": np.__version__}
    value = {**members, "versions": versions, "files": files}
    with open(os.path.join(folder, MANIFEST), "w", encoding="utf-8", newline="\n") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.write("\n")
    return files


def read_manifest(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The manifest of a folder.

    Raises:
        DataError: there is none, or it is no object with the sums of files.
    """
    path = os.path.join(folder, MANIFEST)
    if not os.path.isfile(path):
        reason = f"has no {MANIFEST}" if os.path.isdir(folder) else "is no folder"
        raise DataError(os.fspath(folder), "", reason, "give a folder that cocokit publish or cocokit export wrote")
    value = parse_json(path)
    files = value.get("files") if isinstance(value, dict) else None
    if not isinstance(files, dict) or not all(isinstance(sum_, str) for sum_ in files.values()):
        raise DataError(path, "files", "is no object with the sha256 of each file", "write the folder again")
    found: dict[str, Any] = value
    return found
