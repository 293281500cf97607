"""Annotations and results as columns: NumPy arrays with one row per annotation, and offsets for ragged fields.

No Python object stands for a single annotation. The readers in :mod:`cocokit.coco_json` fill these columns straight
from the bytes of a file; the evaluator and the dataset tools work on them. A column that a reader was not asked for,
or that no row has, is ``None``; whether one row has a field is a bit of ``present``.

The column classes are made without comparison and ``repr``: neither means anything for arrays of this size, and making
the two is most of the time that importing a dataclass takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: How the outline of one annotation is written (``Segmentations.kind``).
KIND_NONE, KIND_POLYGONS, KIND_RLE, KIND_COUNTS = 0, 1, 2, 3


class Field(IntFlag):
    """Bits of ``Annotations.present``: which known fields a row has. A ``null`` counts as absent."""

    ID = 1 << 0
    IMAGE_ID = 1 << 1
    CATEGORY_ID = 1 << 2
    BBOX = 1 << 3
    AREA = 1 << 4
    ISCROWD = 1 << 5
    IGNORE = 1 << 6
    SCORE = 1 << 7
    SEGMENTATION = 1 << 8
    KEYPOINTS = 1 << 9
    NUM_KEYPOINTS = 1 << 10
    CAPTION = 1 << 11


#: Every known field.
ALL = ~Field(0)


@dataclass(slots=True, eq=False, repr=False)
class Ragged:
    """Rows of unequal length: row ``i`` is ``values[offsets[i]:offsets[i + 1]]``.

    Attributes:
        values: (V,) array, all rows one after the other.
        offsets: (N + 1,) int64, from 0 to V, never falling.
    """

    values: NDArray[Any]
    offsets: Int64

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> NDArray[Any]:
        return self.values[self.offsets[i] : self.offsets[i + 1]]


@dataclass(slots=True, eq=False, repr=False)
class Segmentations:
    """Outlines of N annotations in the form in which they were written; nothing is rasterised here.

    Attributes:
        kind: (N,) uint8, one of KIND_NONE (no field, or an empty list), KIND_POLYGONS, KIND_RLE (compressed string) and
            KIND_COUNTS (uncompressed list of counts).
        size: (N, 2) int64, [height, width] px as an RLE states it; zeros for polygons (their image has the size).
        rings: Ragged-style (N + 1,) int64: annotation ``i`` has the rings ``rings[i]`` to ``rings[i + 1]``.
        xy: Ragged float64 of rings: x0, y0, x1, y1, ... px, origin at the outer corner of the top-left pixel.
        text: Ragged uint8 of N rows: the compressed counts' characters, JSON escapes removed.
        counts: Ragged int64 of N rows: uncompressed run lengths, px, column-major, background first.
    """

    kind: UInt8
    size: Int64
    rings: Int64
    xy: Ragged
    text: Ragged
    counts: Ragged

    def __len__(self) -> int:
        return len(self.kind)

    @classmethod
    def of_polygons(cls, rings: Int64, xy: Ragged) -> Segmentations:
        """Outlines that are all polygons; ``rings`` (N + 1,) int64 and ``xy`` as above."""
        n = len(rings) - 1
        none, kind = np.zeros(n + 1, np.int64), np.full(n, KIND_POLYGONS, np.uint8)
        text, counts = Ragged(np.empty(0, np.uint8), none), Ragged(np.empty(0, np.int64), none)
        return cls(kind, np.zeros((n, 2), np.int64), rings, xy, text, counts)

    @classmethod
    def of_texts(cls, size: Int64, text: Ragged) -> Segmentations:
        """Outlines that are all compressed RLEs; ``size`` (N, 2) int64 and ``text`` as above."""
        n = len(size)
        none, xy = np.zeros(n + 1, np.int64), Ragged(np.empty(0), np.zeros(1, np.int64))
        return cls(np.full(n, KIND_RLE, np.uint8), size, none, xy, text, Ragged(np.empty(0, np.int64), none))


@dataclass(slots=True, eq=False, repr=False)
class Annotations:
    """Columns of N ground-truth annotations or results, in the file's order.

    Attributes:
        present: (N,) int64 of :class:`Field` bits.
        id: (N,) int64; 0 where absent.
        image_id: (N,) int64.
        category_id: (N,) int64.
        bbox: (N, 4) float64, [x, y, w, h] px; zeros where absent.
        area: (N,) float64, px^2 as written; 0 where absent.
        iscrowd: (N,) uint8, 1 for any true value.
        ignore: (N,) uint8, 1 for any true value.
        score: (N,) float64.
        segmentation: outlines.
        keypoints: Ragged float64 of N rows: x, y, v, x, y, v, ... (x, y in px).
        num_keypoints: (N,) int64.
        captions: N strings.
        extras: Ragged uint8 of N rows: the raw JSON members that are none of the above, joined by commas
            (``"foo":1,"bar":[2]``), so that unknown fields survive a round trip byte for byte.
    """

    present: Int64
    id: Int64 | None = None
    image_id: Int64 | None = None
    category_id: Int64 | None = None
    bbox: Float64 | None = None
    area: Float64 | None = None
    iscrowd: UInt8 | None = None
    ignore: UInt8 | None = None
    score: Float64 | None = None
    segmentation: Segmentations | None = None
    keypoints: Ragged | None = None
    num_keypoints: Int64 | None = None
    captions: list[str | None] | None = None
    extras: Ragged | None = None

    def __len__(self) -> int:
        return len(self.present)

    def has(self, which: Field) -> NDArray[np.bool_]:
        """(N,) bool: the rows that have a field."""
        found: NDArray[np.bool_] = (self.present & int(which)) != 0
        return found


@dataclass(slots=True, eq=False, repr=False)
class Images:
    """Columns of I images.

    Attributes:
        id: (I,) int64.
        width, height: (I,) int64 px; 0 where the file does not say.
        file_name: I strings, or None when the reader was not asked for names.
        extras: Ragged uint8 of raw JSON members, as in :class:`Annotations`, or None.
    """

    id: Int64
    width: Int64
    height: Int64
    file_name: list[str | None] | None = None
    extras: Ragged | None = None

    def __len__(self) -> int:
        return len(self.id)


@dataclass(slots=True)
class CategoryRow:
    """One category as the file has it: ``id``, ``name``, ``supercategory`` and the other members as they were."""

    id: int
    name: str
    supercategory: str | None = None
    other: dict[str, Any] = field(default_factory=dict)


def offsets_of(lengths: Iterable[int] | Int64) -> Int64:
    """(N + 1,) int64: 0, then the running sum of N lengths.

    >>> offsets_of([2, 0, 3]).tolist()
    [0, 2, 2, 5]
    """
    each = lengths if isinstance(lengths, np.ndarray) else np.fromiter(lengths, np.int64)
    made = np.zeros(len(each) + 1, np.int64)
    np.cumsum(each, out=made[1:])
    return made


def take_ragged(ragged: Ragged, rows: Int64) -> Ragged:
    """The given rows of a Ragged, copied; ``rows`` is (M,) int64, in any order, repeats allowed."""
    offsets, index = _spread(ragged.offsets, rows)
    return Ragged(ragged.values[index], offsets)


def take_segmentations(outlines: Segmentations, rows: Int64) -> Segmentations:
    """The given rows of outlines, copied; ``rows`` as for :func:`take_ragged`."""
    rings, index = _spread(outlines.rings, rows)
    xy = take_ragged(outlines.xy, index)
    text, counts = take_ragged(outlines.text, rows), take_ragged(outlines.counts, rows)
    return Segmentations(outlines.kind[rows], outlines.size[rows], rings, xy, text, counts)


def take_annotations(annotations: Annotations, rows: Int64) -> Annotations:
    """The given rows of annotations, copied; ``rows`` as for :func:`take_ragged`."""
    return Annotations(**{name: _taken(getattr(annotations, name), rows) for name in Annotations.__slots__})


def take_images(images: Images, rows: Int64) -> Images:
    """The given rows of images, copied; ``rows`` as for :func:`take_ragged`."""
    return Images(**{name: _taken(getattr(images, name), rows) for name in Images.__slots__})


def _taken(column: Any, rows: Int64) -> Any:
    if column is None:
        return None
    if isinstance(column, Ragged):
        return take_ragged(column, rows)
    if isinstance(column, Segmentations):
        return take_segmentations(column, rows)
    if isinstance(column, list):
        return [column[i] for i in rows.tolist()]
    return column[rows]


def join_ragged(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts in order, copied; at least one part."""
    return Ragged(np.concatenate([part.values for part in parts]), _join_offsets([part.offsets for part in parts]))


def join_segmentations(parts: Sequence[Segmentations]) -> Segmentations:
    """The outlines of all parts in order, copied; at least one part."""
    return Segmentations(
        kind=np.concatenate([part.kind for part in parts]),
        size=np.concatenate([part.size for part in parts]),
        rings=_join_offsets([part.rings for part in parts]),
        xy=join_ragged([part.xy for part in parts]),
        text=join_ragged([part.text for part in parts]),
        counts=join_ragged([part.counts for part in parts]),
    )


def join_annotations(parts: Sequence[Annotations]) -> Annotations:
    """The rows of all parts in order, copied; a column that one part lacks is left out. At least one part."""
    columns = {name: [getattr(part, name) for part in parts] for name in Annotations.__slots__}
    return Annotations(**{name: _joined(values) for name, values in columns.items()})


def _joined(values: list[Any]) -> Any:
    first = values[0]
    if any(value is None for value in values):
        return None
    if isinstance(first, Ragged):
        return join_ragged(values)
    if isinstance(first, Segmentations):
        return join_segmentations(values)
    if isinstance(first, list):
        return [item for value in values for item in value]
    return np.concatenate(values)


def _spread(offsets: Int64, rows: Int64) -> tuple[Int64, Int64]:
    """New offsets of the chosen rows, and the positions of all their values."""
    lengths = offsets[rows + 1] - offsets[rows]
    made = offsets_of(lengths)
    return made, np.repeat(offsets[rows] - made[:-1], lengths) + np.arange(made[-1])


def _join_offsets(parts: Sequence[Int64]) -> Int64:
    """Offsets of rows that follow each other, each part's own beginning at 0."""
    return offsets_of(np.concatenate([np.diff(part) for part in parts]))
