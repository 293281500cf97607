"""Where the annotations of a published dataset come from: a campaign's provenance, cut to what is published."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..columns import Field
from ..errors import DataError
from ..json_files import parse_json
from ..row_table import raw_json
from .parts import Part

#: Tables of a provenance file, each with a row for each annotation or caption.
_TABLES = ("annotations", "captions")


@dataclass(frozen=True, slots=True)
class Stories:
    """What a provenance says of a dataset.

    Attributes:
        value: its members; tables have the rows of what is published, and no others.
        source: the file.
        whole: whether nothing was left out.
    """

    value: dict[str, Any]
    source: str
    whole: bool

    def write(self, target: str) -> None:
        """Write them: the file as it is if nothing was left out, else with a row a line."""
        if self.whole:
            shutil.copyfile(self.source, target)
            return
        _write({n: _lines(v) if isinstance(v, list) else raw_json(v) for n, v in self.value.items()}, target)


def read_stories(path: str | os.PathLike[str], parts: Sequence[Part]) -> Stories:
    """What a provenance file says of parts.

    Whatever was withheld, filtered or taken down has no row in it: neither it nor its number can be read there.

    Raises:
        DataError: not a provenance, or one that does not know an annotation of the parts.
    """
    name, value = os.fspath(path), parse_json(path)
    if not isinstance(value, dict) or not all(_is_table(value.get(table)) for table in _TABLES):
        raise DataError(name, "", "is no provenance of a campaign", "give the provenance.json of cocokit export")
    wanted = _ids(parts)
    for table, ids in wanted.items():
        strange = ids - {row.get("id") for row in value[table]}
        if strange:
            reason = f"knows nothing of annotation {min(strange)}"
            raise DataError(name, table, reason, "give the one that these annotations were exported with", len(strange))
    rows = {table: [row for row in value[table] if row.get("id") in wanted[table]] for table in _TABLES}
    return Stories(value | rows, name, all(len(rows[table]) == len(value[table]) for table in _TABLES))


def hide_open_tasks(source: str | os.PathLike[str], target: str, images: Collection[int]) -> None:
    """Write a campaign's list of images without what it says of the open tasks of some: tasks name categories.

    Args:
        source: the whole ``images.json``.
        target: the new one.
        images: ids of those whose annotations are withheld.
    """
    value = parse_json(source)
    for rows in value.values() if isinstance(value, dict) else ():
        for row in rows:
            if isinstance(row, dict) and row.get("id") in images and row.pop("open", None) is not None:
                row["reason"] = "waits for answers"
    _write({name: _lines(rows) for name, rows in value.items()}, target)


def _is_table(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) for row in rows)


def _ids(parts: Sequence[Part]) -> dict[str, set[int]]:
    """The ids of the annotations and of the captions in parts."""
    found: dict[str, set[int]] = {table: set() for table in _TABLES}
    for part in parts:
        table, name = part.dataset.annotations, "captions" if part.kind == "captions" else "annotations"
        if table.id is not None:
            found[name].update(table.id[table.has(Field.ID)].tolist())
    return found


def _lines(rows: Sequence[Any]) -> bytes:
    return b"[\n" + b",\n".join(map(raw_json, rows)) + b"\n]"


def _write(members: Mapping[str, bytes], target: str) -> None:
    with open(target, "wb") as file:
        file.write(b"{" + b",\n".join(raw_json(name) + b":" + text for name, text in members.items()) + b"}\n")
