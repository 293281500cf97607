"""Errors of the types that pycocotools lets through (KeyError, IndexError, TypeError), with the place and the remedy.

Code that was written for pycocotools catches these types, so each error here is a
:class:`~cocokit.errors.DataError` and one of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cocokit.errors import DataError


class MissingFieldError(DataError, KeyError):
    """A row lacks a field that is needed."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the repr


class TooShortError(DataError, IndexError):
    """A list has fewer entries than are needed."""


class WrongTypeError(DataError, TypeError):
    """A value is of a type that cannot be computed with."""


def blame(error: Exception, kind: str, i: int, row: Any, needed: Sequence[str] = (), remedy: str = "") -> Exception:
    """The error that says which row is at fault, of the same type as the one that Python raised.

    Args:
        error: what happened while the row was read.
        kind: name of the list: ``annotations``, ``images``, ``results`` ...
        i: the row's index in it.
        row: the row.
        needed: the fields that were read.
        remedy: what to do about it, for values that are there but do not work.

    Returns:
        The better error; ``error`` itself where there is nothing to add.
    """
    path, place = ("results", f"[{i}]") if kind == "results" else ("ground truth", f"{kind}[{i}]")
    if not isinstance(row, Mapping):
        return WrongTypeError(path, place, f"is {row!r:.60} where an object was expected")
    if "image_id" in row:
        place += f" (image_id {row['image_id']!r})"
    missing = [name for name in needed if name not in row]
    if isinstance(error, KeyError) and missing:
        return MissingFieldError(path, place, f"has no {missing[0]}", "every row needs it")
    values = ", ".join(f"{name} {row[name]!r:.60}" for name in needed if name in row)
    if isinstance(error, IndexError):
        return TooShortError(path, place, f"has a list that is too short: {values}", remedy)
    if isinstance(error, TypeError):
        return WrongTypeError(path, place, f"cannot be computed with ({error}): {values}", remedy)
    return error
