"""A made dataset of the size of COCO val2017, and detections for it: the same bytes for the same seed.

    python -m tests.benchmarks.data FOLDER IMAGES SEED

5,000 images, 80 categories, some of them rare; about 36,000 annotations with polygons, one in a hundred of them a crowd
region; *lite* detections as a thresholded detector gives them (about 44,000), *full* ones a hundred for every image.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from cocokit import rle

SIZES = np.array([(640, 480), (480, 640), (640, 427), (500, 375), (612, 612)])
CATEGORIES = 80
PER_IMAGE = {"lite": 9, "full": 100}


def generate(folder: Path, images: int, seed: int) -> None:
    """Write instances.json and dt_{bbox,segm}_{lite,full}.json."""
    chance = np.random.default_rng(seed)
    sizes = SIZES[chance.integers(0, len(SIZES), images)]
    gt = _things(chance, sizes, np.minimum(chance.geometric(1 / 7.3, images), 60))
    _write(folder / "instances.json", _dataset(chance, sizes, gt))
    for name, count in PER_IMAGE.items():
        dt = _detections(chance, sizes, gt, count)
        for iou_type in ("bbox", "segm"):
            _write(folder / f"dt_{iou_type}_{name}.json", _results(sizes, dt, iou_type))


def _things(chance: np.random.Generator, sizes: Any, counts: Any) -> dict[str, Any]:
    """Columns of things: image row, category, centre and radii (N, 4) px, and 16 spokes of each outline."""
    image = np.repeat(np.arange(len(sizes)), counts)
    n = len(image)
    rare = 1 / (np.arange(CATEGORIES) + 2.0)
    category = chance.choice(CATEGORIES, n, p=rare / rare.sum()) + 1
    size = sizes[image]
    radii = size * np.exp(chance.normal(-2.6, 0.9, (n, 1))).clip(0.01, 0.45) * chance.uniform(0.6, 1.4, (n, 2))
    centre = chance.uniform(0.05, 0.95, (n, 2)) * size
    spokes = chance.uniform(0.7, 1.0, (n, 16))
    return {"image": image, "category": category, "shape": np.hstack([centre, radii]), "spokes": spokes}


def _detections(chance: np.random.Generator, sizes: Any, gt: dict[str, Any], per_image: int) -> dict[str, Any]:
    """Most things, moved; the rest of each image's number is noise with low scores."""
    seen = chance.random(len(gt["image"])) < 0.85
    moved = gt["shape"][seen] + gt["shape"][seen][:, [2, 3, 2, 3]] * chance.normal(0, 0.09, (seen.sum(), 4))
    hits = {k: v[seen] for k, v in gt.items()} | {"shape": np.maximum(moved, 1.0)}
    taken = np.bincount(hits["image"], minlength=len(sizes))
    noise = _things(chance, sizes, np.maximum(per_image - taken, 0))
    both = {k: np.concatenate([hits[k], noise[k]]) for k in gt}
    score = np.concatenate([chance.beta(4, 2, seen.sum()), chance.beta(1, 5, len(noise["image"]))])
    order = np.argsort(both["image"], kind="stable")
    return {k: v[order] for k, v in both.items()} | {"score": score[order].astype(np.float32).astype(np.float64)}


def _outlines(things: dict[str, Any], sizes: Any) -> Any:
    """(N, 16, 2) corners px, clipped to the image."""
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    unit = np.stack([np.cos(angle), np.sin(angle)], 1)
    shape = things["shape"]
    corners = shape[:, None, :2] + things["spokes"][:, :, None] * unit * shape[:, None, 2:]
    return corners.clip(0, sizes[things["image"]][:, None, :]).round(2)


def _boxes(corners: Any) -> list[list[float]]:
    low, high = corners.min(1), corners.max(1)
    return np.hstack([low, (high - low)]).round(2).tolist()


def _dataset(chance: np.random.Generator, sizes: Any, gt: dict[str, Any]) -> dict[str, Any]:
    corners = _outlines(gt, sizes)
    crowd = chance.random(len(corners)) < 0.01
    rings, boxes, annotations = corners.reshape(len(corners), -1).tolist(), _boxes(corners), []
    for i, image in enumerate(gt["image"].tolist()):
        width, height = sizes[image].tolist()
        mask = rle.from_polygons([rings[i]], height, width)
        annotations.append({
            "segmentation": rle.to_coco(rle.uncompress(mask)) if crowd[i] else [rings[i]],
            "area": float(rle.area(mask)), "iscrowd": int(crowd[i]), "image_id": image + 1, "bbox": boxes[i],
            "category_id": int(gt["category"][i]), "id": i + 1,
        })  # fmt: skip
    return {
        "images": [{"id": i + 1, "file_name": f"{i + 1:012}.jpg", "width": w, "height": h}
                   for i, (w, h) in enumerate(sizes.tolist())],
        "annotations": annotations,
        "categories": [{"id": i + 1, "name": f"category {i + 1}"} for i in range(CATEGORIES)],
    }  # fmt: skip


def _results(sizes: Any, dt: dict[str, Any], iou_type: str) -> list[dict[str, Any]]:
    corners = _outlines(dt, sizes)
    ids = zip((dt["image"] + 1).tolist(), dt["category"].tolist(), dt["score"].tolist(), strict=True)
    rows = [{"image_id": i, "category_id": c, "score": s} for i, c, s in ids]
    if iou_type == "bbox":
        return [row | {"bbox": box} for row, box in zip(rows, _boxes(corners), strict=True)]
    rings = corners.reshape(len(corners), -1).tolist()
    return [
        row | {"segmentation": rle.to_coco(rle.from_polygons([ring], int(size[1]), int(size[0])))}
        for row, ring, size in zip(rows, rings, sizes[dt["image"]], strict=True)
    ]


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
