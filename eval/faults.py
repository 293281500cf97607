"""One input of an evaluation as the border sees it: how a fault in it is refused, doubted, or warned of."""

from __future__ import annotations

import numpy as np

from cocokit.columns import Annotations, Field, Int64
from cocokit.errors import DataError
from cocokit.places import place


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
        """Raise for the rows ``at``, (M,) int64 and at least one; ``reason`` speaks of the first.

        Raises:
            DataError: always.
        """
        raise self._error(at, field, reason, remedy)

    def doubt(self, at: Int64, field: str, reason: str, remedy: str) -> None:
        """Raise for rows ``at``, (M,) int64, that pycocotools accepts, or warn when the border is lenient.

        Raises:
            DataError: unless lenient.
        """
        if not self.lenient:
            way_out = "" if self.fixed else ", or count it as pycocotools does with --lenient (lenient=True)"
            raise self._error(at, field, reason, remedy + way_out)
        self.warn(at, field, f"{reason}, counted as pycocotools counts it")

    def warn(self, at: Int64, field: str, reason: str) -> None:
        """Note the rows ``at``, (M,) int64 and at least one."""
        self.warnings.append(str(self._error(at, field, reason, "")))

    def without(self, field: Field) -> Int64:
        """(M,) int64 rows that lack a field."""
        return np.flatnonzero((self.rows.present & int(field)) == 0)

    def _error(self, at: Int64, field: str, reason: str, remedy: str) -> DataError:
        first = int(at[0])
        images = self.rows.image_id
        known = field != "image_id" and images is not None and self.rows.has(Field.IMAGE_ID)[first]
        where = place(self.kind, first, field, int(images[first]) if known and images is not None else None)
        return DataError(self.path, where, reason, remedy, len(at))
