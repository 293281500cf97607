"""Instances for the robot to draw: crops of photos and their true masks, as bytes that node can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cocokit import rle

#: Areas, px^2, between small, medium and large; smallest instance; share of each kind.
BORDERS, SMALLEST, SHARES = (32**2, 96**2), 24**2, {"S": 0.3, "M": 0.4, "L": 0.3}
#: Around the box: a quarter of its size, and some px.
MARGIN, MORE = 0.25, 8


def write_instances(data: Path, folder: Path, count: int, seed: int) -> int:
    """Write instances.json and pixels.bin into ``folder``: ``count`` instances of mini COCO, the same for one seed.

    Args:
        data: the folder of mini COCO.
        folder: where the files go.
        count: how many at most.
        seed: of the choice.

    Returns:
        How many there are.
    """
    chance = np.random.default_rng(seed)
    chosen = _chosen(_all_instances(data), count, chance)
    index = []
    with (folder / "pixels.bin").open("wb") as out:
        for kind, photo, annotation, size in chosen:
            left, top, right, bottom = _crop(annotation["bbox"], size)
            mask = rle.decode(rle.from_polygons(annotation["segmentation"], *size))[top:bottom, left:right]
            with Image.open(photo) as image:
                pixels = np.asarray(image.convert("RGBA"))[top:bottom, left:right]
            index.append({"id": annotation["id"], "kind": kind, "width": right - left, "height": bottom - top,
                          "box": _box(mask), "at": out.tell()})  # fmt: skip
            out.write(pixels.tobytes())
            out.write(mask.astype(np.uint8).tobytes())
    (folder / "instances.json").write_text(json.dumps(index), encoding="utf-8")
    return len(index)


def _all_instances(data: Path) -> list[Any]:
    """(kind, photo, annotation, (height, width)) of everything that is not a crowd and not tiny."""
    found = []
    for split in ("train2017", "val2017"):
        dataset = json.loads((data / "annotations" / f"instances_{split}.json").read_text(encoding="utf-8"))
        images = {image["id"]: image for image in dataset["images"]}
        for annotation in dataset["annotations"]:
            image = images[annotation["image_id"]]
            photo = data / split / image["file_name"]
            if not annotation["iscrowd"] and annotation["area"] >= SMALLEST and photo.exists():
                kind = "SML"[np.searchsorted(BORDERS, annotation["area"], side="right")]
                found.append((kind, photo, annotation, (image["height"], image["width"])))
    return found


def _chosen(found: list[Any], count: int, chance: np.random.Generator) -> list[Any]:
    chosen = []
    for kind, share in SHARES.items():
        these = [one for one in found if one[0] == kind]
        order = chance.permutation(len(these))[: round(share * count)]
        chosen += [these[i] for i in order]
    return chosen


def _crop(box: list[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the crop, px."""
    x, y, w, h = box
    left, top = int(max(x - MARGIN * w - MORE, 0)), int(max(y - MARGIN * h - MORE, 0))
    return left, top, int(min(x + w * (1 + MARGIN) + MORE, size[1])), int(min(y + h * (1 + MARGIN) + MORE, size[0]))


def _box(mask: Any) -> list[float]:
    x, y, w, h = rle.bbox(rle.encode(mask))
    return [x, y, w, h]
