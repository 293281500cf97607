"""Parsed JSON rows (lists of dicts) to columns: the slow and exact-speaking way into the data set.

Everything that a column cannot hold is refused with the file, the place, the value, how many more rows have the same
fault, and the remedy. What a column can hold but an evaluation cannot use (NaN, unknown ids, a polygon of two points)
passes: :mod:`cocokit.checks` lists it and the evaluator decides.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .columns import ALL, Annotations, CategoryRow, Field, Images, Ragged
from .errors import DataError
from .outlines import segmentations
from .places import described, place
from .values import flags, float_rows, floats, integer, integers, offsets, sequence

#: JSON member of each field.
MEMBERS: dict[Field, str] = {f: f.name.lower() for f in Field if f.name}

_IDS = {"id", "image_id", "category_id"}
_Convert = Callable[[Sequence[Any]], tuple[Any, list[int]]]
_SIMPLE: dict[Field, tuple[_Convert, str]] = {
    Field.ID: (integers, "an integer"),
    Field.IMAGE_ID: (integers, "an integer"),
    Field.CATEGORY_ID: (integers, "an integer"),
    Field.NUM_KEYPOINTS: (integers, "an integer"),
    Field.AREA: (floats, "a number"),
    Field.SCORE: (floats, "a number"),
    Field.ISCROWD: (flags, "0 or 1"),
    Field.IGNORE: (flags, "0 or 1"),
}


class _Table:
    """The rows of one list with what a message needs."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], path: str, kind: str) -> None:
        self.rows, self.path, self.kind = rows, path, kind

    def refuse(self, bad: Sequence[int], member: str, reason: str, remedy: str) -> NoReturn:
        row = self.rows[bad[0]]
        image_id = row.get("image_id") if member != "image_id" and isinstance(row, Mapping) else None
        raise DataError(self.path, place(self.kind, bad[0], member, image_id), reason, remedy, len(bad))

    def values(self, member: str) -> list[Any]:
        return [row.get(member) for row in self.rows]

    def typed(self, member: str, values: list[Any], convert: _Convert, wanted: str) -> Any:
        column, bad = convert(values)
        if bad:
            self.refuse(
                bad,
                member,
                f"is {described(values[bad[0]])} where {wanted} was expected",
                _remedy(member, values[bad[0]], wanted),
            )
        return column

    def extras(self, known: frozenset[str], kept: Callable[[str, Any], bool]) -> Ragged:
        """The members that no column holds, as raw JSON."""
        texts = []
        for i, row in enumerate(self.rows):
            rest = {k: v for k, v in row.items() if k not in known or kept(k, v)}
            try:
                texts.append(raw_json(rest)[1:-1] if rest else b"")
            except (TypeError, ValueError, RecursionError) as error:
                self.refuse(
                    [i], "", f"cannot be written as JSON ({error})", "keep to strings, numbers, lists and dicts"
                )
        lengths = [len(text) for text in texts]
        return Ragged(np.frombuffer(bytearray(b"".join(texts)), np.uint8), offsets(lengths, len(texts)))


def raw_json(value: Any) -> bytes:
    """Compact UTF-8 JSON; text that UTF-8 cannot hold (lone surrogates) is escaped. NaN is written as json does."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def rows_to_annotations(
    rows: Any, want: Field = ALL, path: str = "data", kind: str = "annotations", *, extras: bool = False
) -> Annotations:
    """Columns from parsed annotations or results.

    Args:
        rows: a list of N dicts with COCO's members; NumPy scalars and arrays are taken too. A ``null``, and a ``bbox``
            of ``[]``, count as absent.
        want: the fields to read; the others are not even looked at.
        path: the file's name for messages.
        kind: "annotations" (of a data set) or "results" (a top-level list).
        extras: keep the members that no column holds.

    Raises:
        DataError: a value that a column cannot hold, with its place and the number of rows like it.
    """
    table = _Table(_list_of_objects(rows, path, kind), path, kind)
    count = len(table.rows)
    columns: dict[str, Any] = {}
    present = np.zeros(count, np.int64)
    for field, member in MEMBERS.items():
        if not field & want:
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
    table = _Table(_list_of_objects(rows, path, "images"), path, "images")
    ids = table.values("id")
    missing = [i for i, value in enumerate(ids) if value is None]
    if missing:
        table.refuse(missing, "id", "is missing", "every image needs an integer id")
    whole = {m: table.typed(m, table.values(m), integers, "an integer") for m in ("id", "width", "height")}
    files = table.values("file_name") if names else None
    if files is not None:
        table.typed("file_name", files, _strings, "a string")
    known = frozenset({"id", "width", "height", "file_name"} if names else {"id", "width", "height"})
    rest = table.extras(known, _kept_of_image) if extras else None
    return Images(whole["id"], whole["width"], whole["height"], files, rest)


def rows_to_categories(rows: Any, path: str = "data") -> list[CategoryRow]:
    """Parsed categories as records, in the file's order.

    Raises:
        DataError: not a list of objects, or an ``id`` that is missing or no integer.
    """
    table = _Table(_list_of_objects(rows, path, "categories"), path, "categories")
    ids = table.values("id")
    missing = [i for i, value in enumerate(ids) if value is None]
    if missing:
        table.refuse(missing, "id", "is missing", "every category needs an integer id")
    column = table.typed("id", ids, integers, "an integer")
    return [_category(int(i), row) for i, row in zip(column, table.rows, strict=True)]


def _category(category_id: int, row: Mapping[str, Any]) -> CategoryRow:
    """Name and supercategory that are no plain strings stay in ``other`` as they were."""
    other = {k: v for k, v in row.items() if k not in {"id", "name", "supercategory"}}
    name, group = row.get("name"), row.get("supercategory")
    if "name" in row and not (isinstance(name, str) and name):
        other["name"] = name
    if "supercategory" in row and not isinstance(group, str):
        other["supercategory"] = group
    return CategoryRow(category_id, "" if name is None else str(name), group if isinstance(group, str) else None, other)


def _list_of_objects(rows: Any, path: str, kind: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(rows, (list, tuple)):
        raise DataError(path, "" if kind == "results" else kind, f"is {described(rows)} where a list was expected")
    bad = [i for i, row in enumerate(rows) if not isinstance(row, Mapping)]
    if bad:
        raise DataError(
            path,
            place(kind, bad[0]),
            f"is {described(rows[bad[0]])} where an object was expected",
            f'{kind} are a list of objects such as {{"image_id": 1, ...}}',
            len(bad),
        )
    return rows


def _column(table: _Table, field: Field, member: str, values: list[Any], has: NDArray[np.bool_]) -> Any:
    """One wanted field's column."""
    if field in _SIMPLE:
        return table.typed(member, values, *_SIMPLE[field])
    if field is Field.CAPTION:
        table.typed(member, values, _strings, "a string")
        return values
    if field is Field.SEGMENTATION:
        return segmentations(values, lambda bad, reason, remedy: table.refuse(bad, member, reason, remedy))
    return _boxes(table, values, has) if field is Field.BBOX else _number_lists(table, member, values)


def _number_lists(table: _Table, member: str, values: list[Any]) -> Ragged:
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


def _boxes(table: _Table, values: list[Any], has: NDArray[np.bool_]) -> Any:
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


def _strings(values: Sequence[Any]) -> tuple[None, list[int]]:
    return None, [i for i, value in enumerate(values) if value is not None and not isinstance(value, str)]


def _is_empty(value: Any) -> bool:
    return value is not None and isinstance(value, (list, tuple)) and not len(value)


def _kept(member: str, value: Any) -> bool:
    """Known members whose value counts as absent are kept as raw text, so that a round trip has them again."""
    return value is None or (member == "bbox" and _is_empty(value))


def _kept_of_image(member: str, value: Any) -> bool:
    """As above; a width or height of 0 is written as absent, so that it needs its raw text too."""
    return value is None or (member in {"width", "height"} and value == 0)


def _remedy(member: str, value: Any, wanted: str) -> str:
    if member in _IDS:
        if isinstance(value, int) and not isinstance(value, bool) and integer(value) is None:
            return "ids must fit into 64 bits"
        if isinstance(value, str):
            return "ids are integers, without quotes, in the ground truth and in the results alike"
        return "ids are integers"
    return "write it without quotes" if isinstance(value, str) else f"write {wanted}"
