"""Round trips: a dataset with something of everything, and in plain Python what a format should leave of it."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as oracle

from cocokit.dataset import Dataset
from cocokit.formats import FORMATS, Format, Read, lost

_RUNS = {"size": [20, 24], "counts": [41, 6, 14, 6, 14, 6, 393]}
_MASK = np.zeros((30, 40), np.uint8, order="F")
_MASK[3:9, 2:11] = 1
_MASK[5:7, 4:6] = 0  # a hole

RICH: dict[str, Any] = {
    "info": {"year": 2026},
    "licenses": [{"id": 1, "name": "CC BY"}],
    "images": [
        {"id": 7, "width": 40, "height": 30, "file_name": "b.jpg", "license": 1},
        {"id": 3, "width": 24, "height": 20, "file_name": "a/c.png"},
        {"id": 12, "width": 9, "height": 8, "file_name": "empty.jpg"},
    ],
    "annotations": [
        {"id": 11, "image_id": 7, "category_id": 5, "bbox": [1.5, 2, 10, 4], "area": 36, "iscrowd": 0,
         "segmentation": [[1.5, 2, 9.5, 2, 9.5, 6, 1.5, 6], [10.5, 2, 11.5, 2, 11.5, 6, 10.5, 6]]},
        {"id": 4, "image_id": 3, "category_id": 2, "bbox": [3.1, 4.2, 5.3, 6.7], "area": 5.3 * 6.7, "iscrowd": 0},
        {"id": 5, "image_id": 3, "category_id": 5, "bbox": [2, 1, 3, 6], "area": 18, "iscrowd": 1,
         "segmentation": _RUNS},
        {"id": 6, "image_id": 7, "category_id": 2, "bbox": [0, 0, 40, 30], "area": 1, "iscrowd": 0,
         "segmentation": {"size": [30, 40], "counts": oracle.encode(_MASK)["counts"].decode()}, "note": "by hand"},
        {"id": 8, "image_id": 7, "category_id": 2, "bbox": [1, 1, 8, 8], "area": 64, "iscrowd": 0, "ignore": 1,
         "keypoints": [1, 2, 2, 3.5, 4, 1, 0, 0, 0], "num_keypoints": 2},
        {"id": 9, "image_id": 7, "category_id": 2, "bbox": [5, 6, 7, 8], "score": 0.5, "area": 56},
        {"id": 10, "image_id": 7, "caption": "two of them"},
        {"id": 20, "image_id": 99, "category_id": 2, "bbox": [5, 6, 7, 8], "area": 56, "iscrowd": 0},
        {"id": 21, "image_id": 3, "category_id": 77, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0},
    ],
    "categories": [
        {"id": 5, "name": "cat", "supercategory": "pet"},
        {"id": 2, "name": "dog", "keypoints": ["nose", "tail", "left \"ear\""]},
        {"id": 9, "name": "no <one> & none"},
    ],
}  # fmt: skip

Row = dict[str, Any]


def trip(name: str, value: Any, folder: Path, images: str | None = None) -> Read:
    """What a format leaves of a dataset: written into a folder and read again."""
    format_ = FORMATS[name]
    dataset = value if isinstance(value, Dataset) else Dataset.from_dict(copy.deepcopy(value))
    format_.write(dataset, str(folder / "out"))
    return format_.read(str(folder / "out"), images)


def counts(format_: Format, value: Any) -> dict[str, int]:
    """What a format loses of a dataset."""
    dataset = value if isinstance(value, Dataset) else Dataset.from_dict(copy.deepcopy(value))
    return {loss.what: count for loss, count in lost(dataset, format_)}


def plain(
    value: Row,
    *,
    order: Callable[[list[Row]], list[Row]] = list,
    number_images: bool = True,
    keep: tuple[str, ...] = (),
    keep_category: tuple[str, ...] = (),
    keypoints: bool = False,
) -> Row:
    """What is left of a dataset by a format of shapes in image files, in plain Python.

    Args:
        value: the dataset.
        order: the order in which the images come back.
        number_images: whether they get new ids, from 1.
        keep, keep_category: members of annotations and categories that stay.
        keypoints: whether keypoints stay.
    """
    images, annotations = order(value["images"]), list[Row]()
    categories = {row["id"]: {"id": i, "name": row["name"]} for i, row in enumerate(value["categories"], 1)}
    for row in value["categories"]:
        categories[row["id"]] |= {k: row[k] for k in keep_category if k in row}
    for i, image in enumerate(images, 1):
        for row in value["annotations"]:
            placed = row.get("bbox") or row.get("segmentation") or (keypoints and row.get("keypoints"))
            if row["image_id"] != image["id"] or not placed:
                continue
            key = row["category_id"]
            categories.setdefault(key, {"id": len(categories) + 1, "name": str(key)})
            made = {"id": len(annotations) + 1, "image_id": i if number_images else image["id"],
                    "category_id": categories[key]["id"], "iscrowd": row.get("iscrowd", 0)}  # fmt: skip
            made |= _measured(row) | {k: row[k] for k in keep if k in row}
            if keypoints and "keypoints" in row:
                made |= {"keypoints": row["keypoints"], "num_keypoints": sum(v > 0 for v in row["keypoints"][2::3])}
            annotations.append(made)
    rows = [{"id": i if number_images else image["id"]} | {k: image[k] for k in ("width", "height", "file_name")}
            for i, image in enumerate(images, 1)]  # fmt: skip
    return {"images": rows, "annotations": annotations, "categories": [*categories.values()]}


def _measured(row: Row) -> Row:
    """Outline, box and area, by COCO's rules: written out here once more."""
    outline = row.get("segmentation")
    if not outline:
        x, y, w, h = row["bbox"]
        return {"bbox": [x, y, w, h], "area": w * h}
    if isinstance(outline, list):
        xs, ys = [v for ring in outline for v in ring[::2]], [v for ring in outline for v in ring[1::2]]
        area = 0.0
        for ring in outline:
            points = list(zip(ring[::2], ring[1::2], strict=True))
            pairs = zip(points, points[1:] + points[:1], strict=True)
            area += abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2
        box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
        return {"segmentation": outline, "bbox": box, "area": area}
    packed = oracle.frPyObjects(outline, *outline["size"]) if isinstance(outline["counts"], list) else outline
    with warnings.catch_warnings():  # of its own arrays under NumPy 2
        warnings.simplefilter("ignore", DeprecationWarning)
        flat = oracle.decode(packed).ravel(order="F")
    runs = np.diff(np.concatenate([[0], np.flatnonzero(np.diff(flat, prepend=0)), [flat.size]])).tolist()
    return {"segmentation": {"size": outline["size"], "counts": runs}, "bbox": oracle.toBbox(packed).tolist(),
            "area": int(oracle.area(packed))}  # fmt: skip


def by_photo(read: Read) -> set[tuple[Any, ...]]:
    """Every box with its photo's name and its category's, ids aside."""
    value = read.dataset.to_dict()
    names = {row["id"]: row["name"] for row in value["categories"]}
    photos = {row["id"]: Path(row["file_name"]).stem for row in value["images"]}
    return {(photos[a["image_id"]], names[a["category_id"]], *a["bbox"]) for a in value["annotations"]}
