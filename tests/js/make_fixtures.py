"""What pycocotools says of masks and polygons, as JSON for the tests in node: ``make_fixtures.py FILE``.

Made anew in every run from a fixed seed; nothing is kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from pycocotools import mask as oracle

#: Numbers on the rounding borders of pycocotools' fine grid, and beyond every image.
ODD = [-3e9, -1e5, -0.3, -0.1, 0.0, 0.1, 0.3, 0.5, 1e5, 3e9]


def coordinates(random: Generator, n: int, size: int) -> list[float]:
    """``n`` coordinates of one kind: anything, halves, whole ones, or those on a border of the grid."""
    kind = random.integers(5)
    if kind == 0:
        return random.uniform(-0.3 * size, 1.3 * size, n).tolist()
    if kind == 1:
        return (random.integers(-2, 2 * size + 3, n) / 2).tolist()
    if kind == 2:
        return random.integers(-1, size + 2, n).astype(float).tolist()
    if kind == 3:
        return (random.integers(-5, 5 * size + 5, n) / 5 + 0.1).tolist()
    odd = random.choice(ODD[1:-1], n)
    return np.where(random.random(n) < 0.3, odd, random.uniform(0, size, n)).tolist()


def polygon(random: Generator) -> dict[str, Any]:
    """Rings, and what pycocotools draws of their union."""
    height, width = (int(v) for v in random.integers(1, 41, 2))
    rings = []
    for _ in range(int(random.integers(1, 4))):
        n = int(random.integers(3, 10))
        xs, ys = coordinates(random, n, width), coordinates(random, n, height)
        if random.random() < 0.15:  # the same point again
            xs[-1], ys[-1] = xs[0], ys[0]
        rings.append([v for point in zip(xs, ys, strict=True) for v in point])
    union = oracle.merge(oracle.frPyObjects(rings, height, width))
    return {"rings": rings, "size": [height, width], "counts": union["counts"].decode()}


def mask(random: Generator) -> dict[str, Any]:
    """The rows of a mask, and its counts."""
    height, width = (int(v) for v in random.integers(1, 25, 2))
    pixels = (random.random((height, width)) < random.choice([0.0, 0.02, 0.3, 0.5, 0.9, 1.0])).astype(np.uint8)
    made = oracle.encode(np.asfortranarray(pixels))
    return {"size": [height, width], "counts": made["counts"].decode(), "rows": ["".join(map(str, r)) for r in pixels],
            "area": int(oracle.area(made)), "bbox": [int(v) for v in oracle.toBbox(made)]}  # fmt: skip


def large(random: Generator) -> list[dict[str, Any]]:
    """Masks whose runs need four and five groups of bits."""
    made = []
    for height, width in ((1500, 2000), (3, 500_000), (500_000, 3)):
        x, y, w, h = (int(random.integers(1, s // 2 + 1)) for s in (width, height, width, height))
        ring = [x, y, x + w, y, x + w, y + h, x, y + h]
        found = oracle.frPyObjects([ring], height, width)[0]
        made.append({"size": [height, width], "counts": found["counts"].decode(), "rings": [ring]})
    return made


def main(path: Path) -> None:
    """Write all fixtures."""
    random = np.random.default_rng(20)
    fixtures = {
        "polygons": [polygon(random) for _ in range(5000)],
        "masks": [mask(random) for _ in range(800)],
        "large": large(random),
    }
    path.write_text(json.dumps(fixtures), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
