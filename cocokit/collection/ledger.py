"""The ledger of a collection: a line for everything that happened, written before anything rests on it.

Lines are only added, each flushed to the disk, so that a run that is killed at any point goes on where it stopped; a
last line that was cut is dropped. What was taken down leaves a line that says so, and its own line is removed.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from ..atomic import atomic_write
from ..errors import CocokitError, DataError

NAME = "ledger.jsonl"
#: Kinds of lines: a photo that came in, one that did not, a page that was read, a photo that was taken down.
IMAGE, LEFT_OUT, PAGE, TOMBSTONE = "image", "left out", "page", "tombstone"
#: Why a photo was left out that may be there another time.
PASSING = ("unreachable",)
_ROOM = "make room on its disk and run it again: it goes on where it stopped"

Row = dict[str, Any]


class Ledger:
    """What is known of a collection; use it in a ``with`` block, one process at a time.

    Attributes:
        images: key to the line of a photo that came in, in the order in which they came.
        left_out: key to the line of one that did not.
        tombstones: key to the line of one that was taken down.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.path = os.path.join(folder, NAME)
        self._clear()

    def __enter__(self) -> Self:
        folder = os.path.dirname(self.path)
        os.makedirs(folder or ".", exist_ok=True)
        self._lock = open(os.path.join(folder, f".{NAME}.lock"), "ab")
        try:
            _lock(self._lock.fileno(), self.path)
            self._open()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        self._lock.close()

    def _open(self) -> None:
        self._clear()
        self._file = open(self.path, "a+b", buffering=0)  # what cannot be written must not wait for the next time
        try:
            for row in self._read():
                self._learn(row)
        except BaseException:
            self._file.close()
            raise

    def _clear(self) -> None:
        self.images: dict[str, Row] = {}
        self.left_out: dict[str, Row] = {}
        self.tombstones: dict[str, Row] = {}
        self._contents: dict[str, str] = {}
        self._gone: set[str] = set()
        self._cursors: dict[tuple[str, str], str | None] = {}
        self._per_query: Counter[tuple[str, str]] = Counter()
        self._last = 0

    def add_image(self, key: str, row: Row) -> Row:
        """Write that a photo came in; it gets the next id, which no other ever had."""
        return self._add({"kind": IMAGE, "key": key, "id": self._last + 1, **row})

    def leave_out(self, key: str, why: str, reason: str) -> None:
        """Write that a photo did not come in.

        Args:
            key: of the candidate.
            why: a word to count by: licence, author, window, broken, removed, duplicate, unreachable, unusable.
            reason: what exactly was wrong.
        """
        self._add({"kind": LEFT_OUT, "key": key, "why": why, "reason": reason})

    def end_page(self, source: str, query: str, cursor: str | None) -> None:
        """Write that a page was read to its end; ``cursor`` leads to the next one."""
        self._add({"kind": PAGE, "source": source, "query": query, "next": cursor})

    def bury(self, key: str, reason: str, time: str) -> Row:
        """Write that a photo was taken down; the same key, and the same pixels, never come in again."""
        known = self.images.get(key, {})
        row = {"kind": TOMBSTONE, "key": key, "reason": reason, "time": time}
        return self._add(row | {name: known[name] for name in ("id", "sha256") if name in known})

    def knows(self, key: str) -> bool:
        """Whether a photo came in, was left out or was taken down."""
        return key in self.images or key in self.left_out or key in self.tombstones

    def same_content(self, sha256: str) -> str | None:
        """The key of a photo that came in with the same content; None if there is none."""
        return self._contents.get(sha256)

    def is_buried(self, sha256: str) -> bool:
        """Whether a photo of this content was taken down."""
        return sha256 in self._gone

    def cursor(self, source: str, query: str) -> tuple[bool, str | None]:
        """Whether a query was read to its end, and where to go on."""
        place = source, query
        return place in self._cursors and self._cursors[place] is None, self._cursors.get(place)

    def count(self, source: str, query: str) -> int:
        """How many photos of a query came in."""
        return self._per_query[source, query]

    def forget(self, whys: Iterable[str] = PASSING) -> None:
        """Forget what was left out for reasons that may have passed, and read all pages again."""
        whys = frozenset(whys)
        self._rewrite([row for row in self._read() if row["kind"] != PAGE and row.get("why") not in whys])

    def compact(self) -> None:
        """Remove the lines of what was taken down; its tombstones stay."""
        gone = self.tombstones
        rows = self._read()
        kept = [row for row in rows if row["kind"] == TOMBSTONE or row.get("key") not in gone]
        if len(kept) < len(rows):
            self._rewrite(kept)

    def _add(self, row: Row) -> Row:
        end, line = os.fstat(self._file.fileno()).st_size, memoryview(_line(row))
        try:
            while line:
                line = line[self._file.write(line) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(end)
            raise DataError(self.path, "", f"cannot be written: {error.strerror or error}", _ROOM) from error
        self._learn(row)
        return row

    def _learn(self, row: Row) -> None:
        key = row.get("key", "")
        if row["kind"] == PAGE:
            self._cursors[row["source"], row["query"]] = row["next"]
        elif row["kind"] == LEFT_OUT:
            self.left_out[key] = row
        elif row["kind"] == IMAGE:
            self.images[key] = row
            self._contents[row["sha256"]] = key
            self._per_query[row["source"], row["query"]] += 1
        else:
            self.tombstones[key] = row
            self.left_out.pop(key, None)
            if known := self.images.pop(key, None):
                self._contents.pop(known["sha256"], None)
                self._per_query[known["source"], known["query"]] -= 1
            self._gone |= {row["sha256"]} if "sha256" in row else set()
        self._last = max(self._last, row.get("id", 0))

    def _read(self) -> list[Row]:
        """Every whole line; a last one that was cut is cut off."""
        self._file.seek(0)
        data = self._file.read()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            self._file.truncate(whole)
            data = data[:whole]
        rows = []
        for number, line in enumerate(data.splitlines(), start=1):
            try:
                row = json.loads(line)
                known = row["kind"] in (IMAGE, LEFT_OUT, PAGE, TOMBSTONE)
            except (ValueError, TypeError, KeyError, RecursionError):
                known = False
            if not known:
                raise DataError(self.path, f"line {number}", "is no line of a ledger", "restore it from a copy")
            rows.append(row)
        return rows

    def _rewrite(self, rows: list[Row]) -> None:
        with atomic_write(self.path) as file:
            file.writelines(map(_line, rows))
        self._file.close()
        self._open()


def _line(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def _lock(handle: int, path: str) -> None:
    """One process at a time where the file system has locks; a process that ends gives its lock back."""
    with contextlib.suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            reason = "another run works on this collection; wait until it has ended"
            raise CocokitError(f"{path}: {reason}") from None
