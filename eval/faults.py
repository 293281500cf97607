"""One input of an evaluation as the border sees it: how a fault in it is named, and which rows have the fault."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Annotations, Field
from cocokit.errors import DataError
from cocokit.places import place

Int64 = NDArray[np.int64]

NO_ROWS: Int64 = np.empty(0, np.int64)


class Faults:
    """One of the two inputs: its columns, what it is called, and the faults that have been noted.

    Attributes:
        rows: its columns.
        path: its file, or a word for data in memory.
        kind: "annotations" or "results".
        lenient: whether refusals that allow it become warnings; never in ``fixed``, which has no number for them.
        fixed: the mode that corrects pycocotools' defects.
        warnings: sentences so far.
    """

    def __init__(self, rows: Annotations, path: str, kind: str, *, lenient: bool, fixed: bool = False) -> None:
        self.rows, self.path, self.kind = rows, path, kind
        self.lenient, self.fixed = lenient and not fixed, fixed
        self.warnings: list[str] = []

    def refuse(self, at: Int64, field: str, reason: str, remedy: str) -> None:
        """Raise for the rows ``at`` (at least one); ``reason`` speaks of the first.

        Raises:
            DataError: always.
        """
        raise self._error(at, field, reason, remedy)

    def doubt(self, at: Int64, field: str, reason: str, remedy: str) -> None:
        """Raise for rows that pycocotools accepts, or warn when the border is lenient.

        Raises:
            DataError: unless lenient.
        """
        if not self.lenient:
            way_out = "" if self.fixed else ", or count it as pycocotools does with --lenient (lenient=True)"
            raise self._error(at, field, reason, remedy + way_out)
        self.warn(at, field, f"{reason}, counted as pycocotools counts it")

    def warn(self, at: Int64, field: str, reason: str) -> None:
        """Note the rows ``at`` (at least one)."""
        self.warnings.append(str(self._error(at, field, reason, "")))

    def without(self, field: Field) -> Int64:
        """Rows that lack a field."""
        return np.flatnonzero((self.rows.present & int(field)) == 0)

    def _error(self, at: Int64, field: str, reason: str, remedy: str) -> DataError:
        first = int(at[0])
        images = self.rows.image_id
        known = field != "image_id" and images is not None and self.rows.has(Field.IMAGE_ID)[first]
        where = place(self.kind, first, field, int(images[first]) if known and images is not None else None)
        return DataError(self.path, where, reason, remedy, len(at))


def repeated(ids: Int64) -> Int64:
    """Rows whose id occurs in an earlier row too, rising.

    >>> repeated(np.array([7, 3, 7, 7])).tolist()
    [2, 3]
    """
    if len(ids) < 2 or (ids[1:] > ids[:-1]).all():
        return NO_ROWS
    order = np.argsort(ids, kind="stable")
    same = ids[order[1:]] == ids[order[:-1]]
    return np.sort(order[1:][same])


def run_starts(ids: Int64) -> Int64:
    """Rows whose id differs from the row before: results come image by image as a rule, so these are few.

    >>> run_starts(np.array([5, 5, 2, 5])).tolist(), run_starts(NO_ROWS).tolist()
    ([0, 2, 3], [])
    """
    if not len(ids):
        return NO_ROWS
    return np.concatenate([[0], np.flatnonzero(ids[1:] != ids[:-1]) + 1])


def rows_not_in(ids: Int64, known: Int64) -> Int64:
    """Rows whose id is not among the sorted ``known`` ones.

    >>> rows_not_in(np.array([4, 4, 9]), np.array([2, 4])).tolist()
    [2]
    """
    starts = run_starts(ids)
    heads = ids[starts]
    strange = ~_among(heads, known)
    if not strange.any():
        return NO_ROWS
    return np.flatnonzero(np.repeat(strange, np.diff(np.append(starts, len(ids)))))


def _among(ids: Int64, known: Int64) -> NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(ids), np.bool_)
    low, high = int(known[0]), int(known[-1])
    if high - low > max(4 * len(ids), 1 << 20):
        near = known[np.minimum(np.searchsorted(known, ids), len(known) - 1)]
        return np.asarray(near == ids)
    # One look into a table is faster than a search, and ids of one dataset lie close together as a rule.
    table: NDArray[np.bool_] = np.zeros(high - low + 2, np.bool_)
    table[known - low] = True
    inside = not len(ids) or (ids.min() >= low and ids.max() <= high)
    at = ids - low if inside else np.where((ids >= low) & (ids <= high), ids - low, high - low + 1)
    return table[at]
