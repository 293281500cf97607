"""Polygons, boxes and masks, one into another, and what can be said about a polygon.

Rings are flat: x0, y0, x1, y1, ... px, origin at the outer corner of the top-left pixel. :mod:`cocokit.rle` draws
polygons and boxes as pycocotools does; here are the ways back and the questions that need plane geometry. This is
Shapely's only home; it is imported when a function needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import DataError
from .rle import RleLike, decode
from .types import Box, Polygons

if TYPE_CHECKING:
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

Ring = Sequence[float]


def box_to_polygon(box: Ring) -> tuple[float, ...]:
    """The four corners of a box (x, y, w, h) in loadRes' order (PARITY J2).

    >>> box_to_polygon((1, 2, 3, 4))
    (1.0, 2.0, 1.0, 6.0, 4.0, 6.0, 4.0, 2.0)
    """
    x0, y0, w, h = (float(v) for v in box)
    x1, y1 = x0 + w, y0 + h
    return x0, y0, x0, y1, x1, y1, x1, y0


def polygons_to_box(polygons: Sequence[Ring]) -> Box:
    """The tight box (x, y, w, h) around all points; four zeros for none.

    >>> polygons_to_box([[0, 0, 4, 0, 4, 2], [6, 1, 6, 5, 3, 3]])
    (0.0, 0.0, 6.0, 5.0)
    """
    points = np.concatenate([np.empty((0, 2)), *(_points(r) for r in polygons)])
    if not len(points):
        return 0.0, 0.0, 0.0, 0.0
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x0, y0, x1 - x0, y1 - y0


def polygon_area(ring: Ring) -> float:
    """Area px^2 between a ring and itself by the shoelace formula; 0 for fewer than three points.

    >>> polygon_area([0, 0, 4, 0, 4, 2, 0, 2])
    8.0
    """
    x, y = _points(ring).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2) if len(x) > 2 else 0.0


def polygons_area(polygons: Sequence[Ring]) -> float:
    """Area px^2 of the union of polygons, each the region inside its ring.

    >>> polygons_area([[0, 0, 2, 0, 2, 2, 0, 2], [1, 0, 3, 0, 3, 2, 1, 2]])
    6.0
    """
    return float(_region(polygons).area)


def why_invalid(ring: Ring) -> str:
    """What is wrong with a polygon, in a few words; empty for a good one.

    >>> why_invalid([0, 0, 2, 2, 2, 0, 0, 2])
    'Self-intersection[1 1]'
    >>> why_invalid([0, 0, 2, 2])
    'fewer than three points'
    >>> why_invalid([0, 0, 2, 0, 2, 2])
    ''
    """
    from shapely import is_valid_reason

    if len(ring) % 2:
        return "an odd number of coordinates"
    points = _points(ring)
    if not np.isfinite(points).all():
        return "a coordinate that is no number"
    if len(points) < 3:
        return "fewer than three points"
    reason = str(is_valid_reason(_polygon(points)))
    return "" if reason == "Valid Geometry" else reason


def repair(polygons: Sequence[Ring]) -> Polygons:
    """The outer rings of the region that polygons cover, without self-intersections or overlaps; maybe none.

    >>> len(repair([[0, 0, 2, 2, 2, 0, 0, 2]]))
    2
    """
    return tuple(_outer(_region(polygons)))


def simplify(polygons: Sequence[Ring], tolerance: float) -> Polygons:
    """Polygons with fewer points, none moved by more than ``tolerance`` px; what vanishes is left out.

    >>> simplify([[0, 0, 2, 0.01, 4, 0, 4, 4, 0, 4]], 0.5)
    ((0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0),)
    """
    kept: list[tuple[float, ...]] = []
    for ring in polygons:
        if len(ring) >= 6:
            kept += _outer(_polygon(_points(ring)).simplify(tolerance, preserve_topology=True))
    return tuple(kept)


def clip(polygons: Sequence[Ring], box: Ring) -> Polygons:
    """The parts of polygons that lie in a box (x, y, w, h), each the region inside its ring; maybe none.

    A part with a hole is cut into parts without.

    >>> clip([[0, 0, 4, 0, 4, 4, 0, 4]], (2, 1, 9, 2))
    ((2.0, 1.0, 4.0, 1.0, 4.0, 3.0, 2.0, 3.0),)
    """
    from shapely import box as rectangle
    from shapely import make_valid

    x, y, w, h = box
    window = rectangle(x, y, x + w, y + h)
    kept: list[tuple[float, ...]] = []
    for ring in polygons:
        with np.errstate(over="ignore", invalid="ignore"):  # coordinates near the end of float64
            inside = make_valid(_polygon(_points(ring))).intersection(window) if len(ring) >= 6 else None
        for part in _parts(inside) if inside is not None else ():
            for piece in _without_holes(part):
                kept += _outer(piece)
    return tuple(kept)


def mask_to_polygons(mask: ArrayLike, tolerance: float = 0.0) -> Polygons:
    """Polygons whose union is the foreground of a mask, along the edges of its pixels.

    COCO's polygons have no holes, so a region with holes is cut into parts without.

    Args:
        mask: (H, W); what is not zero is foreground.
        tolerance: simplify by at most so many px; 0 keeps every corner, and drawing the polygons gives the mask again.

    >>> mask_to_polygons([[0, 1, 1], [0, 1, 1]])
    ((1.0, 0.0, 3.0, 0.0, 3.0, 2.0, 1.0, 2.0),)
    >>> mask_to_polygons(np.zeros((3, 3)))
    ()
    """
    rings: list[tuple[float, ...]] = []
    for part in _parts(_strips(mask)):
        for piece in _without_holes(part):
            rings += _outer(piece.simplify(0))
    return simplify(rings, tolerance) if tolerance > 0 else tuple(rings)


def rle_to_polygons(rle: RleLike, tolerance: float = 0.0) -> Polygons:
    """:func:`mask_to_polygons` of an RLE; raises DataError for damaged counts.

    >>> rle_to_polygons({"size": [2, 3], "counts": [2, 4]})
    ((1.0, 0.0, 3.0, 0.0, 3.0, 2.0, 1.0, 2.0),)
    """
    return mask_to_polygons(decode(rle), tolerance)


# ---------------------------------------------------------------- Shapely


def _points(ring: Ring) -> NDArray[np.float64]:
    flat = np.asarray(ring, np.float64).reshape(-1)
    return flat[: len(flat) // 2 * 2].reshape(-1, 2)


def _polygon(points: NDArray[np.float64]) -> Polygon:
    from shapely import Polygon

    return Polygon(points)


def _region(polygons: Sequence[Ring]) -> BaseGeometry:
    """The union of what lies inside the rings."""
    from shapely import make_valid, union_all

    return union_all([make_valid(_polygon(_points(r))) for r in polygons if len(r) >= 6])


def _strips(mask: ArrayLike) -> BaseGeometry:
    """A mask's foreground as a region, put together from its runs along the columns."""
    from shapely import box, union_all

    pixels = np.asarray(mask) != 0
    if pixels.ndim != 2:
        raise DataError("mask", "", f"has shape {pixels.shape}", "give an array of height and width")
    steps = np.diff(np.pad(pixels, ((1, 1), (0, 0))).astype(np.int8), axis=0).T
    (x, top), (_, bottom) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    return union_all(box(x, top, x + 1, bottom))


def _parts(region: BaseGeometry) -> Iterator[Any]:
    """The polygons of a region, whatever it is made of."""
    if region.geom_type == "Polygon":
        if not region.is_empty:
            yield region
    elif hasattr(region, "geoms"):
        for part in region.geoms:
            yield from _parts(part)


def _without_holes(part: Any) -> Iterator[Any]:
    """A polygon cut along vertical lines through its holes, until nothing has a hole."""
    from shapely import box

    if not part.interiors:
        yield part
        return
    x0, y0, x1, y1 = part.bounds
    hole_x0, _, hole_x1, _ = part.interiors[0].bounds
    cut = (hole_x0 + hole_x1) // 2 if hole_x1 - hole_x0 > 1 else hole_x0
    for side in (box(x0, y0, cut, y1), box(cut, y0, x1, y1)):
        for piece in _parts(part.intersection(side)):
            yield from _without_holes(piece)


def _outer(region: BaseGeometry) -> Iterator[tuple[float, ...]]:
    """Outer rings of a region, first point not repeated, starting at the left-most of the top-most points."""
    for part in _parts(region):
        points = np.asarray(part.exterior.coords, np.float64)[:-1]
        first = int(np.lexsort((points[:, 0], points[:, 1]))[0])
        ring = np.roll(points, -first, axis=0)
        if np.cross(np.append(ring[1] - ring[0], 0), np.append(ring[-1] - ring[0], 0))[2] < 0:
            ring = np.roll(ring[::-1], 1, axis=0)
        yield tuple(ring.reshape(-1).tolist())
