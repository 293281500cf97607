"""The arrays that a scan fills: how large they begin, how they grow, and the columns that they become.

Memory that is reserved and never touched costs nothing, so after the first chunk each column is given the size that the
whole file seems to need, and hardly ever grows again; at the end the rest is given back in place.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chunks import Odd
from .columns import Annotations, Images, Ragged, Segmentations
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
        room: how many rows there is room for; the kernel relies on it for every column that goes by rows.
        rows: how many rows are filled.
        some, every: the fields that some row, and every row, has.
    """

    def __init__(self, want: int, text: int) -> None:
        """``text`` is how many bytes the first chunk has."""
        self.want, self.rows, self.some, self.every = want, 0, 0, -1
        self.room = text // 64 + _SPARE
        self.arrays: dict[str, NDArray[Any]] = {}
        for name, field, dtype, count, more in _COLUMNS:
            size = self.room * count + more if isinstance(count, int) else text // 8 + _SPARE
            wanted = field < 0 or want >> field & 1
            self.arrays[name] = np.zeros(size if wanted else 0, dtype)

    @classmethod
    def of_nothing(cls, want: int) -> ScanColumns:
        """The columns of no rows."""
        made = cls(want, 0)
        made.finish(0, -1)
        return made

    def has(self, field: int) -> bool:
        """Whether a field was wanted and some row has it (or there are no rows)."""
        return bool(self.want >> field & 1 and (self.some >> field & 1 or not self.rows))

    def used(self, rows: int) -> dict[str, int]:
        """How many entries of each wanted array the first ``rows`` rows fill."""
        a, counts = self.arrays, dict[str, int]()
        for name, field, _, count, more in _COLUMNS:
            if field >= 0 and not self.want >> field & 1:
                continue
            if isinstance(count, int):
                counts[name] = rows * count + more
            elif count == "rings":
                counts[name] = int(a["rings"][rows]) + more
            else:
                last = a["rings"][rows] if count == "xy_offsets" else rows
                counts[name] = int(a[count][last])
        return counts

    def reserve(self, done: float) -> bool:
        """Make room for the whole file, of which the fraction ``done`` is read; False if there seems to be enough."""
        scale = 1.03 / max(done, 1e-6)
        return self._grow(
            int(self.rows * scale) + _SPARE,
            {name: int(used * scale) + 64 * _SPARE for name, used in self.used(self.rows).items()},
        )

    def double(self) -> None:
        """Twice the room everywhere, when no estimate helps: one record is larger than all that was expected."""
        self._grow(2 * self.room, {name: 2 * len(self.arrays[name]) for name in self.used(self.rows)})

    def _grow(self, room: int, ragged: dict[str, int]) -> bool:
        """Room for so many rows, and for so many entries of the columns that do not go by rows; True if any grew."""
        used, before = self.used(self.rows), self.room
        self.room = max(room, before)
        grew = self.room > before
        for name, _, _, count, more in _COLUMNS:
            if name in used:
                size = self.room * count + more if isinstance(count, int) else ragged[name]
                if size > len(self.arrays[name]):
                    grew = True
                    self.arrays[name] = _moved(self.arrays[name], used[name], size)
        return grew

    def finish(self, some: int, every: int) -> None:
        """Note which fields there are, and give back in place what is not filled."""
        self.some, self.every = some, every
        for name, used in self.used(self.rows).items():
            self.arrays[name].resize(used, refcheck=False)


def _moved(old: NDArray[Any], used: int, size: int) -> NDArray[Any]:
    """A longer array with the same beginning, zeros behind it; a large one is moved by the system without a copy."""
    if used > size // 4:
        old.resize(size, refcheck=False)
        return old
    new = np.zeros(size, old.dtype)
    new[:used] = old[:used]
    return new


def scanned_annotations(c: ScanColumns) -> Annotations:
    """Annotations or results; a column that no row has is None.

    Raises:
        Odd: a row without an image id where ids are wanted, or a text that is no JSON after all.
    """
    if c.want >> members.IMAGE_ID & 1 and c.rows and not c.every >> members.IMAGE_ID & 1:
        raise Odd(0, "a row without image_id")

    def column(name: str, field: int) -> Any:
        return c.arrays[name] if c.has(field) else None

    return Annotations(
        present=c.arrays["present"],
        id=column("id", members.ID),
        image_id=column("image_id", members.IMAGE_ID),
        category_id=column("category_id", members.CATEGORY_ID),
        bbox=c.arrays["bbox"].reshape(-1, 4) if c.has(members.BBOX) else None,
        area=column("area", members.AREA),
        iscrowd=column("iscrowd", members.ISCROWD),
        ignore=column("ignore", members.IGNORE),
        score=column("score", members.SCORE),
        segmentation=_segmentations(c) if c.has(members.SEGMENTATION) else None,
        keypoints=_ragged(c, "keypoints", "keypoint_offsets") if c.has(members.KEYPOINTS) else None,
        num_keypoints=column("num_keypoints", members.NUM_KEYPOINTS),
        captions=_strings(c) if c.has(members.TEXT) else None,
        extras=_extras(c),
    )


def scanned_images(c: ScanColumns) -> Images:
    """Images: width and height stand in the columns of image_id and category_id, file names in that of captions.

    Raises:
        Odd: an image without an id, a size of 0 that must survive a round trip, or a text that is no JSON after all.
    """
    if c.rows and not c.every >> members.ID & 1:
        raise Odd(0, "an image without id")
    width, height = c.arrays["image_id"], c.arrays["category_id"]
    extras = _extras(c)
    if extras is not None:
        for size, field in ((width, members.IMAGE_ID), (height, members.CATEGORY_ID)):
            if np.any((size == 0) & (c.arrays["present"] >> field & 1 == 1)):
                raise Odd(0, "an image of size 0")
    names = _strings(c) if c.want >> members.TEXT & 1 else None
    return Images(c.arrays["id"], width, height, names, extras)


def _ragged(c: ScanColumns, values: str, offsets: str) -> Ragged:
    return Ragged(c.arrays[values], c.arrays[offsets])


def _segmentations(c: ScanColumns) -> Segmentations:
    return Segmentations(
        kind=c.arrays["kind"],
        size=c.arrays["size"].reshape(-1, 2),
        rings=c.arrays["rings"],
        xy=_ragged(c, "xy", "xy_offsets"),
        text=_ragged(c, "text", "text_offsets"),
        counts=_ragged(c, "counts", "counts_offsets"),
    )


def _strings(c: ScanColumns) -> list[str | None]:
    """The text column as Python strings, None where a row has none."""
    blob, offsets = c.arrays["strings"], c.arrays["string_offsets"]
    try:
        parsed = iter(json.loads(b"[" + blob[:-1].tobytes() + b"]"))
    except ValueError as error:
        raise Odd(0, "a string that cannot be decoded") from error
    return [next(parsed) if more else None for more in (np.diff(offsets) > 0).tolist()]


def _extras(c: ScanColumns) -> Ragged | None:
    """The unknown members. The scan only matched brackets and let all bytes pass; rows that have such are parsed."""
    if not c.want >> members.EXTRAS & 1:
        return None
    blob, offsets = c.arrays["extra"], c.arrays["extra_offsets"]
    doubtful = np.flatnonzero((blob == ord("[")) | (blob == ord("{")) | (blob >= 128))
    try:
        for row in np.unique(np.searchsorted(offsets, doubtful, side="right") - 1).tolist():
            json.loads(b"{" + blob[offsets[row] : offsets[row + 1]].tobytes() + b"}")
    except (ValueError, RecursionError) as error:
        raise Odd(0, "an unknown member that is not JSON") from error
    return Ragged(blob, offsets)
