"""Outlines cut along a window, pixel for pixel as their masks would be.

A polygon stays a polygon: it is moved, and clipped where it crosses the window's edge, and drawn again. If that gives
another pixel anywhere (the corners that clipping makes are rounded when polygons are drawn), the outline of the cut
mask's pixels takes its place. RLEs stay RLEs, compressed or not, as they were.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..columns import KIND_COUNTS, KIND_POLYGONS, Int64, Ragged, Segmentations, offsets_of
from ..masks import ends_of, ends_to_runs
from ..rle import segmentations, text_of
from ..types import Polygons, Rle
from .strokes import Strokes, strokes_of
from .tracing import trace

#: Decimals of moved corners, which had some already, and of clipped ones, which are new.
_MOVED, _CLIPPED = 9, 2
#: x, y, w, h px.
Window = tuple[int, int, int, int]


def cut_outlines(outlines: Segmentations, rows: Int64, cut: Strokes, window: Window) -> Segmentations:
    """The outlines of masks in a window.

    Args:
        outlines: as they were, of whole images.
        rows: (M,) int64 which of them.
        cut: what is left of the M masks in the window, none of them empty.
        window: where it lies in the image.
    """
    found: list[Any] = [None] * len(rows)
    drawn = np.flatnonzero(outlines.kind[rows] == KIND_POLYGONS)
    if len(drawn):
        for place, rings in zip(drawn.tolist(), _polygons(outlines, rows[drawn], cut.take(drawn), window), strict=True):
            found[place] = rings
    for place in np.flatnonzero(outlines.kind[rows] != KIND_POLYGONS).tolist():
        counted = outlines.kind[rows[place]] == KIND_COUNTS
        found[place] = _rle(cut.ends(place, window[3], window[2]), window, counted=bool(counted))
    return segmentations(found)


def _rle(ends: Int64, window: Window, *, counted: bool) -> Rle:
    made = Ragged(ends.astype(np.uint32), np.array([0, len(ends)], np.int64))
    counts: Any = tuple(ends_to_runs(made).tolist()) if counted else text_of(made)[0]
    return Rle(window[3], window[2], counts)


def _polygons(outlines: Segmentations, rows: Int64, cut: Strokes, window: Window) -> list[Polygons]:
    """Polygons that draw exactly what is left of masks."""
    tried = [_tried([outlines.xy[i] for i in range(outlines.rings[r], outlines.rings[r + 1])], window)
             for r in rows.tolist()]  # fmt: skip
    good = _drawn(tried, window).same(cut)
    return [rings if good[i] else _traced(cut, i) for i, rings in enumerate(tried)]


def _tried(rings: list[Any], window: Window) -> Polygons:
    """Rings moved, and clipped if they reach out of the window."""
    x, y, w, h = window
    corner = np.array([x, y], np.float64)
    points = [ring[: len(ring) // 2 * 2].reshape(-1, 2) - corner for ring in rings]
    every = np.concatenate(points)
    if (every >= 0).all() and (every <= (w, h)).all():
        return tuple(tuple(np.round(p, _MOVED).reshape(-1).tolist()) for p in points)
    if not np.isfinite(every).all():
        return ()
    from ..geometry import clip, polygon_area

    made = clip([p.reshape(-1) for p in points], (0, 0, w, h))
    short = [tuple(np.round(np.array(ring), _CLIPPED).tolist()) for ring in made]
    return tuple(ring for ring in short if polygon_area(ring) > 0)


def _traced(cut: Strokes, mask: int) -> Polygons:
    """The outline of a mask's pixels, which draws exactly these."""
    pixels, x, y = cut.pixels(mask)
    rings = trace(pixels)
    if rings is None:
        from ..geometry import mask_to_polygons

        rings = mask_to_polygons(pixels)
    shift = np.array([x, y], np.float64)
    return tuple(tuple((np.array(ring).reshape(-1, 2) + shift).reshape(-1).tolist()) for ring in rings)


def _drawn(polygons: list[Polygons], window: Window) -> Strokes:
    """What polygons draw in an image of the window's size."""
    flat = [ring for rings in polygons for ring in rings]
    xy = Ragged(np.array([v for ring in flat for v in ring], np.float64), offsets_of([len(ring) for ring in flat]))
    made = Segmentations.of_polygons(offsets_of([len(rings) for rings in polygons]), xy)
    count, size = len(polygons), (window[3], window[2])
    sizes = np.full((count, 2), size, np.int64)
    return strokes_of(ends_of(made, np.arange(count), sizes), sizes[:, 0])
