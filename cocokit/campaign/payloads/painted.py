"""Masks that were painted pixel by pixel: ``{"size": [height, width], "counts": "..."}``."""

from __future__ import annotations

from ... import rle
from ...domain.answers import Mask
from ...domain.tasks import ImageRef
from ...errors import DataError, RefusedError
from ...places import counted, described, shown
from ..mask_sets import stored
from .fields import items, members, whole

#: Characters of the longest counts: far more than any mask that a hand has painted.
MOST_CHARACTERS = 1_000_000


def read_painted(value: object, field: str, image: ImageRef, tool: str) -> Mask:
    """The mask of an RLE with compressed counts; raises RefusedError.

    Counts may be written in several ways; they are kept as pycocotools writes them.
    """
    found = members(value, field, ["size", "counts"])
    _check_size(found["size"], f"{field}.size", image)
    counts, where = found["counts"], f"{field}.counts"
    if not isinstance(counts, str):
        raise RefusedError(where, f"is {described(counts)}", "send compressed counts as text")
    if len(counts) > MOST_CHARACTERS:
        raise RefusedError(where, f"has {counted(len(counts), 'character')}", f"send at most {MOST_CHARACTERS:,}")
    try:
        pixels = rle.decode({"size": [image.height, image.width], "counts": counts})
    except DataError as error:
        raise RefusedError(where, error.reason, error.remedy) from error
    return not_empty(stored(rle.encode(pixels), tool), where)


def not_empty(mask: Mask, field: str) -> Mask:
    """The mask, if it has a pixel; ``field`` is what it was drawn from. Raises RefusedError."""
    if mask.area == 0:
        raise RefusedError(field, "covers no pixel", "draw a mask of at least one pixel")
    return mask


def _check_size(value: object, field: str, image: ImageRef) -> None:
    numbers = [whole(n, f"{field}[{i}]") for i, n in enumerate(items(value, field, 2, "number"))]
    if numbers != [image.height, image.width]:
        reason = f"is {shown(numbers)} and the image has [{image.height}, {image.width}]"
        raise RefusedError(field, reason, "send [height, width] of the image, px")
