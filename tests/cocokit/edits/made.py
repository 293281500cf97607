"""Small datasets for the edits: outlines of every form, crowds, licences, fields that nobody knows."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from cocokit import rle
from cocokit.dataset import Dataset

Json = dict[str, Any]
CATEGORIES = [{"id": 1, "name": "cat", "supercategory": "animal"}, {"id": 7, "name": "dog"}, {"id": 90, "name": "kite"}]


def dataset(seed: int = 0, images: int = 4, per_image: int = 4, first: int = 1, side: int = 60) -> Json:
    """A dataset from a seed."""
    chance = random.Random(seed)
    rows = [
        {"file_name": f"{seed}/{first + i}.jpg", "height": side - i, "id": first + i, "width": side + 3 * i,
         "license": chance.choice([1, 2]), "coco_url": "x"}
        for i in range(images)
    ]  # fmt: skip
    annotations = [
        annotation(10 * row["id"] + k, row, chance) for row in rows for k in range(chance.randint(0, per_image))
    ]
    licenses = [{"id": 1, "name": "CC BY"}, {"id": 2, "name": f"own of {seed}"}]
    return {"info": {"year": 2026}, "licenses": licenses, "images": rows, "annotations": annotations,
            "categories": [dict(c) for c in CATEGORIES]}  # fmt: skip


def annotation(key: int, image: Json, chance: random.Random) -> Json:
    """One annotation of an image: polygons of one or two rings, RLE in both forms, a crowd, or a box."""
    width, height = image["width"], image["height"]
    form = chance.choice(["rings", "rings", "star", "text", "counts", "crowd", "box"])
    row: Json = {"id": key, "image_id": image["id"], "category_id": chance.choice([1, 7, 90]), "iscrowd": 0,
                 "note": "é", "bbox": [1.5, 2.25, 30.0, 20.5], "area": 11.5}  # fmt: skip
    if form in ("rings", "star"):
        row["segmentation"] = [ring(width, height, chance) for _ in range(1 + (form == "star"))]
    elif form != "box":
        mask = blobs(width, height, chance)
        made = rle.to_coco(rle.encode(mask))
        row["segmentation"] = made if form == "text" else rle.to_coco(rle.uncompress(made))
        row["iscrowd"] = int(form == "crowd")
    return row


def ring(width: int, height: int, chance: random.Random) -> list[float]:
    """Some points anywhere in an image, on its edge as well: a ring that may cross itself."""

    def at(side: int) -> float:
        return chance.choice([0.0, float(side), round(chance.uniform(0, side), 2), chance.uniform(0, side)])

    return [value for _ in range(chance.randint(3, 8)) for value in (at(width), at(height))]


def blobs(width: int, height: int, chance: random.Random) -> Any:
    """Rectangles, some with a hole, as a mask."""
    mask = np.zeros((height, width), bool)
    for value in (True, True, False):
        x, y = chance.randrange(width), chance.randrange(height)
        mask[y : y + chance.randint(1, height), x : x + chance.randint(1, width)] = value
    mask[chance.randrange(height), chance.randrange(width)] = True
    return mask


def opened(path: Path, value: Json, **style: Any) -> Dataset:
    """The dataset as a file that was opened."""
    path.write_text(json.dumps(value, **style), encoding="utf-8")
    return Dataset.open(path)


def row_texts(path: Path, member: str) -> list[str]:
    """The text of each row of a list in a file, by Python's own decoder."""
    text = path.read_text(encoding="utf-8")
    at, found = text.index("[", text.index(f'"{member}"')) + 1, []
    decoder = json.JSONDecoder()
    while True:
        while text[at] in " ,\n\t":
            at += 1
        if text[at] == "]":
            return found
        _, end = decoder.raw_decode(text, at)
        found.append(text[at:end])
        at = end
