"""Many values in one parameter, as text: a statement is the same one however many there are.

A parameter for each value would make a statement of its own for each count, which is built, sent and planned anew, and
costs more than the rows that it finds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, and_, bindparam, cast, insert, literal_column, select, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

from .models.base import Big


class _Numbers(TypeDecorator[Sequence[int]]):
    """Whole numbers: an array as PostgreSQL writes it, a list of JSON for SQLite."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> str:
        """The numbers as text."""
        ends = "{}" if dialect.name == "postgresql" else "[]"
        return ends[0] + ",".join(map(str, value or ())) + ends[1]


class _Rows(TypeDecorator[Sequence[Sequence[Any]]]):
    """Rows of values as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Sequence[Any]] | None, dialect: Dialect) -> str:
        """The rows as text."""
        return json.dumps(value or (), separators=(",", ":"))


class _Among(FunctionElement[Any]):
    """Whether a column is one of a parameter's numbers."""

    type = NullType()  # of a boolean that is no operator SQLite would be asked whether it equals 1, without an index
    inherit_cache = True


@compiles(_Among)
def _among_any(element: _Among, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY (CAST({numbers} AS BIGINT[]))"


@compiles(_Among, "sqlite")
def _among_json(element: _Among, compiler: Any, **options: Any) -> str:
    column, numbers = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


class _Items(FunctionElement[Any]):
    """The rows of a parameter, a column ``value`` of JSON."""

    inherit_cache = True


@compiles(_Items)
def _array_items(element: _Items, compiler: Any, **options: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS JSON))"


@compiles(_Items, "sqlite")
def _each_item(element: _Items, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


class _Field(FunctionElement[str]):
    """One value of a row by its place."""

    type = Text()
    inherit_cache = True


@compiles(_Field)
def _arrow(element: _Field, compiler: Any, **options: Any) -> str:
    row, place = (compiler.process(one, **options) for one in element.clauses)
    return f"({row} ->> {place})"


@compiles(_Field, "sqlite")
def _extract(element: _Field, compiler: Any, **options: Any) -> str:
    row, place = (compiler.process(one, **options) for one in element.clauses)
    return f"json_extract({row}, '$[{place}]')"


def among(column: Any, name: str) -> ColumnElement[bool]:
    """The condition that a column is one of the whole numbers in the parameter ``name``, a sequence of them."""
    return _Among(column, bindparam(name, type_=_Numbers()))


def rows_of(name: str, /, **types: Any) -> Any:
    """The rows in the parameter ``name``, a sequence of them, as a query: column -> its type, by their order."""
    value = _Items(bindparam(name, type_=_Rows())).table_valued("value").c.value
    return select(*(
        cast(_Field(value, literal_column(str(i))), type_).label(column)
        for i, (column, type_) in enumerate(types.items())
    ))  # fmt: skip


def insert_rows(name: str, *columns: Any) -> Any:
    """The statement that inserts the rows in the parameter ``name``, in their order, into some columns of a table."""
    types = {column.key: column.type for column in columns}
    return insert(columns[0].class_).from_select(list(types), rows_of(name, **types))


def among_pairs(image_id: Any, category_id: Any) -> ColumnElement[bool]:
    """The condition that two columns are one of some (image, category) pairs: give it :func:`pairs_given`."""
    # The images by themselves lead to the index: of a list of rows a server guesses that it is long.
    pair = tuple_(image_id, category_id).in_(rows_of("pairs", image=Big, category=Big))
    return and_(among(image_id, "images"), pair)


def pairs_given(pairs: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The parameters of a statement with :func:`among_pairs`."""
    return {"pairs": pairs, "images": sorted({image for image, _ in pairs})}
