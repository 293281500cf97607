"""The arrays that a scan fills: how large they begin, how they grow, and how they are cut to size.

Memory that is reserved and never touched costs nothing, so after the first chunk each column is given the size that the
whole file seems to need, and hardly ever grows again; at the end the rest is given back in place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernels import members

_I8, _F8, _U1 = "i8", "f8", "u1"
# Columns in the order of the kernel's arguments: name, field, dtype, and what counts its entries: rows (with a factor
# and an addition), or the last offset in another column.
_COLUMNS: tuple[tuple[str, int, str, int | str, int], ...] = (
    ("present", -1, _I8, 1, 0),
    ("id", members.ID, _I8, 1, 0),
    ("image_id", members.IMAGE_ID, _I8, 1, 0),
    ("category_id", members.CATEGORY_ID, _I8, 1, 0),
    ("num_keypoints", members.NUM_KEYPOINTS, _I8, 1, 0),
    ("bbox", members.BBOX, _F8, 4, 0),
    ("area", members.AREA, _F8, 1, 0),
    ("score", members.SCORE, _F8, 1, 0),
    ("iscrowd", members.ISCROWD, _U1, 1, 0),
    ("ignore", members.IGNORE, _U1, 1, 0),
    ("keypoints", members.KEYPOINTS, _F8, "keypoint_offsets", 0),
    ("keypoint_offsets", members.KEYPOINTS, _I8, 1, 1),
    ("kind", members.SEGMENTATION, _U1, 1, 0),
    ("size", members.SEGMENTATION, _I8, 2, 0),
    ("rings", members.SEGMENTATION, _I8, 1, 1),
    ("xy", members.SEGMENTATION, _F8, "xy_offsets", 0),
    ("xy_offsets", members.SEGMENTATION, _I8, "rings", 1),
    ("text", members.SEGMENTATION, _U1, "text_offsets", 0),
    ("text_offsets", members.SEGMENTATION, _I8, 1, 1),
    ("counts", members.SEGMENTATION, _I8, "counts_offsets", 0),
    ("counts_offsets", members.SEGMENTATION, _I8, 1, 1),
    ("strings", members.TEXT, _U1, "string_offsets", 0),
    ("string_offsets", members.TEXT, _I8, 1, 1),
    ("extra", members.EXTRAS, _U1, "extra_offsets", 0),
    ("extra_offsets", members.EXTRAS, _I8, 1, 1),
)
_SPARE = 16


class ScanColumns:
    """Columns under construction.

    Attributes:
        arrays: the arrays by name, in the order in which the kernel takes them; unwanted ones are empty.
        want: field bits.
        rows: how many rows are filled.
        some, every: the fields that some row, and every row, has.
    """

    def __init__(self, want: int, text: int) -> None:
        """``text`` is how many bytes the first chunk has."""
        self.want, self.rows, self.some, self.every = want, 0, 0, -1
        self.arrays: dict[str, NDArray[Any]] = {}
        for name, field, dtype, count, _ in _COLUMNS:
            first = text // 64 * count if isinstance(count, int) else text // 8
            wanted = field < 0 or want >> field & 1
            self.arrays[name] = np.zeros(first + _SPARE if wanted else 0, dtype)

    @classmethod
    def of_nothing(cls, want: int) -> ScanColumns:
        """The columns of no rows."""
        made = cls(want, 0)
        made.finish(0, -1)
        return made

    def has(self, field: int) -> bool:
        """Whether a field was wanted and some row has it (or there are no rows)."""
        return bool(self.want >> field & 1 and (self.some >> field & 1 or not self.rows))

    def used(self) -> dict[str, int]:
        """How many entries of each wanted array are filled."""
        counts: dict[str, int] = {}
        for name, field, _, count, more in reversed(_COLUMNS):  # offsets stand behind what they count
            if field >= 0 and not self.want >> field & 1:
                continue
            if isinstance(count, int):
                counts[name] = self.rows * count + more
            elif count == "rings":
                counts[name] = int(self.arrays["rings"][self.rows]) + more
            elif count == "xy_offsets":
                counts[name] = int(self.arrays[count][self.arrays["rings"][self.rows]])
            else:
                counts[name] = int(self.arrays[count][self.rows])
        return counts

    def reserve(self, done: float) -> bool:
        """Make room for the whole file, of which the fraction ``done`` is read; False if there seems to be enough."""
        grew = False
        for name, used in self.used().items():
            expected = int(used * 1.03 / max(done, 1e-6)) + 64 * _SPARE
            if expected > len(self.arrays[name]):
                self._grow(name, used, expected)
                grew = True
        return grew

    def double(self) -> None:
        """Twice the room everywhere, when no estimate helps: one record is larger than all that was expected."""
        for name, used in self.used().items():
            self._grow(name, used, 2 * len(self.arrays[name]))

    def _grow(self, name: str, used: int, room: int) -> None:
        """Memory from the system comes as zeros; a column that is already large is moved without a copy."""
        old = self.arrays[name]
        if used > room // 4:
            old.resize(max(room, len(old) + len(old) // 8), refcheck=False)
            return
        self.arrays[name] = np.zeros(room, old.dtype)
        self.arrays[name][:used] = old[:used]

    def finish(self, some: int, every: int) -> None:
        """Note which fields there are, and give back in place what is not filled."""
        self.some, self.every = some, every
        for name, used in self.used().items():
            self.arrays[name].resize(used, refcheck=False)
