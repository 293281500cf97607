"""Parsed JSON rows (lists of dicts) to columns: the slow and exact-speaking way into the dataset.

Everything that a column cannot hold is refused with the file, the place, the value, how many more rows have the same
fault, and the remedy. What a column can hold but an evaluation cannot use (NaN, unknown ids, a polygon of two points)
passes: :mod:`cocokit.checks` lists it and the evaluator decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import ALL, Annotations, CategoryRow, Field, Images, Ragged
from .json_values import flags, float_rows, floats, integers, sequence, strings
from .places import described
from .row_table import Convert, Table, list_of_objects

#: JSON member of each field.
MEMBERS: dict[Field, str] = {f: f.name.lower() for f in Field if f.name}

_SIMPLE: dict[Field, tuple[Convert, str]] = {
    Field.ID: (integers, "an integer"),
    Field.IMAGE_ID: (integers, "an integer"),
    Field.CATEGORY_ID: (integers, "an integer"),
    Field.NUM_KEYPOINTS: (integers, "an integer"),
    Field.AREA: (floats, "a number"),
    Field.SCORE: (floats, "a number"),
    Field.ISCROWD: (flags, "0 or 1"),
    Field.IGNORE: (flags, "0 or 1"),
}


def rows_to_annotations(
    rows: Any, want: Field = ALL, path: str = "data", kind: str = "annotations", *, extras: bool = False
) -> Annotations:
    """Columns from parsed annotations or results.

    Args:
        rows: a list of N dicts with COCO's members; NumPy scalars and arrays are taken too. A ``null``, and a ``bbox``
            of ``[]``, count as absent.
        want: the fields to read; the others are not even looked at.
        path: the file's name for messages.
        kind: "annotations" (of a dataset) or "results" (a top-level list).
        extras: keep the members that no column holds.

    Raises:
        DataError: a value that a column cannot hold, with its place and the number of rows like it.
    """
    table = Table(list_of_objects(rows, path, kind), path, kind)
    count = len(table.rows)
    columns: dict[str, Any] = {}
    present = np.zeros(count, np.int64)
    members: set[str] = set().union(*table.rows)
    for field, member in MEMBERS.items():
        if not field & want or (count and member not in members):
            continue
        values = table.values(member)
        if field is Field.BBOX:
            values = [None if _is_empty(value) else value for value in values]
        has = np.fromiter((value is not None for value in values), np.bool_, count)
        present |= np.where(has, int(field), 0)
        if has.any() or not count:
            columns["captions" if field is Field.CAPTION else member] = _column(table, field, member, values, has)
    rest = table.extras(frozenset(MEMBERS.values()), _kept) if extras else None
    return Annotations(present, extras=rest, **columns)


def rows_to_images(rows: Any, path: str = "data", *, extras: bool = False, names: bool = True) -> Images:
    """Columns from parsed images.

    Args:
        rows: a list of I dicts; ``id`` is required.
        path: the file's name for messages.
        extras: keep the members that no column holds.
        names: read ``file_name``.

    Raises:
        DataError: as :func:`rows_to_annotations`.
    """
    table = Table(list_of_objects(rows, path, "images"), path, "images")
    table.required("id", "every image needs an integer id")
    whole = {m: table.typed(m, table.values(m), integers, "an integer") for m in ("id", "width", "height")}
    files = table.values("file_name") if names else None
    if files is not None:
        table.typed("file_name", files, strings, "a string")
    known = frozenset({"id", "width", "height", "file_name"} if names else {"id", "width", "height"})
    rest = table.extras(known, _kept_of_image) if extras else None
    return Images(whole["id"], whole["width"], whole["height"], files, rest)


def rows_to_categories(rows: Any, path: str = "data") -> list[CategoryRow]:
    """Parsed categories as records, in the file's order.

    Raises:
        DataError: not a list of objects, or an ``id`` that is missing or no integer.
    """
    table = Table(list_of_objects(rows, path, "categories"), path, "categories")
    ids = table.required("id", "every category needs an integer id")
    column = table.typed("id", ids, integers, "an integer")
    return [_category(int(i), row) for i, row in zip(column, table.rows, strict=True)]


def _column(table: Table, field: Field, member: str, values: list[Any], has: NDArray[np.bool_]) -> Any:
    """One wanted field's column."""
    if field in _SIMPLE:
        return table.typed(member, values, *_SIMPLE[field])
    if field is Field.CAPTION:
        table.typed(member, values, strings, "a string")
        return values
    if field is Field.SEGMENTATION:
        from .json_outlines import segmentations  # only files that the scanner gave up on come here

        return segmentations(values, lambda bad, reason, remedy: table.refuse(bad, member, reason, remedy))
    return _boxes(table, values, has) if field is Field.BBOX else _number_lists(table, member, values)


def _number_lists(table: Table, member: str, values: list[Any]) -> Ragged:
    lists = [() if value is None else sequence(value) for value in values]
    bad = [i for i, row in enumerate(lists) if row is None]
    if bad:
        table.refuse(bad, member, f"is {described(values[bad[0]])} where a list of numbers was expected", "")
    ragged, bad = float_rows([row for row in lists if row is not None])
    if bad:
        table.refuse(
            bad,
            member,
            f"is {described(values[bad[0]])}, which holds something that is no number",
            "write plain numbers, without quotes",
        )
    return ragged


def _boxes(table: Table, values: list[Any], has: NDArray[np.bool_]) -> Any:
    ragged = _number_lists(table, "bbox", values)
    bad = np.flatnonzero(has & (np.diff(ragged.offsets) != 4)).tolist()
    if bad:
        length = int(ragged.offsets[bad[0] + 1] - ragged.offsets[bad[0]])
        table.refuse(
            bad,
            "bbox",
            f"is {described(values[bad[0]])}, {length} numbers",
            "a box is four numbers [x, y, width, height] in pixels",
        )
    out = np.zeros((len(values), 4))
    out[has] = ragged.values.reshape(-1, 4)
    return out


def _is_empty(value: Any) -> bool:
    return value is not None and isinstance(value, (list, tuple)) and not len(value)


def _kept(member: str, value: Any) -> bool:
    """Known members whose value counts as absent are kept as raw text, so that a round trip has them again."""
    return value is None or (member == "bbox" and _is_empty(value))


def _kept_of_image(member: str, value: Any) -> bool:
    """As above; a width or height of 0 is written as absent, so that it needs its raw text too."""
    return value is None or (member in {"width", "height"} and value == 0)


def _category(category_id: int, row: Mapping[str, Any]) -> CategoryRow:
    """Name and supercategory that are no plain strings stay in ``other`` as they were."""
    other = {k: v for k, v in row.items() if k not in {"id", "name", "supercategory"}}
    name, group = row.get("name"), row.get("supercategory")
    if "name" in row and not (isinstance(name, str) and name):
        other["name"] = name
    if "supercategory" in row and not isinstance(group, str):
        other["supercategory"] = group
    return CategoryRow(category_id, "" if name is None else str(name), group if isinstance(group, str) else None, other)
