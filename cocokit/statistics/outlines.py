"""How outlines are drawn: points, parts, holes, and how compact they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..columns import KIND_NONE, KIND_POLYGONS, Bools, Float64, Int64, Ragged, Segmentations, take_ragged
from .counted import Counted
from .regions import parts_and_holes

#: The last entry of ``points`` and of ``parts`` and ``holes`` takes all that is more.
MOST_POINTS, MOST_PARTS = 1000, 100
#: Classes of compactness between 0 and 1.
CLASSES = 40
_BLOCK = 1 << 15  # rings measured at once: their coordinates stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Outlines:
    """Outlines of instances; crowd regions are not among them.

    Attributes:
        polygons, rles, none: instances with polygons, with an RLE, without an outline.
        broken: outlines that are no region: an odd number of coordinates, fewer than three points, damaged counts.
        points: (1001,) int64 polygons with so many points.
        parts: (101,) int64 instances with so many parts: polygons, or regions of an RLE that touch nowhere.
        holes: (101,) int64 RLEs with so many holes. Polygons have none in COCO's form.
        compactness: (40,) int64 instances with polygons by 4 pi area / length^2, from 0 to 1, which is a circle.
        median_compactness: NaN where there are no polygons.
    """

    polygons: int
    rles: int
    none: int
    broken: int
    points: Int64
    parts: Int64
    holes: Int64
    compactness: Int64
    median_compactness: float


def measure_outlines(found: Counted, outlines: Segmentations | None) -> Outlines:
    """Measure the outlines of instances (no crowds) of a dataset whose outlines are given; None has none."""
    none = np.zeros(MOST_PARTS + 1, np.int64)
    if outlines is None:
        return Outlines(
            0,
            0,
            len(found.rows),
            0,
            np.zeros(MOST_POINTS + 1, np.int64),
            none,
            none,
            np.zeros(CLASSES, np.int64),
            float("nan"),
        )
    kind = outlines.kind[found.rows]
    drawn, coded = found.rows[kind == KIND_POLYGONS], found.rows[kind > KIND_POLYGONS]
    points, ring_parts, compact, odd = _polygons(outlines, drawn)
    parts, holes, damaged = parts_and_holes(outlines, coded)
    kept = np.bincount(np.minimum(np.concatenate([ring_parts, parts]), MOST_PARTS), minlength=MOST_PARTS + 1)
    return Outlines(
        polygons=len(drawn),
        rles=len(coded),
        none=int(np.count_nonzero(kind == KIND_NONE)),
        broken=odd + damaged,
        points=np.bincount(np.minimum(points, MOST_POINTS), minlength=MOST_POINTS + 1),
        parts=kept,
        holes=np.bincount(np.minimum(holes, MOST_PARTS), minlength=MOST_PARTS + 1),
        compactness=np.histogram(compact, CLASSES, (0.0, 1.0))[0].astype(np.int64),
        median_compactness=float(np.median(compact)) if len(compact) else float("nan"),
    )


def _polygons(outlines: Segmentations, rows: Int64) -> tuple[Int64, Int64, Float64, int]:
    """Points of each good ring, good rings and compactness of each instance that has some; broken rings."""
    count = outlines.rings[rows + 1] - outlines.rings[rows]
    owner = np.repeat(np.arange(len(rows)), count)
    start = np.repeat(outlines.rings[rows] - (np.cumsum(count) - count), count)
    ring = start + np.arange(len(owner))
    length = outlines.xy.offsets[ring + 1] - outlines.xy.offsets[ring]
    good = (length >= 6) & (length % 2 == 0)
    area, around = _measured(outlines.xy, ring, good)
    good &= np.isfinite(area) & np.isfinite(around)
    owner, area, around = owner[good], area[good], around[good]
    parts = np.bincount(owner, minlength=len(rows))
    total, edge = (np.bincount(owner, each, len(rows)) for each in (area, around))
    there = edge > 0
    compact = np.minimum(4 * np.pi * total[there] / edge[there] ** 2, 1.0)
    return length[good] // 2, parts[parts > 0], compact, int(np.count_nonzero(~good))


def _measured(xy: Ragged, ring: Int64, good: Bools) -> tuple[Float64, Float64]:
    """Area px^2 and length px of each ring, block by block; NaN for those that are not good."""
    area, around = np.full(len(ring), np.nan), np.full(len(ring), np.nan)
    for first in range(0, len(ring), _BLOCK):
        block = slice(first, first + _BLOCK)
        some = ring[block][good[block]]
        if len(some):
            values, starts = _coordinates(xy, some)
            made = measure_rings(values, starts)
            area[block][good[block]], around[block][good[block]] = made
    return area, around


def _coordinates(xy: Ragged, rings: Int64) -> tuple[Float64, Int64]:
    """(P, 2) float64 points of some rings and (R,) int64 where each ring begins; a view where they lie in a row."""
    if int(rings[-1]) - int(rings[0]) == len(rings) - 1:
        offsets = xy.offsets[rings[0] : rings[-1] + 2]
        values = xy.values[offsets[0] : offsets[-1]]
    else:
        taken = take_ragged(xy, rings)
        offsets, values = taken.offsets, taken.values
    return values.reshape(-1, 2), (offsets[:-1] - offsets[0]) // 2


def measure_rings(points: Float64, starts: Int64) -> tuple[Float64, Float64]:
    """Area px^2 and length px of closed rings.

    Args:
        points: (P, 2) float64 px, ring after ring.
        starts: (R,) int64 first point of each ring, rising strictly.

    >>> area, length = measure_rings(np.array([[0.0, 0], [4, 0], [4, 2], [0, 2]]), np.array([0]))
    >>> area.tolist(), length.tolist()
    ([8.0], [12.0])
    """
    # Far coordinates would cost precision, and what is infinite gives NaN, which the caller leaves out.
    last = np.append(starts[1:], len(points)) - 1
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    with np.errstate(invalid="ignore", over="ignore"):
        dx, dy = np.empty_like(x), np.empty_like(y)
        for side, step in ((x, dx), (y, dy)):
            np.subtract(side[1:], side[:-1], out=step[:-1])
            step[last] = side[starts] - side[last]
        twice = np.add.reduceat(x * dy - y * dx, starts)
        np.sqrt(dx * dx + dy * dy, out=dx)
        return np.abs(twice) / 2, np.add.reduceat(dx, starts)
