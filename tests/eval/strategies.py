"""Small, nasty datasets: ties, crowds, borders of area ranges, odd ids, empty images, masks of one pixel.

Hypothesis chooses the sizes, the kinds of trouble and a seed; a generator with that seed fills in the rest. So a
failing example is small, and an ordinary one still has detections that hit something.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st
from pycocotools import mask as oracle

from tests.eval.naive import Settings

Row = dict[str, Any]
Dataset = tuple[Row, list[Row]]

IMAGE_IDS = [1, 0, 2, 9, 139, 2**53 + 1, 2**62]
CATEGORY_IDS = [1, 0, 2, 90, 2**53 + 1]
NAMES = ["person", "Käse", "犬", 'a "b" \\', ""]
SCORES: list[float] = [0, 0.25, 0.5, 0.5000000000000001, 0.9, 1, 1.0]
EDGES: list[float] = [0, 1, 2, 4, 8, 10, 12, 0.5, 2.5, 3.3, 10.7]
AREAS: list[float] = [0, 1, 30.5, 1023.9999999999999, 1024, 1024.0, 9216, 9216.000000000002, 1e10, 2e10]


def datasets(iou_type: str, *, many: bool = False) -> st.SearchStrategy[Dataset]:
    """Pairs of ground truth and at least one result; ``many`` puts 300 results into one image."""
    return st.builds(
        make_dataset,
        st.just(iou_type),
        images=st.integers(1, 4),
        categories=st.integers(1, 3),
        truths=st.integers(0, 10),
        results=st.just(300) if many else st.integers(1, 20),
        odd_ids=st.sampled_from([False, False, False, True]),
        seed=st.integers(0, 2**32),
    )


def make_dataset(
    iou_type: str, images: int, categories: int, truths: int, results: int, odd_ids: bool, seed: int
) -> Dataset:
    """One dataset of the given sizes; equal arguments give equal data. ``odd_ids`` repeats ids and uses 0 (X1, X2)."""
    rng = Random(seed)
    gt: Row = {
        "images": [
            {"id": i, "width": rng.randint(1, 20), "height": rng.randint(1, 20), "file_name": rng.choice(NAMES)}
            for i in rng.sample(IMAGE_IDS, images)
        ],
        "categories": [{"id": i, "name": rng.choice(NAMES)} for i in rng.sample(CATEGORY_IDS, categories)],
    }
    ids = [0, 1, 2, -1] if odd_ids else []
    gt["annotations"] = [_truth(rng, iou_type, gt, rng.choice([n + 1, 2**62 + n, *ids])) for n in range(truths)]
    dt = [_result(rng, iou_type, gt, crowded=results >= 300) for _ in range(results)]
    if iou_type != "bbox" and rng.random() < 0.4:
        for row in dt:  # all of them: the first one decides how they are read (J3)
            row["bbox"] = _box(rng)
    return gt, dt


def _box(rng: Random) -> list[float]:
    if rng.random() < 0.5:
        return [rng.choice(EDGES) for _ in range(4)]
    return [rng.uniform(0, 8), rng.uniform(0, 8), rng.uniform(0, 12), rng.uniform(0, 12)]


def _truth(rng: Random, iou_type: str, gt: Row, number: int) -> Row:
    image = rng.choice(gt["images"])
    box = _box(rng)
    truth = {
        "id": number,
        "image_id": image["id"],
        "category_id": rng.choice(gt["categories"])["id"] if rng.random() < 0.95 else 999,
        "bbox": box,
        "area": box[2] * box[3] if rng.random() < 0.5 else rng.choice(AREAS),
        "iscrowd": int(rng.random() < 0.2),
    }
    if rng.random() < 0.2:
        truth["ignore"] = rng.randint(0, 1)
    if iou_type == "segm":
        truth["segmentation"] = _mask(rng, image) if rng.random() < 0.7 else _polygons(rng)
    if iou_type == "keypoints":
        truth["keypoints"] = _keypoints(rng)
        truth["num_keypoints"] = rng.choice([0, 5, 17, 17])
    return truth


def _result(rng: Random, iou_type: str, gt: Row, *, crowded: bool) -> Row:
    """A detection, mostly a copy of some ground truth or near it."""
    image = gt["images"][0] if crowded else rng.choice(gt["images"])
    near = [t for t in gt["annotations"] if t["image_id"] == image["id"]]
    model = rng.choice(near) if near and rng.random() < 0.8 else None
    category = model["category_id"] if model and rng.random() < 0.9 else rng.choice(gt["categories"])["id"]
    row = {"image_id": image["id"], "category_id": category}
    if iou_type == "bbox":
        row["bbox"] = _moved(rng, model["bbox"]) if model else _box(rng)
    elif iou_type == "segm":
        row["segmentation"] = _mask(rng, image, compressed=True)
        if model and rng.random() < 0.7:
            row["segmentation"] = _compressed(model["segmentation"], image)
    else:
        row["keypoints"] = _moved(rng, model["keypoints"]) if model else _keypoints(rng)
    row["score"] = rng.choice(SCORES) if rng.random() < 0.6 else rng.random()
    return row


def _moved(rng: Random, numbers: list[float]) -> list[float]:
    step = rng.choice([0, 0, 0.25, 1])
    return [v + rng.choice([0, 0, 0, step]) for v in numbers]


def _mask(rng: Random, image: Row, compressed: bool = False) -> Row:
    size = [image["height"], image["width"]]
    pixels = np.zeros(size[0] * size[1], dtype=np.uint8)
    for _ in range(rng.randint(0, 4)):
        start = rng.randrange(len(pixels))
        pixels[start : start + rng.choice([1, 1, 3, 17, 400])] = 1
    if compressed or rng.random() < 0.5:
        rle = oracle.encode(np.asfortranarray(pixels.reshape(size, order="F")))
        return {"size": size, "counts": rle["counts"].decode()}
    edges = np.flatnonzero(np.diff(pixels, prepend=np.uint8(0))).tolist()
    return {"size": size, "counts": np.diff([0, *edges, len(pixels)]).tolist()}


def _compressed(segmentation: Any, image: Row) -> Row:
    """A ground truth's outline as results have it."""
    if isinstance(segmentation, dict) and isinstance(segmentation["counts"], str):
        return segmentation
    rle = oracle.frPyObjects(segmentation, image["height"], image["width"])
    whole = oracle.merge(rle) if isinstance(rle, list) else rle
    return {"size": whole["size"], "counts": whole["counts"].decode()}


def _polygons(rng: Random) -> list[list[float]]:
    corners: list[float] = [-3, 0, 4, 12, 20, 24, 0.5, 4.49, 19.5]
    return [
        [rng.choice(corners) if rng.random() < 0.5 else rng.uniform(-2, 22) for _ in range(2 * rng.randint(3, 8))]
        for _ in range(rng.randint(1, 2))
    ]


def _keypoints(rng: Random) -> list[float]:
    seen = rng.choice([[0], [0, 1, 2], [2]])
    whole = rng.random() < 0.5
    points: list[float] = []
    for _ in range(17):
        points += [rng.randint(0, 40) if whole else rng.uniform(0, 40) for _ in range(2)]
        points.append(rng.choice(seen))
    return points


@st.composite
def settings(draw: st.DrawFn, iou_type: str, gt: Row) -> Settings:
    """Settings that fit a dataset: mostly defaults, sometimes own thresholds, ranges, cuts and subsets."""
    chosen = Settings(iou_type)
    if draw(st.booleans()):
        return chosen
    chosen.use_cats = draw(st.sampled_from([True, True, False]))
    chosen.iou_thrs = draw(st.sampled_from([None, None, [0.5], [0.3, 0.5], [0.0, 0.75, 1.0]]))
    chosen.rec_thrs = draw(st.sampled_from([None, None, [0.0, 0.5, 1.0], [0.9, 0.1]]))
    chosen.area_rng = draw(st.sampled_from([None, None, [[0, 1e10], [0, 1300]], [[0, 1e10], [1024, 1024]]]))
    chosen.max_dets = draw(st.sampled_from([None, None, [1, 2, 3], [3], [100, 10, 1]]))
    chosen.img_ids = draw(st.one_of(st.none(), _subset([i["id"] for i in gt["images"]])))
    chosen.cat_ids = draw(st.one_of(st.none(), _subset([c["id"] for c in gt["categories"]])))
    return chosen


def _subset(ids: list[int]) -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(ids), min_size=1, max_size=len(ids), unique=True)
