"""A small truth that the tests of the simulated crowd share: two rooms, cups on tables, and a crowd of people."""

from __future__ import annotations

from typing import Any

from cocokit import rle
from cocokit.crowd.truth import Truth
from cocokit.dataset import Dataset

PERSON, CUP, TABLE, DOG = 1, 47, 67, 18


def box(x: float, y: float, w: float, h: float) -> list[list[float]]:
    return [[x, y, x + w, y, x + w, y + h, x, y + h]]


def dataset(images: int = 4) -> Dataset:
    """Images of 320 x 240 px; in each a table, three cups and, in the odd ones, people with a crowd behind them."""
    annotations: list[dict[str, Any]] = []

    def add(image: int, category: int, outline: Any, crowd: int = 0) -> None:
        annotations.append({"id": len(annotations) + 1, "image_id": image, "category_id": category, "iscrowd": crowd,
                            "segmentation": outline, "area": 1.0, "bbox": [0, 0, 1, 1]})  # fmt: skip

    for image in range(1, images + 1):
        add(image, TABLE, box(20, 150, 250, 60))
        for i in range(3):
            add(image, CUP, box(30 + 60 * i + image, 110, 24, 36))
        if image % 2:
            add(image, PERSON, box(250, 40, 40, 90))
            top = rle.from_bbox((10, 5, 220, 30), 240, 320)
            add(image, PERSON, rle.to_coco(rle.uncompress(top)), crowd=1)
    names = {
        PERSON: ("person", "person"), CUP: ("cup", "kitchen"), TABLE: ("table", "furniture"), DOG: ("dog", "animal"),
    }  # fmt: skip
    return Dataset.from_dict({
        "images": [{"id": i, "width": 320, "height": 240, "file_name": f"{i}.jpg"} for i in range(1, images + 1)],
        "annotations": annotations,
        "categories": [{"id": key, "name": name, "supercategory": group} for key, (name, group) in names.items()],
    })  # fmt: skip


def truth(images: int = 4) -> Truth:
    return Truth(dataset(images))
