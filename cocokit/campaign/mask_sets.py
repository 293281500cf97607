"""Stored masks as sets of pixels, by their runs."""

from __future__ import annotations

from .. import rle
from ..domain.answers import Mask
from ..types import Polygons, Rle


def rle_of(mask: Mask) -> Rle:
    """The RLE of a stored mask."""
    return Rle(mask.height, mask.width, mask.counts)


def stored(drawn: Rle, tool: str, polygons: Polygons | None = None) -> Mask:
    """A mask with compressed counts as it is stored; an empty one has an area of 0.

    >>> stored(rle.encode([[0, 1], [0, 1]]), "brush")
    Mask(height=2, width=2, counts=b'22', area=2.0, bbox=(1.0, 0.0, 1.0, 2.0), polygons=None, tool='brush')
    """
    written = drawn if isinstance(drawn.counts, bytes) else rle.compress(drawn)
    assert isinstance(written.counts, bytes)
    area, box = float(rle.area(written)), rle.bbox(written)
    return Mask(drawn.height, drawn.width, written.counts, area, box, polygons, tool)


def without(mask: Rle, other: Rle) -> Rle:
    """The pixels of one mask that are not in another; raises DataError if their sizes differ.

    >>> without(rle.from_bbox((0, 0, 3, 1), 1, 4), rle.from_bbox((1, 0, 1, 1), 1, 4)) == rle.encode([[1, 0, 1, 0]])
    True
    """
    runs = rle.runs(other).tolist()
    turned = runs[1:] if runs[0] == 0 else [0, *runs]
    return rle.merge([mask, Rle(other.height, other.width, tuple(turned))], intersect=True)


def iou(first: Rle, second: Rle) -> float:
    """IoU of two masks of one size, 0 to 1."""
    return float(rle.iou([first], [second], [False])[0, 0])
