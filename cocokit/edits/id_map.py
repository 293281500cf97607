"""Which ids became which, so that results, provenance and people find a row again in a dataset that was made anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..atomic import write_text
from ..columns import Int64
from ..errors import DataError

#: The tables whose rows have ids.
TABLES = ("images", "annotations", "categories", "licenses")
_MOST = 2**63 - 1


@dataclass(slots=True)
class SourceMap:
    """What became of the ids of one file.

    Attributes:
        file: its name, or a word for data in memory.
        changed: table -> old id -> the new one, a list of new ones, or None for what was left out. Ids that are not
            named stay as they were.
    """

    file: str
    changed: dict[str, dict[int, Any]] = field(default_factory=dict)

    def note(self, table: str, old: Int64, new: Int64) -> None:
        """Note the ids that differ; ``old`` and ``new`` are (M,) int64."""
        rows = np.flatnonzero(old != new)
        if len(rows):
            known = self.changed.setdefault(table, {})
            known.update(zip(old[rows].tolist(), new[rows].tolist(), strict=True))


@dataclass(slots=True)
class IdMap:
    """Every id that changed, by source file and table.

    Attributes:
        command: what was done: "merge", "remap", "tile", ...
        sources: one for each file, in their order.
        counts: what was counted on the way, such as instances that were left out.
        more: further members of the map file.
    """

    command: str
    sources: list[SourceMap] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As the map file has it; ids that are keys become text, as JSON wants it."""
        sources = [
            {"file": s.file, **{t: {str(k): v for k, v in s.changed.get(t, {}).items()} for t in TABLES}}
            for s in self.sources
        ]
        return {"command": self.command, "sources": sources, "counts": self.counts, **self.more}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the map file, one row a line; the same map gives the same bytes. Raises DataError."""
        write_text(path, "".join(_lines(self.to_dict())))


def _lines(value: Mapping[str, Any]) -> list[str]:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    parts = []
    for name, member in value.items():
        text = encode(member)
        if isinstance(member, list) and member:
            text = "[\n" + ",\n".join(map(encode, member)) + "\n]"
        parts.append(f"{encode(name)}: {text}")
    return ["{", ",\n".join(parts), "}\n"]


def fresh_ids(taken: Int64, count: int) -> Int64:
    """Ids that nobody has: those after the largest, or the smallest free ones from 1 if there is no room above.

    Args:
        taken: (N,) int64 ids that are in use, in any order.
        count: how many are wanted.

    Returns:
        (count,) int64, rising.

    >>> fresh_ids(np.array([3, 9]), 2).tolist(), fresh_ids(np.array([2, 2**63 - 1]), 3).tolist()
    ([10, 11], [1, 3, 4])
    """
    top = max(int(taken.max()), 0) if len(taken) else 0
    if top <= _MOST - count:
        return np.arange(top + 1, top + count + 1, dtype=np.int64)
    free = np.setdiff1d(np.arange(1, len(taken) + count + 1), taken)
    return np.asarray(free[:count], np.int64)


def distinct_ids(ids: Int64, file: str, noun: str) -> None:
    """Refuse ids that occur twice in one file: a map could not tell the rows apart.

    Args:
        ids: (N,) int64.
        file: for the message.
        noun: "image", "annotation" or "category", for the message.

    Raises:
        DataError: some id occurs twice.
    """
    from ..ids import repeated

    again = repeated(ids)
    if len(again):
        reason = f"{noun} id {int(ids[again[0]])} occurs twice"
        raise DataError(file, "", reason, f"give every {noun} an id of its own first", len(again))
