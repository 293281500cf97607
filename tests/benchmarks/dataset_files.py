"""Instances files of the size of val2017 and train2017, from a seed: outlines of about 20 points, crowds, licences.

``python -m tests.benchmarks.dataset_files train OUT.json`` writes one; the same seed gives the same bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cocokit.categories import COCO_80

#: Images and annotations of the two releases.
SIZES = {"val": (5_000, 36_781), "train": (118_287, 860_001)}
_SEED = 7
_CROWDS = 0.0117
_BLOCK = 4096


def write_instances(path: Path, size: str, seed: int = _SEED) -> None:
    """Write an instances file with the layout of the official ones: one line, a space after commas and colons."""
    images, count = SIZES[size]
    chance = np.random.default_rng(seed)
    sides = np.where(chance.random((images, 1)) < 0.3, [[480, 640]], [[640, 480]])
    categories = [{"supercategory": c.supercategory, "id": c.id, "name": c.name} for c in COCO_80]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info": {"description": "generated", "version": "1.0", "year": 2017}, "licenses": ')
        licences = [{"url": f"http://example.org/{i}", "id": i, "name": f"Licence {i}"} for i in range(1, 9)]
        file.write(json.dumps(licences))
        file.write(', "images": [' + ", ".join(_images(sides, chance)) + '], "annotations": [')
        for i, block in enumerate(_annotations(sides, count, [c["id"] for c in categories], chance)):
            file.write((", " if i else "") + block)
        file.write('], "categories": ' + json.dumps(categories) + "}")


def _images(sides: Any, chance: np.random.Generator) -> Iterator[str]:
    for i, (width, height) in enumerate(sides.tolist(), 1):
        yield (
            f'{{"license": {int(chance.integers(1, 9))}, "file_name": "{i:012}.jpg", '
            f'"coco_url": "http://images.example.org/{i:012}.jpg", "height": {height}, "width": {width}, '
            f'"date_captured": "2013-11-14 17:02:52", "flickr_url": "http://farm.example.org/{i}_z.jpg", "id": {i}}}'
        )


def _annotations(sides: Any, count: int, ids: list[int], chance: np.random.Generator) -> Iterator[str]:
    weights = 1 / np.arange(1, len(ids) + 1)
    images = np.sort(chance.integers(0, len(sides), count))
    kinds = chance.choice(ids, count, p=weights / weights.sum())
    crowds = chance.random(count) < _CROWDS
    for start in range(0, count, _BLOCK):
        rows = range(start, min(start + _BLOCK, count))
        yield ", ".join(
            _annotation(i + 1, int(images[i]) + 1, int(kinds[i]), *sides[images[i]].tolist(), bool(crowds[i]), chance)
            for i in rows
        )


def _annotation(
    number: int, image: int, category: int, width: int, height: int, crowd: bool, chance: np.random.Generator
) -> str:
    if crowd:
        outline, area, box = _crowd(width, height, chance)
    else:
        outline, area, box = _outline(width, height, chance)
    return (
        f'{{"segmentation": {outline}, "area": {area!r}, "iscrowd": {int(crowd)}, "image_id": {image}, '
        f'"bbox": [{", ".join(map(repr, box))}], "category_id": {category}, "id": {number}}}'
    )


def _outline(width: int, height: int, chance: np.random.Generator) -> tuple[str, float, list[float]]:
    """One or two star-shaped rings of some 20 points, with two decimals."""
    rings, area = [], 0.0
    for _ in range(1 + int(chance.random() < 0.1)):
        points = int(np.clip(chance.lognormal(3.0, 0.6), 4, 200))
        radius = min(float(chance.lognormal(3.3, 0.9)) + 3, min(width, height) / 2.1)
        x0, y0 = chance.uniform(radius, width - radius), chance.uniform(radius, height - radius)
        angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
        far = radius * chance.uniform(0.6, 1, points)
        ring = np.round(np.column_stack([x0 + far * np.cos(angle), y0 + far * np.sin(angle)]), 2)
        x, y = ring.T
        area += abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
        rings.append(ring)
    both = np.concatenate(rings)
    low, high = both.min(axis=0), both.max(axis=0)
    box = [round(v, 2) for v in (*low.tolist(), *(high - low).tolist())]
    text = "[" + ", ".join("[" + ", ".join(map(repr, ring.ravel().tolist())) + "]" for ring in rings) + "]"
    return text, area, box


def _crowd(width: int, height: int, chance: np.random.Generator) -> tuple[str, float, list[float]]:
    """An uncompressed RLE of an upright block of stripes."""
    x, y = int(chance.integers(0, width // 2)), int(chance.integers(0, height // 2))
    w, h = int(chance.integers(8, width // 2)), int(chance.integers(8, height // 2))
    counts = [x * height + y]
    for _ in range(w - 1):
        counts += [h, height - h]
    counts += [h, width * height - (x + w - 1) * height - y - h]
    outline = json.dumps({"counts": counts, "size": [height, width]})
    return outline, float(w * h), [float(x), float(y), float(w), float(h)]


if __name__ == "__main__":
    write_instances(Path(sys.argv[2]), sys.argv[1])
