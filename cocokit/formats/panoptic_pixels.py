"""Segments as pixels: which runs of an image are whose, and annotations drawn so that no pixel has two."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import rle
from ..columns import Int32, UInt8
from ..errors import DataError
from ..types import Annotation, Image, Rle
from . import by_image as order

#: Ids are three bytes; 0 is nobody's.
MOST_ID = (1 << 24) - 1
_MOST_PIXELS = 1 << 28


def outlines_in(ids: Int32) -> dict[int, dict[str, Any]]:
    """COCO's compressed RLE of every id in (H, W) int32 pixels.

    >>> outlines_in(np.array([[7, 7], [0, 7]]))
    {0: {'size': [2, 2], 'counts': '112'}, 7: {'size': [2, 2], 'counts': '0111'}}
    """
    height, width = ids.shape
    flat = ids.ravel(order="F")
    starts = np.flatnonzero(np.diff(flat, prepend=flat[:1] - 1)) if flat.size else np.empty(0, np.int64)
    ends = np.append(starts[1:], flat.size)
    owners = flat[starts]
    by_owner = np.argsort(owners, kind="stable")
    keys, first = np.unique(owners[by_owner], return_index=True)
    made = {}
    for key, runs in zip(keys.tolist(), np.split(by_owner, first[1:]), strict=True):
        borders = np.stack([starts[runs], ends[runs]], axis=1).reshape(-1)
        counts = np.diff(borders, prepend=0, append=flat.size)
        counts = counts if counts[-1] else counts[:-1]
        made[key] = rle.to_coco(rle.compress({"size": [height, width], "counts": counts.tolist()}))
    return made


class Canvas:
    """An image with annotations drawn into it: the first come keep their pixels, crowds come last.

    Attributes:
        kept: the id of each segment and its annotation, in the dataset's order; those without a pixel are left out.
        covered: how many annotations lost pixels to others, those left out among them.
    """

    def __init__(self, image: Image, rows: list[tuple[int, Annotation]]) -> None:
        """Draw. Raises DataError: no size, or an outline that cannot be drawn."""
        if min(image.width, image.height) < 1 or image.width * image.height > _MOST_PIXELS:
            said = f"is {image.width} x {image.height} px"
            raise DataError("dataset", f"image {image.id}", said, "a panoptic image needs its width and height")
        self.pixels = np.zeros((image.height, image.width), np.int32)
        self.covered, drawn, keys = 0, set[int](), _keys(rows)
        for place in sorted(range(len(rows)), key=lambda i: bool(rows[i][1].iscrowd)):
            row, annotation = rows[place]
            mask = _mask(row, annotation, image)
            free = mask & (self.pixels == 0)
            left = int(np.count_nonzero(free))
            self.covered += left < max(int(np.count_nonzero(mask)), 1)
            if left:
                drawn.add(place)
                self.pixels[free] = keys[place]
        self.kept = [(keys[place], rows[place][1]) for place in sorted(drawn)]

    def measured(self, key: int) -> tuple[int, list[int]]:
        """Area px^2 and box [x, y, w, h] px of a segment."""
        mask = self.pixels == key
        xs, ys = (np.flatnonzero(mask.any(axis=axis)) for axis in (0, 1))
        x, y = int(xs[0]), int(ys[0])
        return int(np.count_nonzero(mask)), [x, y, int(xs[-1]) - x + 1, int(ys[-1]) - y + 1]

    def colours(self) -> UInt8:
        """(H, W, 3) uint8: red + 256 green + 65,536 blue is the id."""
        found: UInt8 = self.pixels.astype("<i4")[:, :, None].view(np.uint8)[:, :, :3]
        return np.ascontiguousarray(found)


def _keys(rows: list[tuple[int, Annotation]]) -> list[int]:
    """Ids of the segments: those that they had, if they are good and all different; otherwise from 1."""
    known = [annotation.extras.get("segment_id") for _, annotation in rows]
    good = all(isinstance(key, int) and not isinstance(key, bool) and 0 < key <= MOST_ID for key in known)
    return [int(key or 0) for key in known] if good and len(set(known)) == len(known) else [*range(1, len(rows) + 1)]


def _mask(row: int, annotation: Annotation, image: Image) -> Any:
    if isinstance(annotation.segmentation, Rle):
        return order.mask_of(row, annotation, image)
    return rle.decode(rle.from_polygons(annotation.segmentation or (), image.height, image.width))
