"""How simulated hands draw: outlines that follow the truth as well as their worker can, and never cross themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cocokit import geometry, rle
from cocokit.columns import Float64
from cocokit.domain.answers import Point
from cocokit.types import Polygons, Ring, Rle

from .truth import Instance, Scene

#: What no hand is better than, px.
_FLOOR_PX = 0.22
#: Points of an outline: at least, at most.
_POINTS = (8, 160)
#: For outlines of 8 to 160 points: how much of the area changes when the outline moves by its typical distance.
_MEAN_OF_NORMAL = math.sqrt(2 / math.pi)


def outline(scene: Scene, instance: Instance, iou: float, chance: np.random.Generator) -> Polygons:
    """Rings around an instance.

    Args:
        scene: its image.
        instance: what is drawn.
        iou: how well, on average: IoU with the truth.
        chance: of this worker.

    Returns:
        Valid rings inside the image; they enclose at least one pixel.
    """
    px = _distance(instance, iou)
    drawn: list[Ring] = []
    for ring in instance.outlines:
        made = _wobbled(scene, ring, px, chance)
        drawn += made if made else [ring]
    if rle.area(scene.drawn(drawn)):
        return tuple(drawn)
    return instance.outlines


def blob(scene: Scene, at: Point, radius: float, chance: np.random.Generator) -> Polygons:
    """A careless shape around a point, ``radius`` px: somebody has to draw something."""
    angles = np.sort(chance.uniform(0, 2 * math.pi, 7))
    far = radius * chance.uniform(0.6, 1.4, 7)
    points = np.stack([at[0] + far * np.cos(angles), at[1] + far * np.sin(angles)], axis=1)
    rings = _cleaned(scene, points)
    if rings and rle.area(scene.drawn(rings)):
        return tuple(rings)
    x, y = (min(max(v, 4.0), size - 4.0) for v, size in zip(at, (scene.width, scene.height), strict=True))
    return ((x - 4, y - 4, x + 4, y - 4, x + 4, y + 4, x - 4, y + 4),)


def painted(scene: Scene, region: Rle, px: int, chance: np.random.Generator) -> Rle:
    """A region as a brush paints it: moved by up to ``px`` px in each direction; never empty where it is not."""
    dx, dy = chance.integers(-px, px + 1, 2).tolist()
    pixels = rle.decode(region)
    moved = np.roll(pixels, (dy, dx), axis=(0, 1))
    return rle.encode(moved if moved.any() else pixels)


def _distance(instance: Instance, iou: float) -> float:
    """How far an outline must lie from the true one, standard deviation in px, for such an IoU.

    Between two outlines that are d apart on average lie perimeter * d px^2, half of it outside; the IoU is about
    (A - P d / 2) / (A + P d / 2).
    """
    lost = 2 * (1 - iou) / (1 + iou)
    return max(lost * instance.area / instance.perimeter / _MEAN_OF_NORMAL, _FLOOR_PX)


def _wobbled(scene: Scene, ring: Ring, px: float, chance: np.random.Generator) -> list[Ring]:
    """A ring whose points a hand has put near the true outline: off by a slow wave, a bias, and a little each."""
    points = _resampled(np.asarray(ring, np.float64).reshape(-1, 2), px)
    for strength in (1.0, 0.6, 0.3):
        shift = px * strength * _wave(len(points), chance)
        moved = points + shift[:, None] * _normals(points) + px * strength * 0.3 * chance.normal(size=points.shape)
        rings = _cleaned(scene, moved)
        if rings:
            return rings
    return []


def _resampled(points: Float64, px: float) -> Float64:
    """(n, 2) corners, as many as a worker clicks: closer together the finer the outline is."""
    closed = np.concatenate([points, points[:1]])
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = int(np.clip(at[-1] / max(2.5 * px, 3.0), *_POINTS))
    where = np.arange(count) * at[-1] / count
    return np.stack([np.interp(where, at, closed[:, axis]) for axis in (0, 1)], axis=1)


def _wave(count: int, chance: np.random.Generator) -> Float64:
    """(n,) a smooth closed wave with a bias; standard deviation 1 over many outlines."""
    turn = np.linspace(0.0, 2 * math.pi, count, endpoint=False)
    wave: Float64 = np.full(count, 0.35 * chance.normal(), np.float64)
    for k in (1, 2, 3, 5, 8):
        a, b = chance.normal(0.0, 0.42, 2).tolist()
        wave += np.asarray(a * np.cos(k * turn) + b * np.sin(k * turn), np.float64)
    return wave


def _normals(points: Float64) -> Float64:
    """(n, 2) unit vectors across the outline at each point."""
    along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    length = np.hypot(across[:, 0], across[:, 1])[:, None]
    return across / np.maximum(length, 1e-9)


def _cleaned(scene: Scene, points: Float64) -> list[Ring]:
    """A ring as a page takes it, clipped to the image; its larger parts if it crosses itself; maybe none."""
    points = np.asarray(np.round(np.clip(points, 0, (scene.width, scene.height)), 2), np.float64)
    points = points[np.any(points != np.roll(points, 1, axis=0), axis=1)]
    ring = tuple(points.reshape(-1).tolist())
    if len(ring) >= 6 and not geometry.why_invalid(ring):
        return [ring]
    return _larger(geometry.repair([ring]))


def _larger(rings: Sequence[Ring]) -> list[Ring]:
    """The rings that a worker would keep: no slivers; those that repair left touching themselves are gone."""
    areas = [geometry.polygon_area(ring) for ring in rings]
    least = 0.05 * max(areas, default=0.0)
    return [r for r, a in zip(rings, areas, strict=True) if a > max(least, 0.5) and not geometry.why_invalid(r)]
