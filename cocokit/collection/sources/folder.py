"""A folder of photos, with a table beside them that says where they are from, if there is one."""

from __future__ import annotations

import csv
import io
import os
from datetime import UTC, datetime

from ...errors import DataError
from ...regular import open_regular
from ..found import Candidate, Licence, Page, Query
from ..ledger import NAME as LEDGER

#: The table: file_name, and any of author, license, license_url, landing_page, taken (2014-05-02 18:22:11).
TABLE = "provenance.csv"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_PER_PAGE = 256


class Folder:
    """The photos of a folder and of the folders in it; a query finds all of them.

    Args:
        path: the folder.

    Raises:
        DataError: no such folder, or a table that cannot be read.
    """

    name = "folder"
    near = True

    def __init__(self, path: str) -> None:
        if not os.path.isdir(path):
            raise DataError(path, "", "no such folder", "give a folder of photos, or flickr, openverse or commons")
        self._path = path
        self._names = sorted(_photos(path))
        self._table = _table(os.path.join(path, TABLE))

    def search(self, query: Query, cursor: str | None) -> Page:
        """As :meth:`Source.search`; the cursor is the last name."""
        names = [name for name in self._names if cursor is None or name > cursor]
        page = names[:_PER_PAGE]
        return Page(tuple(map(self._candidate, page)), page[-1] if len(names) > _PER_PAGE else None)

    def fetch(self, candidate: Candidate, folder: str) -> str:
        """As :meth:`Source.fetch`."""
        return candidate.url

    def _candidate(self, name: str) -> Candidate:
        row = self._table.get(name, {})
        named = row.get("license") or row.get("license_url")
        licence = Licence(row.get("license") or "", row.get("license") or "", row.get("license_url") or "")
        author = row.get("author") or ""
        return Candidate(
            "folder", name, os.path.join(self._path, name), licence if named else None, author=author,
            photographer=author or None, landing_page=row.get("landing_page") or "", taken=_taken(row.get("taken")),
        )  # fmt: skip


def _photos(folder: str) -> list[str]:
    """Names below a folder with / between their parts; what begins with a dot, and collections, are left out."""
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders
            if not name.startswith(".") and not os.path.exists(os.path.join(root, name, LEDGER))
        ]  # fmt: skip
        found += [
            os.path.relpath(os.path.join(root, name), folder).replace(os.sep, "/")
            for name in files
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        ]
    return found


def _table(path: str) -> dict[str, dict[str, str]]:
    if not os.path.exists(path):
        return {}
    try:
        with io.TextIOWrapper(open_regular(path), encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(path, "", f"cannot be read: {error}", "write it as CSV in UTF-8") from None
    if rows and "file_name" not in rows[0]:
        raise DataError(path, "", "has no column file_name", "name the photos in it")
    return {row["file_name"]: row for row in rows if row["file_name"]}


def _taken(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
