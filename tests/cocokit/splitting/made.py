"""Datasets to divide."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cocokit.dataset import Dataset


def instances(images: list[list[int]], ids: list[int] | None = None, **members: Any) -> dict[str, Any]:
    """A file with an annotation for each category that an image has."""
    names = ids or [10 * i + 3 for i in range(len(images))]
    annotations = [(name, category) for name, row in zip(names, images, strict=True) for category in row]
    categories = sorted({category for row in images for category in row})
    return {
        "info": {"year": 2026},
        "images": [{"id": i, "width": 9, "height": 9, "file_name": f"{i}.jpg", **members} for i in names],
        "annotations": [
            {"id": n + 1, "image_id": i, "category_id": c, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0}
            for n, (i, c) in enumerate(annotations)
        ],
        "categories": [{"id": c, "name": f"c{c}"} for c in categories],
    }


def drawn(count: int, categories: int, seed: int) -> list[list[int]]:
    """The categories of images: some common, some rare, as in photographs."""
    chance = random.Random(seed)
    shares = [0.5 / (1 + c) for c in range(categories)]
    return [[c + 1 for c, share in enumerate(shares) if chance.random() < share] for _ in range(count)]


def dataset(images: list[list[int]], ids: list[int] | None = None) -> Dataset:
    """The dataset of such a file."""
    return Dataset.from_dict(instances(images, ids))


def homes(splits: dict[str, Any], count: int) -> list[int]:
    """The split of each image, by number; every image is in exactly one."""
    home = np.full(count, -1)
    for number, rows in enumerate(splits.values()):
        assert (home[rows] == -1).all()
        assert (np.diff(rows) > 0).all()
        home[rows] = number
    assert (home >= 0).all()
    return home.tolist()
