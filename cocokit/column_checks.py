"""Columns that somebody made by hand: the right types and lengths, before kernels trust them.

Compiled kernels index without looking, so an offset that points behind its values would read foreign memory. What the
readers of this package fill needs no check; what comes in through a public function goes through here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .columns import KIND_COUNTS, Annotations, CategoryRow, Images, Ragged, Segmentations
from .errors import DataError

_FLAT = {
    "present": np.int64, "id": np.int64, "image_id": np.int64, "category_id": np.int64, "num_keypoints": np.int64,
    "area": np.float64, "score": np.float64, "iscrowd": np.uint8, "ignore": np.uint8,
}  # fmt: skip


class _Checker:
    """Checks the columns of one table of N rows; a column of the right type that is strided is copied."""

    def __init__(self, path: str, rows: int) -> None:
        self.path, self.rows = path, rows

    def array(self, name: str, value: Any, dtype: Any, *shape: int) -> Any:
        """A contiguous array of a type and a shape (-1: any length), or a DataError."""
        wanted = np.dtype(dtype)
        if not isinstance(value, np.ndarray):
            raise self.wrong(name, f"is {type(value).__name__}", f"give a NumPy array of {wanted}")
        same = value.ndim == len(shape) and all(w in (-1, n) for n, w in zip(value.shape, shape, strict=True))
        if value.dtype != wanted or not same:
            expected = ", ".join("any" if n < 0 else str(n) for n in shape)
            reason = f"is {value.dtype} of shape {value.shape} where {wanted} of shape ({expected}) was expected"
            raise self.wrong(name, reason, f"np.ascontiguousarray(values, np.{wanted}) makes the type")
        return np.ascontiguousarray(value)

    def offsets(self, name: str, value: Any, rows: int, last: int) -> Any:
        """(rows + 1,) offsets that begin at 0, never fall and end at ``last``."""
        made = self.array(name, value, np.int64, rows + 1)
        if made[0] != 0 or made[-1] != last or (made[1:] < made[:-1]).any():
            raise self.wrong(name, f"do not rise from 0 to {last}", "row i is values[offsets[i]:offsets[i + 1]]")
        return made

    def ragged(self, name: str, value: Any, dtype: Any, rows: int) -> Ragged:
        """Rows of unequal length."""
        if not isinstance(value, Ragged):
            raise self.wrong(name, f"is {type(value).__name__}", "give a cocokit.columns.Ragged")
        values = self.array(f"{name}.values", value.values, dtype, -1)
        return Ragged(values, self.offsets(f"{name}.offsets", value.offsets, rows, len(values)))

    def outlines(self, value: Any) -> Segmentations:
        """Segmentations of N rows."""
        if not isinstance(value, Segmentations):
            raise self.wrong("segmentation", f"is {type(value).__name__}", "give a cocokit.columns.Segmentations")
        n = self.rows
        kind = self.array("segmentation.kind", value.kind, np.uint8, n)
        if n and kind.max() > KIND_COUNTS:
            raise self.wrong("segmentation.kind", f"holds {kind.max()}", "the kinds are 0 to 3 (KIND_...)")
        rings = len(value.xy) if isinstance(value.xy, Ragged) else 0
        xy = self.ragged("segmentation.xy", value.xy, np.float64, max(rings, 0))
        return Segmentations(
            kind=kind,
            size=self.array("segmentation.size", value.size, np.int64, n, 2),
            rings=self.offsets("segmentation.rings", value.rings, n, len(xy)),
            xy=xy,
            text=self.ragged("segmentation.text", value.text, np.uint8, n),
            counts=self.ragged("segmentation.counts", value.counts, np.int64, n),
        )

    def listed(self, name: str, value: Any) -> Any:
        """A list of N entries."""
        if not isinstance(value, list) or len(value) != self.rows:
            raise self.wrong(name, f"is no list of {self.rows} entries", "give one per row, None where absent")
        return value

    def wrong(self, name: str, reason: str, remedy: str) -> DataError:
        """The error for one column."""
        return DataError(self.path, name, reason, remedy)


def checked_annotations(rows: Annotations, path: str = "annotations") -> Annotations:
    """The same annotations or results with contiguous columns.

    Args:
        rows: columns of any origin.
        path: their name in messages.

    Raises:
        DataError: a column of another type or length than :class:`~cocokit.columns.Annotations` says, or offsets that
            do not fit their values.
    """
    if not isinstance(rows.present, np.ndarray) or rows.present.ndim != 1:
        raise DataError(path, "present", "is no array of one dimension", "give (N,) int64 of Field bits")
    n = len(rows.present)
    check = _Checker(path, n)
    made: dict[str, Any] = {
        name: check.array(name, getattr(rows, name), dtype, n)
        for name, dtype in _FLAT.items()
        if getattr(rows, name) is not None
    }
    if rows.bbox is not None:
        made["bbox"] = check.array("bbox", rows.bbox, np.float64, n, 4)
    for name, dtype in (("keypoints", np.float64), ("extras", np.uint8)):
        if getattr(rows, name) is not None:
            made[name] = check.ragged(name, getattr(rows, name), dtype, n)
    if rows.segmentation is not None:
        made["segmentation"] = check.outlines(rows.segmentation)
    if rows.captions is not None:
        made["captions"] = check.listed("captions", rows.captions)
    return replace(rows, **made)


def checked_images(images: Images, path: str = "images") -> Images:
    """The same images with contiguous columns; raises DataError as :func:`checked_annotations`."""
    n = len(images.id) if isinstance(images.id, np.ndarray) and images.id.ndim == 1 else -1
    check = _Checker(path, n)
    made: dict[str, Any] = {
        name: check.array(name, getattr(images, name), np.int64, n) for name in ("id", "width", "height")
    }
    if images.file_name is not None:
        made["file_name"] = check.listed("file_name", images.file_name)
    if images.extras is not None:
        made["extras"] = check.ragged("extras", images.extras, np.uint8, n)
    return replace(images, **made)


def checked_categories(rows: list[CategoryRow], path: str = "categories") -> list[CategoryRow]:
    """The same categories; raises DataError for one whose id is no integer of 64 bits."""
    for i, row in enumerate(rows):
        if not isinstance(row, CategoryRow) or type(row.id) is not int or not -(2**63) <= row.id < 2**63:
            reason = f"is {row.id!r} where an integer of 64 bits was expected" if hasattr(row, "id") else "is missing"
            raise DataError(path, f"categories[{i}].id", reason, "give cocokit.columns.CategoryRow(id, name)")
    return rows


def checked_outlines(outlines: Segmentations, path: str = "segmentations") -> Segmentations:
    """The same outlines with contiguous columns; raises DataError as :func:`checked_annotations`."""
    return _Checker(path, len(outlines.kind)).outlines(outlines)
