"""Members that no column holds, changed where they name an id: licences of images, segments of panoptic files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..columns import Int64, Ragged, offsets_of
from ..row_table import raw_json

#: A row's raw members -> the changed ones, or None if they stay as they are.
Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def change_extras(extras: Ragged | None, word: str, change: Change) -> tuple[Ragged | None, Int64]:
    """Change raw members row by row.

    Args:
        extras: the column, or None.
        word: only rows whose text has it are looked at.
        change: what to do with the members of such a row.

    Returns:
        The new column, and (M,) int64 the rows that changed.
    """
    if extras is None:
        return None, np.empty(0, np.int64)
    key = json.dumps(word).encode()
    if key not in extras.values.tobytes():
        return extras, np.empty(0, np.int64)
    rows, changed = [extras[i].tobytes() for i in range(len(extras))], []
    for i, text in enumerate(rows):
        made = change(json.loads(b"{" + text + b"}")) if key in text else None
        if made is not None:
            rows[i] = raw_json(made)[1:-1]
            changed.append(i)
    if not changed:
        return extras, np.empty(0, np.int64)
    return Ragged(np.frombuffer(bytearray(b"".join(rows)), np.uint8), offsets_of(map(len, rows))), np.array(changed)


def new_licenses(extras: Ragged | None, ids: Mapping[int, int]) -> tuple[Ragged | None, Int64]:
    """The images' licences by their new ids; ``ids`` is old -> new. Returns as :func:`change_extras`: (M,) rows."""

    def change(members: dict[str, Any]) -> dict[str, Any] | None:
        old = members.get("license")
        if not isinstance(old, int) or isinstance(old, bool) or ids.get(old, old) == old:
            return None
        return members | {"license": ids[old]}

    return change_extras(extras, "license", change) if ids else (extras, np.empty(0, np.int64))


def new_segments(extras: Ragged | None, ids: Mapping[int, int | None]) -> tuple[Ragged | None, Int64]:
    """The segments of panoptic annotations by their categories' new ids; ``ids`` is old -> new, None drops a segment.

    Returns as :func:`change_extras`: (M,) rows.
    """

    def change(members: dict[str, Any]) -> dict[str, Any] | None:
        old = members.get("segments_info")
        if not isinstance(old, list):
            return None
        new = [_segment(row, ids) for row in old]
        return None if new == old else members | {"segments_info": [row for row in new if row is not None]}

    return change_extras(extras, "segments_info", change) if ids else (extras, np.empty(0, np.int64))


def _segment(row: Any, ids: Mapping[int, int | None]) -> Any:
    old = row.get("category_id") if isinstance(row, dict) else None
    if not isinstance(old, int) or isinstance(old, bool):
        return row
    new = ids.get(old, old)
    return None if new is None else {**row, "category_id": new}


def has_segments(extras: Ragged | None) -> bool:
    """Whether annotations are panoptic: their masks lie in PNG files, and only the categories here."""
    return extras is not None and b'"segments_info"' in extras.values.tobytes()
