"""Lists of dicts to the two sides of an evaluation, or :class:`Odd` where columns cannot hold what the dicts say.

Nothing is refused here: what is odd goes the plain way (:mod:`.literal`), which does as pycocotools does, errors
included. So every test below may be stricter than it need be, and none may be laxer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from cocokit.columns import Float64, Int32, Ragged, Segmentations, UInt8, offsets_of

from ..sides import Detections, GroundTruth

Row = dict[str, Any]

#: float64 holds every whole number up to here.
_WHOLE = float(1 << 53)
#: Whole coordinates below this have exact squares and sums of squares (PARITY F10).
_COORDINATE = float(1 << 25)
_NUMBERS = (float, int, np.float64, np.float32, np.int64, np.int32, np.uint32, np.uint8)


class Odd(Exception):
    """Input for the plain path; never seen by a caller."""


def member(rows: Sequence[Row], name: str) -> list[Any]:
    """One field of every row."""
    try:
        return [row[name] for row in rows]
    except (KeyError, TypeError, IndexError) as error:
        raise Odd(name) from error


def numbers(values: Sequence[Any], largest: float = _WHOLE) -> Float64:
    """(N,) float64 that compares and sorts as the values do; whole ones must not be above ``largest``."""
    kinds = set(map(type, values))
    if not kinds.issubset(_NUMBERS):
        raise Odd(kinds)
    try:
        found = np.array(values, np.float64)
    except OverflowError as error:
        raise Odd(values) from error
    if not kinds <= {float, np.float64, np.float32} and (np.abs(found) > largest).any():
        raise Odd(largest)
    return found


def flags(values: Sequence[Any]) -> UInt8:
    """(N,) uint8 of values that are 0 or 1."""
    try:
        if not set(values) <= {0, 1}:
            raise Odd(values)
    except TypeError as error:
        raise Odd(values) from error
    return np.array(values, np.uint8)


def boxes(values: Sequence[Any]) -> Float64:
    """(N, 4) float64 of lists or arrays of four numbers."""
    if not set(map(type, values)) <= {list, np.ndarray} or not set(map(len, values)) <= {4}:
        raise Odd(values)
    return numbers(list(chain.from_iterable(values))).reshape(-1, 4)


def poses(values: Sequence[Any], points: int) -> Ragged:
    """Ragged float64 of lists of ``points`` times x, y, v."""
    if not set(map(type, values)) <= {list} or not set(map(len, values)) <= {3 * points}:
        raise Odd(values)
    flat = numbers(list(chain.from_iterable(values)), _COORDINATE - 1)
    return Ragged(flat, np.arange(len(values) + 1, dtype=np.int64) * (3 * points))


def outlines(values: Sequence[Any]) -> Segmentations:
    """Columns of compressed RLEs: what every outline is once ``annToRLE`` has been at it (PARITY X8)."""
    if not set(map(type, values)) <= {dict}:
        raise Odd(values)
    counts, sizes = member(values, "counts"), member(values, "size")
    if not set(map(type, sizes)) <= {list} or not set(map(len, sizes)) <= {2}:
        raise Odd(sizes)
    flat = list(chain.from_iterable(sizes))
    if not set(map(type, flat)) <= {int} or (flat and not 0 <= min(flat) <= max(flat) < 1 << 31):
        raise Odd(sizes)
    kinds = set(map(type, counts))
    if not kinds <= {str, bytes}:
        raise Odd(kinds)
    if str in kinds:
        counts = [text.encode("utf-8", "surrogatepass") if type(text) is str else text for text in counts]
    if any(b"\0" in text for text in counts):  # C strings end there
        raise Odd(counts)
    text = Ragged(np.frombuffer(bytearray(b"".join(counts)), np.uint8), offsets_of(map(len, counts)))
    return Segmentations.of_texts(np.array(flat, np.int64).reshape(-1, 2), text)


def index(ids: Sequence[Any]) -> dict[Any, int]:
    """Id -> place; as plain Python values, which are found faster than NumPy's."""
    return {i.item() if isinstance(i, np.generic) else i: n for n, i in enumerate(ids)}


def codes(rows: Sequence[Row], name: str, places: Mapping[Any, int]) -> Int32:
    """(N,) int32 place of each row's id, -1 where it is not evaluated."""
    found = places.get
    try:
        return np.fromiter((found(row[name], -1) for row in rows), np.int32, len(rows))
    except (KeyError, TypeError) as error:
        raise Odd(name) from error


def ground_truth(rows: Sequence[Row], p: Any) -> GroundTruth:
    """The annotations that ``evaluate`` walks, in its order."""
    n = len(rows)
    crowd = flags(member(rows, "iscrowd"))
    ignore = crowd
    if p.iouType == "keypoints":
        ignore = crowd | (numbers(member(rows, "num_keypoints")) == 0)
    nothing = np.zeros(n, np.int64)
    return GroundTruth(
        source=np.arange(n, dtype=np.int64),
        image_id=nothing,
        category_id=nothing,
        id=(numbers(member(rows, "id"), np.inf) != 0).astype(np.int64),  # X1
        area=numbers(member(rows, "area")),
        crowd=crowd,
        ignore=np.ascontiguousarray(ignore, np.uint8),
        bbox=np.zeros((n, 4)) if p.iouType == "segm" else boxes(member(rows, "bbox")),
        keypoints=poses(member(rows, "keypoints"), len(p.kpt_oks_sigmas)) if p.iouType == "keypoints" else None,
        segmentation=outlines(member(rows, "segmentation")) if p.iouType == "segm" else None,
    )


def detections(rows: Sequence[Row], p: Any) -> Detections:
    """The results that ``evaluate`` walks, in its order."""
    ids = numbers(member(rows, "id"), np.inf)
    if not (ids > 0).all():  # a partner with id 0 or below leaves its ground truth free
        raise Odd("id")
    nothing = np.zeros(len(rows), np.int64)
    return Detections(
        kind=p.iouType,
        image_id=nothing,
        category_id=nothing,
        score=numbers(member(rows, "score")),
        area=numbers(member(rows, "area")),
        bbox=boxes(member(rows, "bbox")) if p.iouType == "bbox" else None,
        keypoints=poses(member(rows, "keypoints"), len(p.kpt_oks_sigmas)) if p.iouType == "keypoints" else None,
        segmentation=outlines(member(rows, "segmentation")) if p.iouType == "segm" else None,
    )
