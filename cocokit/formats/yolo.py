"""YOLO label files: a text file for each image, a line for each instance; boxes, polygons or poses.

Written as Ultralytics has it: ``data.yaml``, ``train.txt`` (the images in order), ``labels/`` and, if they are given,
``images/``. Read in that layout, in Darknet's and with a ``classes.txt``.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterable, Sequence

import numpy as np

from ..atomic import write_text
from ..columns import CategoryRow, Ragged
from ..dataset import Dataset
from ..errors import DataError
from ..folders import atomic_folder
from . import yolo_rows
from .base import Format, Progress, Written, head, new_folder
from .many_files import image_names, line_names, write_files
from .photo_files import place_photos
from .yolo_layout import label_of, names_of, yaml_of
from .yolo_losses import BOXES, DARKNET, POSES, RINGS, points_of
from .yolo_reading import read
from .yolo_rings import joined
from .yolo_text import label_texts


def recognises(path: str) -> bool:
    """A YAML file with names, or a folder with one, or with classes.txt and label files."""
    described = yaml_of(path)
    if described is not None:
        return b"names:" in head(described)
    return os.path.isfile(os.path.join(path, "classes.txt")) and names_of(path) is None


def recognises_darknet(path: str) -> bool:
    """A folder with Darknet's obj.names, or another .names."""
    return yaml_of(path) is None and names_of(path) is not None


def write(
    dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None, kind: str = "boxes"
) -> Written:
    """Write Ultralytics' layout: boxes, polygons ("rings") or poses. Raises DataError."""
    new_folder(out)
    names = image_names(dataset)
    paths = [f"images/{name}" for name in names]
    texts, points = _texts(dataset, kind)
    with atomic_folder(out, "data.yaml") as part:
        write_text(os.path.join(part, "data.yaml"), _yaml(dataset.categories, points))
        write_text(os.path.join(part, "train.txt"), "".join(f"./{path}\n" for path in paths))
        write_files(part, [label_of(path) for path in paths], texts, progress)
        if images is not None:
            place_photos(names, images, os.path.join(part, "images"))
    return Written(len(paths) * (1 if images is None else 2) + 2)


def write_darknet(dataset: Dataset, out: str, images: str | None = None, progress: Progress | None = None) -> Written:
    """Write Darknet's layout: obj.data, obj.names, train.txt, obj_train_data/. Raises DataError."""
    new_folder(out)
    names = image_names(dataset)
    texts, _ = _texts(dataset, "boxes")
    listed = "".join(f"{name}\n" for name in line_names(dataset.categories))
    with atomic_folder(out, "obj.data") as part:
        about = f"classes = {len(dataset.categories)}\ntrain = train.txt\nnames = obj.names\nbackup = backup/\n"
        write_text(os.path.join(part, "obj.data"), about)
        write_text(os.path.join(part, "obj.names"), listed)
        write_text(os.path.join(part, "train.txt"), "".join(f"obj_train_data/{name}\n" for name in names))
        write_files(part, [label_of(f"obj_train_data/{name}") for name in names], texts, progress)
        if images is not None:
            place_photos(names, images, os.path.join(part, "obj_train_data"))
    return Written(len(names) * (1 if images is None else 2) + 3)


def _texts(dataset: Dataset, kind: str) -> tuple[Iterable[bytes], int]:
    """The text of each image's label file, and the number of keypoints."""
    rows, per_image = yolo_rows.in_order(dataset, yolo_rows.kept(dataset, kind == "rings"))
    index = yolo_rows.places_of_categories(dataset, rows)
    points = points_of(dataset) if kind == "poses" else 0
    if kind == "rings":
        return label_texts(index, yolo_rows.ring_numbers(dataset, rows, joined), per_image), 0
    if kind == "poses" and not points:
        raise DataError("dataset", "", "has no keypoints", "write boxes with --to yolo, or polygons with --to yolo-seg")
    table = yolo_rows.pose_numbers(dataset, rows, points) if points else yolo_rows.box_numbers(dataset, rows)
    offsets = np.arange(len(rows) + 1) * table.shape[1]
    return label_texts(index, Ragged(table.reshape(-1), offsets), per_image), points


def _yaml(categories: Sequence[CategoryRow], points: int) -> str:
    """data.yaml, with COCO's ids and supercategories, which Ultralytics does not look at."""
    lines = ["# The images are one list: split the dataset first where training and validation should be apart.",
             "train: train.txt", "val: train.txt", f"nc: {len(categories)}",
             f"names: {_flow([row.name for row in categories])}",
             f"category_ids: {_flow([row.id for row in categories])}"]  # fmt: skip
    if any(row.supercategory is not None for row in categories):
        lines.append(f"supercategories: {_flow([row.supercategory for row in categories])}")
    named = {json.dumps(row.other.get("keypoints")) for row in categories}
    if points:
        lines.append(f"kpt_shape: [{points}, 3]")
        lines += [f"kpt_names: {_flow(json.loads(*named))}"] if len(named) == 1 and named != {"null"} else []
    return "\n".join(lines) + "\n"


def _flow(values: Sequence[object]) -> str:
    return "[" + ", ".join(json.dumps(value, ensure_ascii=False) for value in values) + "]"


FORMATS = (
    Format("yolo", "YOLO boxes (Ultralytics)", BOXES, recognises, read, write),
    Format("yolo-seg", "YOLO polygons (Ultralytics)", RINGS, lambda path: False, read,
           functools.partial(write, kind="rings")),
    Format("yolo-pose", "YOLO poses (Ultralytics)", POSES, lambda path: False, read,
           functools.partial(write, kind="poses")),
    Format("darknet", "YOLO boxes (Darknet)", DARKNET, recognises_darknet, read, write_darknet),
)  # fmt: skip
