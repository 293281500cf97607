"""Datasets of every kind by chance, and photographs of the sizes that they say."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from PIL import Image

Json = dict[str, Any]


def random_dataset(chance: random.Random, *, ugly: bool = True, points: int = 0) -> Json:
    """A dataset of a few images; ``ugly`` ones have crowds, RLEs, outside parts, captions and sparse ids."""
    images = [_image(i, chance, ugly) for i in range(chance.randint(1, 5))]
    categories = [
        {"id": 3 * i + 2 if ugly else i + 1, "name": f"category {i}: # '\"", "supercategory": chance.choice(["a", "b"])}
        for i in range(chance.randint(1, 12))
    ]
    if points:
        for row in categories:
            row |= {"keypoints": [f"point {i}" for i in range(points)], "skeleton": [[1, 2]]}
    rows = [_annotation(i, chance, images, categories, ugly, points) for i in range(chance.randint(0, 12))]
    top = {"info": {"year": 2026}, "licenses": [{"id": 1}]} if ugly else {}
    return {**top, "images": images, "annotations": rows, "categories": categories}


def write_photos(dataset: Json, folder: Path) -> Path:
    """Photographs with nothing on them."""
    for row in dataset["images"]:
        path = folder / row["file_name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (row["width"], row["height"])).save(path)
    return folder


def _image(i: int, chance: random.Random, ugly: bool) -> Json:
    size = {"width": chance.randint(8, 900), "height": chance.randint(8, 900)}
    name = chance.choice([f"{i}.png", f"train/{i}.png", f"a b/ü{i}.png", f"images/{i}.png"])
    return {"id": 10**10 * i + 7, "license": 1, **size, "file_name": name} if ugly else {
        "id": i + 1, **size, "file_name": name}  # fmt: skip


def _annotation(
    i: int, chance: random.Random, images: list[Json], categories: list[Json], ugly: bool, points: int
) -> Json:
    image = chance.choice(images)
    row: Json = {"id": 5 * i + 1, "image_id": image["id"], "category_id": chance.choice(categories)["id"]}
    x, w = sorted(_places(chance, image["width"], ugly, 2))
    y, h = sorted(_places(chance, image["height"], ugly, 2))
    row |= {"bbox": [x, y, round(w - x, 2), round(h - y, 2)], "area": chance.choice([7.5, 1]), "iscrowd": 0}
    if chance.random() < 0.7:
        row["segmentation"] = [_ring(chance, image, ugly) for _ in range(chance.choice([1, 1, 1, 2, 3, 4]))]
    if points and chance.random() < 0.8:
        row |= _pose(chance, image, points, ugly)
    return _spoilt(row, image, chance) if ugly and chance.random() < 0.5 else row


def _spoilt(row: Json, image: Json, chance: random.Random) -> Json:
    how = chance.randrange(9)
    rle = {"size": [image["height"], image["width"]], "counts": [5, 3, image["height"] * image["width"] - 8]}
    changes: list[Json] = [
        {"iscrowd": 1, "segmentation": rle}, {"ignore": 1}, {"score": 0.5}, {"note": "x"},
        {"image_id": 12345}, {"segmentation": rle}, {"segmentation": [[1, 2, 3, 4]]},
    ]  # fmt: skip
    if how < len(changes):
        return row | changes[how]
    if how == 7:
        return {"id": row["id"], "image_id": row["image_id"], "caption": "a cat"}
    return {k: v for k, v in row.items() if k != "bbox"}


def _ring(chance: random.Random, image: Json, ugly: bool) -> list[float]:
    n = chance.randint(3, 6)
    xs, ys = _places(chance, image["width"], ugly, n), _places(chance, image["height"], ugly, n)
    ring = [v for xy in zip(xs, ys, strict=True) for v in xy]
    if chance.random() < 0.3:
        ring += ring[:2]  # closed
    return ring + ring[:2] + ring[2:6] if chance.random() < 0.1 else ring


def _pose(chance: random.Random, image: Json, points: int, ugly: bool) -> Json:
    n = points if not ugly or chance.random() < 0.8 else points - 1
    seen = [chance.randint(0, 2) for _ in range(n)]
    xs, ys = _places(chance, image["width"], ugly, n), _places(chance, image["height"], ugly, n)
    flat = [v for xyv in zip(xs, ys, seen, strict=True) for v in xyv]
    return {"keypoints": flat, "num_keypoints": sum(v > 0 for v in seen) + (ugly and chance.random() < 0.1)}


def _places(chance: random.Random, size: int, ugly: bool, n: int) -> list[float]:
    low, high = (-3, size + 3) if ugly and chance.random() < 0.2 else (0, size)
    digits = chance.choice([0, 2, 2, 9 if ugly else 2])
    return [min(max(round(chance.uniform(low, high), digits), low), high) for _ in range(n)]
