"""Masks that were drawn as outlines: rings x0, y0, x1, y1, ... px, and rings that are cut out of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ... import rle
from ...domain.answers import Mask
from ...domain.tasks import ImageRef
from ...errors import RefusedError
from ...geometry import polygon_area, why_invalid
from ...places import counted
from ...types import Polygons, Ring, Rle
from .fields import coordinate, items
from .painted import stored

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
    if not inner:
        return replace(stored(drawn, "polygons", tool), polygons=outer)
    stored(drawn, "polygons", tool)
    rest = without(drawn, rle.from_polygons(inner, image.height, image.width))
    return stored(rest, "holes", tool)


def without(mask: Rle, hole: Rle) -> Rle:
    """The pixels of one mask that are not in another of its size.

    >>> without(rle.from_bbox((0, 0, 3, 1), 1, 4), rle.from_bbox((1, 0, 1, 1), 1, 4)) == rle.encode([[1, 0, 1, 0]])
    True
    """
    runs = rle.runs(hole).tolist()
    turned = runs[1:] if runs[0] == 0 else [0, *runs]
    return rle.merge([mask, Rle(hole.height, hole.width, tuple(turned))], intersect=True)


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
        reason = f"has {counted(len(ring) // 2, 'point')} that differ from the one before"
        raise RefusedError(field, reason, "draw at least three")
    if polygon_area(ring) == 0:
        raise RefusedError(field, "has no area", "draw around the instance")
    if fault := why_invalid(ring):
        raise RefusedError(field, _told(fault), "draw it again without the crossing, or as several rings")
    return ring


def _distinct(flat: Sequence[float]) -> Ring:
    """A ring without points that repeat the one before; the last is before the first."""
    points = list(zip(flat[0::2], flat[1::2], strict=True))
    kept = [p for i, p in enumerate(points) if p != points[i - 1] or len(points) == 1]
    return tuple(v for p in kept for v in p)


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
