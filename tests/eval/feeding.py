"""Parsed JSON as a training loop would feed it: arrays per image."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
from pycocotools import mask as oracle

from cocokit.eval.evaluator import Evaluator

Row = dict[str, Any]


def per_image(gt: Row, dt: list[Row], iou_type: str) -> dict[int, tuple[Row, Row]]:
    """Detections and targets of each image, by image id, in the file's order."""
    made = {}
    for image in gt["images"]:
        truths = [t for t in gt["annotations"] if t["image_id"] == image["id"]]
        founds = [r for r in dt if r["image_id"] == image["id"]]
        target = {
            "labels": np.array([t["category_id"] for t in truths], np.int64),
            "area": np.array([t["area"] for t in truths], float),
            "iscrowd": np.array([t["iscrowd"] for t in truths], np.int64),
            "ignore": np.array([t.get("ignore", 0) for t in truths], np.int64),
            "ids": np.array([t["id"] for t in truths], np.int64),
        }
        found = {
            "labels": np.array([r["category_id"] for r in founds], np.int64),
            "scores": np.array([r["score"] for r in founds], float),
        }
        for rows, side in ((truths, target), (founds, found)):
            if iou_type == "segm":
                side["masks"] = [_rle(row["segmentation"], image) for row in rows]
            if iou_type == "bbox" or (iou_type == "keypoints" and rows is truths):
                side["boxes"] = np.array([row["bbox"] for row in rows], float).reshape(-1, 4)
            if iou_type == "keypoints":
                side["keypoints"] = np.array([row["keypoints"] for row in rows], float).reshape(-1, 17, 3)
        if iou_type == "keypoints":
            target["num_keypoints"] = np.array([t["num_keypoints"] for t in truths], np.int64)
        made[image["id"]] = (found, target)
    return made


def _rle(segmentation: Any, image: Row) -> Any:
    if isinstance(segmentation, dict):
        return segmentation
    return oracle.merge(oracle.frPyObjects(segmentation, image["height"], image["width"]))


def fed(parts: int, data: dict[int, tuple[Row, Row]], seed: int, settings: Row) -> list[Evaluator]:
    """Evaluators that were fed the images in random order, in batches of one to three."""
    rng = Random(seed)
    ids = list(data)
    rng.shuffle(ids)
    made = [Evaluator(**settings) for _ in range(parts)]
    while ids:
        batch = [ids.pop() for _ in range(min(len(ids), rng.randint(1, 3)))]
        rng.choice(made).update(batch, [data[i][0] for i in batch], [data[i][1] for i in batch])
    return made


def flat(image_ids: Sequence[int], sides: Sequence[Row]) -> Row:
    """The same rows as one mapping for all images."""
    names = list(sides[0])
    made: Row = {name: np.concatenate([np.asarray(side[name]) for side in sides]) for name in names}
    made["image_ids"] = np.repeat(np.array(image_ids), [len(side["labels"]) for side in sides])
    return made
