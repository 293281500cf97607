"""Categories and licences of several files made one list: what is the same is joined, ids that clash move."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ..columns import CategoryRow, Int64
from ..errors import DataError
from .id_map import distinct_ids, fresh_ids

#: What makes two categories of two files the same.
By = Literal["name", "id"]


def unite_categories(
    lists: Sequence[Sequence[CategoryRow]], files: Sequence[str], by: By
) -> tuple[list[CategoryRow], list[dict[int, int]]]:
    """One list of categories, and for each file its ids -> the new ones.

    The first file that has a category gives its id. An id that is taken already by another category moves.

    Args:
        lists: the categories of each file.
        files: names for messages.
        by: "name" joins categories of one name, "id" those of one id.

    Raises:
        DataError: two categories are joined that do not agree, or one file has a name or an id twice.
    """
    known: dict[Any, CategoryRow] = {}
    maps: list[dict[int, int]] = []
    every = np.array([row.id for rows in lists for row in rows], np.int64)
    used: set[int] = set()
    for rows, file in zip(lists, files, strict=True):
        _once(rows, file)
        ids: dict[int, int] = {}
        for row in rows:
            key = row.name if by == "name" else row.id
            if key in known:
                known[key] = _agreed(known[key], row, file, by)
            else:
                new = row.id
                if new in used:
                    new = int(fresh_ids(np.append(every, sorted(used)), 1)[0])
                used.add(new)
                known[key] = replace(row, id=new)
            ids[row.id] = known[key].id
        maps.append(ids)
    return list(known.values()), maps


def _once(rows: Sequence[CategoryRow], file: str) -> None:
    distinct_ids(np.array([row.id for row in rows], np.int64), file, "category")
    names = [row.name for row in rows]
    again = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if again is not None:
        raise DataError(file, "categories", f"{again!r} is the name of two categories", "join them: cocokit remap")


def _agreed(mine: CategoryRow, theirs: CategoryRow, file: str, by: By) -> CategoryRow:
    """A category with all that two files say of it."""
    said = {"name": (mine.name, theirs.name), "supercategory": (mine.supercategory, theirs.supercategory)}
    said |= {key: (mine.other[key], theirs.other[key]) for key in mine.other.keys() & theirs.other.keys()}
    for member, (first, second) in sorted(said.items()):
        if first is not None and second is not None and first != second:
            same = f"category {mine.name!r}" if by == "name" else f"category {theirs.id}"
            reason = f"{same} has the {member} {second!r}, but {first!r} in a file before it"
            raise DataError(file, "categories", reason, "rename one of them first: cocokit remap")
    group = mine.supercategory if mine.supercategory is not None else theirs.supercategory
    return replace(mine, supercategory=group, other=theirs.other | mine.other)


def unite_licenses(tops: Sequence[Mapping[str, Any]]) -> tuple[list[Any] | None, list[dict[int, int]]]:
    """One list of licences, and for each file its ids -> the new ones; None if no file has a list.

    Licences that say the same but for their id are one.
    """
    lists = [top.get("licenses") for top in tops]
    if not any(isinstance(rows, list) for rows in lists):
        return None, [{} for _ in tops]
    known: dict[str, Any] = {}
    used: set[int] = set()
    every = [_id(row) for rows in lists if isinstance(rows, list) for row in rows]
    taken: Int64 = np.array([i for i in every if i is not None], np.int64)
    maps: list[dict[int, int]] = []
    for rows in lists:
        ids: dict[int, int] = {}
        for row in rows if isinstance(rows, list) else []:
            old = _id(row)
            key = json.dumps({k: v for k, v in row.items() if k != "id"} if old is not None else row, sort_keys=True)
            if key not in known:
                new = old
                if old is not None and old in used:
                    new = int(fresh_ids(np.append(taken, sorted(used)), 1)[0])
                used |= {new} if new is not None else set()
                known[key] = row if new == old else {**row, "id": new}
            if old is not None:
                ids[old] = known[key]["id"]
        maps.append(ids)
    return list(known.values()), maps


def _id(row: Any) -> int | None:
    """A licence's id, if it is one that an array can hold."""
    found = row.get("id") if isinstance(row, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**62 else None
