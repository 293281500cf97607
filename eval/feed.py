"""What a training loop has in hand, arrays or tensors per image or of all images at once, in one form.

Nothing here knows a tensor library: what has ``detach`` is asked for its NumPy array, everything else goes through
``np.asarray``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Int64
from cocokit.errors import DataError

_MOST = 2**63 - 1

Arrays = NDArray[Any]

#: One mapping per image, or one for all images with ``image_ids`` per row.
Given = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def to_array(value: Any) -> Arrays:
    """The NumPy array of an array, a tensor on any device, or a list."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if "bfloat16" in str(value.dtype):  # NumPy has no such type; float32 holds its values exactly
            value = value.float()
    return np.asarray(value)


@dataclass(slots=True)
class Feed:
    """The detections or the targets of the images of one update, N rows.

    Attributes:
        name: ``detections`` or ``targets``, for messages.
        image: (N,) int64 image id of each row.
        parts: for each member its arrays (of masks also lists of RLEs); one after the other they are the N rows, and
            empty ones are left out.
    """

    name: str
    image: Int64
    parts: dict[str, list[Any]]

    def __len__(self) -> int:
        return len(self.image)

    def get(self, field: str, *row: int) -> Arrays:
        """(N, *row) array of one member, in its own type.

        Raises:
            DataError: it is missing or has another shape, or does not hold numbers.
        """
        parts = self.need(field)
        for part in parts:
            if part.shape[1:] != row or part.dtype.kind not in "biuf":
                what = f"an array of shape {part.shape} and type {part.dtype}"
                raise self.wrong(field, f"is {what}", f"give numbers of shape {('n', *row)}".replace("'", ""))
        if not parts:
            return np.empty((0, *row))
        whole: Arrays = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return whole

    def need(self, field: str) -> list[Any]:
        """Parts of a member that must be there, if there are rows at all."""
        if field not in self.parts and len(self):
            raise self.wrong(field, "is missing", f"the members given are {', '.join(sorted(self.parts)) or 'none'}")
        return self.parts.get(field, [])

    def wrong(self, field: str, reason: str, remedy: str = "", row: int | None = None) -> DataError:
        """The error for a member, and for one of its rows."""
        where = field if row is None else f"image {int(self.image[row])}, {field}"
        return DataError(self.name, where, reason, remedy)


def feed(name: str, image_ids: list[int], given: Given, fields: Sequence[str]) -> Feed:
    """One side of an update.

    Args:
        name: ``detections`` or ``targets``.
        image_ids: the images of this update.
        given: a mapping for each of them, or one mapping with the rows of all.
        fields: members to look at; others are passed over.

    Raises:
        DataError: members of unequal length, rows of other images, a member that only some images have.
    """
    if isinstance(given, Mapping):
        return _of_all(name, image_ids, given, fields)
    return _of_each(name, image_ids, given, fields)


def whole_ids(name: str, value: Any) -> list[int]:
    """Image ids as integers of 64 bits, in the type that they came in: an array, a tensor, a list.

    Raises:
        DataError: something else than a row of whole numbers.
    """
    if isinstance(value, list | tuple | set | frozenset | range):
        value = [v.item() if hasattr(v, "item") else v for v in value]
    array = to_array(value)
    if array.ndim == 1 and not array.size:
        return []
    whole = array.ndim == 1 and array.dtype.kind in "iuf" and bool(np.isfinite(array).all())
    if not whole or (np.trunc(array) != array).any() or int(array.max()) > _MOST or int(array.min()) < -_MOST - 1:
        shown = repr(value) if len(repr(value)) < 60 else f"an array of shape {array.shape} and type {array.dtype}"
        raise DataError(name, "image_ids", f"is {shown}", "give one integer per image, of at most 64 bits")
    return [int(i) for i in array.tolist()]


def _of_all(name: str, image_ids: list[int], given: Mapping[str, Any], fields: Sequence[str]) -> Feed:
    if "image_ids" not in given:
        remedy = "say of which image each row is, or give one mapping per image"
        raise DataError(name, "image_ids", "is missing", remedy)
    image = np.array(whole_ids(name, given["image_ids"]), np.int64)
    made = Feed(name, image, {})
    strange = np.flatnonzero(~np.isin(image, np.array(image_ids, np.int64)))
    if len(strange):
        raise made.wrong("image_ids", f"has {image[strange[0]]}, which is not among the images of this update",
                         "name every image of the update in its first argument")  # fmt: skip
    for field in fields:
        if given.get(field) is not None:
            part = _rows(field, given[field])
            if len(part) != len(image):
                raise made.wrong(field, f"has {len(part)} rows where image_ids has {len(image)}")
            made.parts[field] = [part] if len(part) else []
    return made


def _of_each(name: str, image_ids: list[int], given: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> Feed:
    if len(given) != len(image_ids):
        raise DataError(name, "", f"are of {len(given)} images where {len(image_ids)} image ids are given")
    made = Feed(name, np.empty(0, np.int64), {})
    counts: list[int] | None = None
    for field in fields:
        parts = [_rows(field, one[field]) for one in given if one.get(field) is not None]
        if not parts:
            continue
        lengths = [len(part) for part in parts] if len(parts) == len(given) else _some(made, field, image_ids, given)
        if counts is None:
            counts = lengths
        elif lengths != counts:
            i = next(i for i, (a, b) in enumerate(zip(lengths, counts, strict=True)) if a != b)
            first = next(iter(made.parts))
            raise DataError(name, f"image {image_ids[i]}, {field}",
                            f"has {lengths[i]} rows where {first} has {counts[i]}")  # fmt: skip
        made.parts[field] = [part for part in parts if len(part)]
    made.image = np.repeat(np.array(image_ids, np.int64), counts or [0] * len(image_ids))
    return made


def _some(made: Feed, field: str, image_ids: list[int], given: Sequence[Mapping[str, Any]]) -> list[int]:
    """Row counts of a member that not every image has: the others must have no rows."""
    lengths = []
    for image_id, one in zip(image_ids, given, strict=True):
        absent = one.get(field) is None
        rows = max((len(_rows(other, one[other])) for other in ("labels", "scores") if one.get(other) is not None),
                   default=0)  # fmt: skip
        if absent and rows:
            raise DataError(made.name, f"image {image_id}, {field}", "is missing, though other images have it")
        lengths.append(0 if absent else len(_rows(field, one[field])))
    return lengths


def _rows(field: str, value: Any) -> Any:
    """The rows of one member: an array, or for masks a list of RLEs as it is."""
    if field == "masks" and isinstance(value, list | tuple):
        return list(value)
    rows = to_array(value)
    if not rows.ndim:
        raise DataError("update", field, f"is {value!r}", "give an array with a row for each detection or target")
    return rows
