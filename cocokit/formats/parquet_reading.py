"""Columns of annotations and images from Arrow tables; whatever does not fit is refused with the column's name."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

from ..columns import (
    KIND_COUNTS,
    KIND_NONE,
    KIND_POLYGONS,
    KIND_RLE,
    Annotations,
    Bools,
    Field,
    Images,
    Ragged,
    Segmentations,
    offsets_of,
)
from ..errors import DataError
from .parquet_writing import NUMBERS

_AGAIN = "write the folder again with cocokit convert"
_DTYPES = {pa.int64(): np.int64, pa.float64(): np.float64, pa.bool_(): np.uint8}
_TEXT = (pa.string(), pa.large_string())


def images_of(table: pa.Table, path: str) -> Images:
    """Images from their table. Raises DataError."""
    reader = _Reader(table, path)
    names = reader.array("file_name", *_TEXT).to_pylist() if reader.has("file_name", *_TEXT) else None
    return Images(reader.full("id"), reader.full("width"), reader.full("height"), names, reader.extras())


def annotations_of(table: pa.Table, path: str) -> Annotations:
    """Annotations from their table. Raises DataError."""
    reader = _Reader(table, path)
    present, columns = np.zeros(table.num_rows, np.int64), dict[str, Any]()
    found = {name: (field, reader.numbers(name, kind)) for name, (field, kind) in NUMBERS.items() if reader.has(name)}
    if reader.has("bbox"):
        found["bbox"] = Field.BBOX, reader.boxes()
    if reader.has("keypoints"):
        found["keypoints"] = Field.KEYPOINTS, reader.lists("keypoints", pa.float64())
    if reader.has("caption"):
        column = reader.array("caption", *_TEXT)
        found["captions"] = Field.CAPTION, (column.to_pylist(), np.asarray(column.is_valid()))
    if reader.has("polygons"):
        found["segmentation"] = Field.SEGMENTATION, reader.outlines()
    for name, (field, (values, has)) in found.items():
        columns[name] = values
        present |= np.where(has, int(field), 0)
    return Annotations(present, extras=reader.extras(), **columns)


class _Reader:
    """The columns of a table, checked as they are taken."""

    def __init__(self, table: pa.Table, path: str) -> None:
        self.table, self.path = table, path

    def has(self, name: str, *kinds: pa.DataType) -> bool:
        """Whether there is a column. Raises DataError if it is of another type than one of ``kinds``."""
        if name not in self.table.column_names:
            return False
        found = self.table.schema.field(name).type
        if kinds and found not in kinds:
            raise DataError(self.path, name, f"is of type {found} where {kinds[0]} was expected", _AGAIN)
        return True

    def array(self, name: str, *kinds: pa.DataType) -> pa.Array:
        """A column in one piece. Raises DataError: not there, or another type."""
        if not self.has(name, *kinds):
            raise DataError(self.path, name, "is missing", _AGAIN)
        column = self.table.column(name).combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # of no rows
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        return column

    def full(self, name: str) -> Any:
        """A column of int64 without nulls."""
        values, has = self.numbers(name, pa.int64())
        if not has.all():
            raise DataError(self.path, name, "is null", _AGAIN, int((~has).sum()))
        return values

    def numbers(self, name: str, kind: pa.DataType) -> tuple[Any, Bools]:
        """A column of numbers, 0 for null, and which rows have one."""
        column = self.array(name, kind)
        filled = column.fill_null(False if kind == pa.bool_() else 0)
        return filled.to_numpy(zero_copy_only=False).astype(_DTYPES[kind]), np.asarray(column.is_valid())

    def lists(self, name: str, kind: pa.DataType) -> tuple[Ragged, Bools]:
        """A column of lists of numbers, empty for null, and which rows have one."""
        column = self.array(name, pa.large_list(kind), pa.list_(kind))
        return self._ragged(name, column, kind), np.asarray(column.is_valid())

    def _ragged(self, name: str, column: pa.Array, kind: pa.DataType) -> Ragged:
        values = column.flatten()
        if values.null_count:
            raise DataError(self.path, name, "has a null in a list", _AGAIN)
        numbers = values.to_numpy(zero_copy_only=False).astype(_DTYPES[kind])
        return Ragged(numbers, offsets_of(_lengths(column)))

    def boxes(self) -> tuple[Any, Bools]:
        """(N, 4) boxes and which rows have one."""
        ragged, has = self.lists("bbox", pa.float64())
        return self._of_length("bbox", ragged, has, 4, np.float64), has

    def _of_length(self, name: str, ragged: Ragged, has: Bools, length: int, dtype: Any) -> Any:
        if (np.diff(ragged.offsets)[has] != length).any():
            raise DataError(self.path, name, f"has lists that are not of {length} numbers", _AGAIN)
        made = np.zeros((len(has), length), dtype)
        made[has] = ragged.values.reshape(-1, length)
        return made

    def outlines(self) -> tuple[Segmentations, Bools]:
        """Outlines and which rows have one."""
        nested = (pa.large_list(pa.large_list(pa.float64())), pa.list_(pa.list_(pa.float64())))
        column = self.array("polygons", *nested)
        rings = column.flatten()
        if rings.null_count:
            raise DataError(self.path, "polygons", "has a null in a list", _AGAIN)
        drawn, counts = np.asarray(column.is_valid()), _lengths(column)
        sizes, masked = self.lists("rle_size", pa.int64())
        runs, has_runs = self.lists("rle_runs", pa.int64())
        text, has_text = self._text_rows("rle_counts")
        if (masked != (has_runs | has_text)).any() or (drawn & masked).any() or (has_runs & has_text).any():
            raise DataError(self.path, "polygons", "has rows with two outlines, or half of one", _AGAIN)
        kind = np.where(counts > 0, KIND_POLYGONS, KIND_NONE)
        kind = np.where(has_text, KIND_RLE, np.where(has_runs, KIND_COUNTS, kind)).astype(np.uint8)
        size = self._of_length("rle_size", sizes, masked, 2, np.int64)
        xy = self._ragged("polygons", rings, pa.float64())
        return Segmentations(kind, size, offsets_of(counts), xy, text, runs), drawn | masked

    def extras(self) -> Ragged | None:
        """Raw members, the braces taken off. Raises DataError: not a JSON object."""
        if not self.has("extras", *_TEXT):
            return None
        texts = []
        for row, text in enumerate(self.array("extras", *_TEXT).to_pylist()):
            if text is not None and not _is_object(text):
                raise DataError(self.path, f"extras[{row}]", f"is {text[:40]!r}, no JSON object", _AGAIN)
            texts.append(text[1:-1].encode() if text else b"")
        return Ragged(np.frombuffer(bytearray(b"".join(texts)), np.uint8), offsets_of(map(len, texts)))

    def _text_rows(self, name: str) -> tuple[Ragged, Bools]:
        column = self.array(name, *_TEXT)
        texts = [(text or "").encode() for text in column.to_pylist()]
        blob = np.frombuffer(bytearray(b"".join(texts)), np.uint8)
        return Ragged(blob, offsets_of(map(len, texts))), np.asarray(column.is_valid())


def _lengths(column: pa.Array) -> Any:
    return np.asarray(column.value_lengths().fill_null(0)).astype(np.int64)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict) and text[:1] == "{" and text[-1:] == "}"
    except (ValueError, RecursionError):
        return False
