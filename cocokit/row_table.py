"""The rows of one list of a JSON file, with what a message about them needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from .columns import Ragged, offsets_of
from .errors import DataError
from .json_values import integer
from .places import described, place

#: A list of values to a column and the indices of those that do not fit; see :mod:`cocokit.json_values`.
Convert = Callable[[Sequence[Any]], tuple[Any, list[int]]]

_IDS = {"id", "image_id", "category_id"}


class Table:
    """The rows of one list of a file.

    Attributes:
        rows: N objects.
        path: the file's name.
        kind: "annotations", "images", "categories" or "results".
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]], path: str, kind: str) -> None:
        self.rows, self.path, self.kind = rows, path, kind

    def refuse(self, bad: Sequence[int], member: str, reason: str, remedy: str) -> NoReturn:
        """Raise a DataError for the rows ``bad``, placed at the first."""
        row = self.rows[bad[0]]
        image_id = row.get("image_id") if member != "image_id" and isinstance(row, Mapping) else None
        raise DataError(self.path, place(self.kind, bad[0], member, image_id), reason, remedy, len(bad))

    def values(self, member: str) -> list[Any]:
        """One member of every row, None where absent."""
        return [row.get(member) for row in self.rows]

    def required(self, member: str, remedy: str) -> list[Any]:
        """One member of every row, or a DataError if a row lacks it."""
        values = self.values(member)
        missing = [i for i, value in enumerate(values) if value is None]
        if missing:
            self.refuse(missing, member, "is missing", remedy)
        return values

    def typed(self, member: str, values: list[Any], convert: Convert, wanted: str) -> Any:
        """Values as a column, or a DataError that says what was wanted."""
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
        return Ragged(np.frombuffer(bytearray(b"".join(texts)), np.uint8), offsets_of(map(len, texts)))


def raw_json(value: Any) -> bytes:
    """Compact UTF-8 JSON; text that UTF-8 cannot hold (lone surrogates) is escaped. NaN is written as json does."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def list_of_objects(rows: Any, path: str, kind: str) -> Sequence[Mapping[str, Any]]:
    """The rows as they are, or a DataError if they are no list of objects."""
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


def _remedy(member: str, value: Any, wanted: str) -> str:
    if member in _IDS:
        if isinstance(value, int) and not isinstance(value, bool) and integer(value) is None:
            return "ids must fit into 64 bits"
        if isinstance(value, str):
            return "ids are integers, without quotes, in the ground truth and in the results alike"
        return "ids are integers"
    return "write it without quotes" if isinstance(value, str) else f"write {wanted}"
