"""Masks that were drawn as outlines: rings x0, y0, x1, y1, ... px, and rings that are cut out of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ... import rle
from ...domain.answers import Mask
from ...domain.tasks import ImageRef
from ...errors import RefusedError
from ...geometry import polygon_area, why_invalid
from ...places import counted
from ...types import Polygons, Ring
from ..mask_sets import stored, without
from .fields import coordinate, items
from .painted import not_empty

#: Points of the longest ring, and rings of the most broken instance.
MOST_POINTS, MOST_RINGS = 5_000, 100


def read_outlines(polygons: object, holes: object, image: ImageRef, tool: str) -> Mask:
    """The mask inside ``polygons`` and outside ``holes``, drawn as pycocotools draws; raises RefusedError.

    The polygons are kept beside the mask unless a hole is cut out of them: COCO's polygons cannot say it.
    """
    outer = _rings(polygons, "polygons", image)
    inner = _rings(holes, "holes", image)
    if not outer:
        raise RefusedError("polygons", "is an empty list", "send at least one ring")
    drawn = rle.from_polygons(outer, image.height, image.width)
    mask = not_empty(stored(drawn, tool, outer), "polygons")
    if not inner:
        return mask
    rest = without(drawn, rle.from_polygons(inner, image.height, image.width))
    return not_empty(stored(rest, tool), "holes")


def _rings(value: object, field: str, image: ImageRef) -> Polygons:
    given = items(value, field, MOST_RINGS, "ring")
    return tuple(_ring(ring, f"{field}[{i}]", image) for i, ring in enumerate(given))


def _ring(value: object, field: str, image: ImageRef) -> Ring:
    """A ring of at least three points that encloses an area and nowhere meets itself."""
    numbers = items(value, field, 2 * MOST_POINTS, "number")
    if len(numbers) % 2:
        raise RefusedError(field, f"has {counted(len(numbers), 'number')}", "send pairs x, y")
    limits = (image.width, image.height)
    ring = _distinct([coordinate(v, f"{field}[{i}]", limits[i % 2]) for i, v in enumerate(numbers)])
    if len(ring) < 6:
        reason = f"has {counted(len(ring) // 2, 'point')}, repeated ones not counted"
        raise RefusedError(field, reason, "draw at least three")
    if polygon_area(ring) == 0:
        raise RefusedError(field, "has no area", "draw around the instance")
    if fault := why_invalid(ring):
        raise RefusedError(field, _told(fault), "draw it again without the crossing, or as several rings")
    return ring


def _distinct(flat: Sequence[float]) -> Ring:
    """A ring without points that the next one repeats; the next of the last is the first.

    >>> _distinct([1, 1, 5, 1, 5, 1, 5, 5, 1, 1])
    (1, 1, 5, 1, 5, 5)
    """
    points = list(zip(flat[0::2], flat[1::2], strict=True))
    return tuple(v for p, after in zip(points, points[1:] + points[:1], strict=True) if p != after for v in p)


def _told(fault: str) -> str:
    """What Shapely says of a ring, in our words: where it meets itself.

    >>> _told("Self-intersection[12.5 3]")
    'crosses itself near (12.5, 3)'
    """
    found = re.fullmatch(r"(Ring )?Self-intersection\[(\S+) (\S+)\]", fault)
    if found is None:
        return f"is no simple outline ({fault})"
    x, y = (f"{float(v):.6g}" for v in found.group(2, 3))
    return f"{'touches' if found[1] else 'crosses'} itself near ({x}, {y})"
