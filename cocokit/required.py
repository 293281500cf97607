"""Fields that every row must have, checked on columns, whichever way they were read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .columns import Annotations, Field
from .errors import DataError
from .places import place

_REMEDIES = {
    Field.ID: "every annotation needs an integer id",
    Field.IMAGE_ID: "every row needs the integer id of its image",
    Field.CATEGORY_ID: "every row needs the integer id of a category",
    Field.BBOX: "write [x, y, width, height] in pixels",
    Field.AREA: "write the mask's area, or the box's, in square pixels",
    Field.ISCROWD: "write 0, or 1 for a region with many instances",
    Field.SCORE: "every result needs a number, the larger the surer",
    Field.SEGMENTATION: "write polygons or an RLE",
    Field.KEYPOINTS: "write x, y, v for every point",
    Field.NUM_KEYPOINTS: "write how many points have v > 0",
}

#: What decides a result's type, in the order in which pycocotools asks (quirk J6).
_TYPES = (Field.CAPTION, Field.BBOX, Field.SEGMENTATION, Field.KEYPOINTS)


def require(annotations: Annotations, fields: Iterable[Field], path: str, kind: str) -> None:
    """Refuse rows without one of the fields; a ``null`` counts as none.

    Args:
        annotations: columns that were read with these fields wanted.
        fields: the fields, each with every row.
        path: the file's name for the message.
        kind: "annotations" or "results".

    Raises:
        DataError: the first row without the first missing field, and how many there are.
    """
    for field in fields:
        rows = np.flatnonzero(~annotations.has(field))
        if len(rows):
            member = (field.name or "").lower()
            _refuse(annotations, rows, member, "is missing", _REMEDIES.get(field, ""), path, kind)


def require_results(annotations: Annotations, want: Field, path: str) -> None:
    """Refuse results without image, category or score, and files that mix result types.

    The first result decides what all of them must have: a caption, else a box, else a mask, else keypoints
    (quirk J6). Captions need neither category nor score. Only fields that were wanted are looked at.

    Raises:
        DataError: as :func:`require`.
    """
    if not len(annotations):
        return
    first = Field(int(annotations.present[0]))
    kind = next((field for field in _TYPES if field & first), None)
    needed = [Field.IMAGE_ID] if kind is Field.CAPTION else [Field.IMAGE_ID, Field.CATEGORY_ID, Field.SCORE]
    require(annotations, [field for field in needed if field & want], path, "results")
    if kind is None:
        if all(field & want for field in _TYPES):
            remedy = "a result has one of bbox, segmentation, keypoints or caption"
            reason = "has nothing to evaluate (an empty bbox is none)"
            _refuse(annotations, np.zeros(1, np.int64), "", reason, remedy, path, "results")
        return
    rows = np.flatnonzero(~annotations.has(kind))
    if len(rows):
        member = (kind.name or "").lower()
        remedy = f"the first result has a {member}, so all must; put other types into a file of their own"
        _refuse(annotations, rows, member, "is missing or empty", remedy, path, "results")


def _refuse(annotations: Annotations, rows: Any, member: str, reason: str, remedy: str, path: str, kind: str) -> None:
    row = int(rows[0])
    known = annotations.image_id is not None and bool(annotations.has(Field.IMAGE_ID)[row])
    image_id = int(annotations.image_id[row]) if known and annotations.image_id is not None else None
    raise DataError(path, place(kind, row, member, image_id), reason, remedy, len(rows))
