"""Parsed categories as records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .columns import CategoryRow
from .row_table import Table, list_of_objects
from .values import integers


def rows_to_categories(rows: Any, path: str = "data") -> list[CategoryRow]:
    """Parsed categories as records, in the file's order.

    Raises:
        DataError: not a list of objects, or an ``id`` that is missing or no integer.
    """
    table = Table(list_of_objects(rows, path, "categories"), path, "categories")
    ids = table.required("id", "every category needs an integer id")
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
