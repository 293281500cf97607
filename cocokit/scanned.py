"""What a scan has filled, as :mod:`cocokit.columns`; the strings and unknown members are checked on the way."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .chunks import Odd
from .columns import Annotations, Images, Ragged, Segmentations
from .kernels import members
from .scan_columns import ScanColumns


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
