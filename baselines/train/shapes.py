"""Sets of made pictures: as batches for tests and experiments, or as a COCO folder for the commands."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from cocokit import rle
from cocokit.dataset import Dataset
from cocokit.imageio import save_image

from ..batch import Batch, Target
from .scenes import CATEGORIES, KEYPOINTS, SKELETON, Scene, draw_scene, find_domain, tight_boxes

#: What sets hold unless they are asked for more: shapes without keypoints.
SHAPES = CATEGORIES[:3]


def shapes_batches(
    count: int, size: int | tuple[int, int] = 96, seed: int = 0, domain: str = "plain",
    kinds: tuple[str, ...] = SHAPES, proposals: int = 0,
) -> list[Batch]:  # fmt: skip
    """Made pictures as batches of one image each, masks included; the first ones are the same whatever the count.

    Args:
        count: how many images.
        size: side px, or height and width; multiples of 32, or of one fixed size that a detector wants.
        seed: of the scenes.
        domain: one of DOMAINS ("plain", "iconic", "cluttered" with crowd regions, "scales").
        kinds: the categories, whose places in it are the labels; with "figure" targets have keypoints.
        proposals: regions for detectors that are given them: some near what is there, others anywhere.

    Raises:
        NotFoundError: no domain has the name.
    """
    made = [_batch(_scene(size, seed, number, domain, kinds), kinds) for number in range(count)]
    if not proposals:
        return made
    return [_with_proposals(batch, proposals, np.random.default_rng([seed, n, 1])) for n, batch in enumerate(made)]


def write_shapes(
    folder: str | os.PathLike[str], count: int = 16, size: int | tuple[int, int] = 96, seed: int = 0,
    domain: str = "plain", kinds: tuple[str, ...] = SHAPES, val: int = 0,
) -> str:  # fmt: skip
    """Write a COCO folder: ``annotations/instances_train.json``, ``instances_val.json`` and PNGs in ``images/``.

    Args:
        folder: made if need be; files of the same names are replaced.
        count: images of train.
        size, seed, domain, kinds: as :func:`shapes_batches`, whose images these are; those of val come after.
        val: images of val; none without.

    Returns:
        The folder.

    Raises:
        DataError: a file cannot be written.
    """
    root = os.fspath(folder)
    for name in ("images", "annotations"):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    for split, numbers in (("train", range(count)), ("val", range(count, count + val))):
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number in numbers:
            scene = _scene(size, seed, number, domain, kinds)
            images.append(_write_image(root, number, scene))
            annotations += [{"id": len(annotations) + n, **row} for n, row in enumerate(_rows(number, scene), 1)]
        if images:
            value = {"images": images, "annotations": annotations, "categories": [_category(name) for name in kinds]}
            Dataset.from_dict(value).write(os.path.join(root, "annotations", f"instances_{split}.json"))
    return root


def _scene(size: int | tuple[int, int], seed: int, number: int, domain: str, kinds: tuple[str, ...]) -> Scene:
    sides = (size, size) if isinstance(size, int) else size
    return draw_scene(sides, np.random.default_rng([seed, number]), find_domain(domain), kinds)


def _batch(scene: Scene, kinds: tuple[str, ...]) -> Batch:
    height, width = scene.pixels.shape[:2]
    pixels = torch.from_numpy(scene.pixels).permute(2, 0, 1)[None].float() / 255
    places = torch.tensor([kinds.index(CATEGORIES[kind]) for kind in scene.categories])
    points = torch.from_numpy(scene.points) if "figure" in kinds else None
    target = Target(torch.from_numpy(tight_boxes(scene.masks)), places, torch.from_numpy(scene.masks), points,
                    torch.from_numpy(tight_boxes(scene.crowds)))  # fmt: skip
    return Batch(pixels, ((height, width),), (target,))


def _with_proposals(batch: Batch, count: int, chance: np.random.Generator) -> Batch:
    """The same with regions: each box moved by up to a quarter of its sides, over and over, then others anywhere."""
    assert batch.targets is not None
    boxes, (height, width) = batch.targets[0].boxes.numpy(), batch.sizes[0]
    near = boxes[np.arange(count // 2) % len(boxes)]
    sides = np.tile(near[:, 2:] - near[:, :2], 2)
    near = near + sides * chance.uniform(-0.25, 0.25, near.shape)
    anywhere = chance.random((count - count // 2, 2, 2))
    anywhere.sort(axis=1)
    regions = np.concatenate([near, anywhere.reshape(-1, 4) * [width, height, width, height]])
    regions = np.clip(regions, 0, [width, height, width, height])
    regions[:, 2:] = np.maximum(regions[:, 2:], regions[:, :2] + 1)
    made = torch.from_numpy(regions.astype(np.float32))
    return replace(batch, targets=(replace(batch.targets[0], proposals=made),), proposals=(made,))


def _write_image(root: str, number: int, scene: Scene) -> dict[str, Any]:
    name = f"{number:06d}.png"
    save_image(scene.pixels, os.path.join(root, "images", name))
    height, width = scene.pixels.shape[:2]
    return {"id": number + 1, "file_name": name, "width": width, "height": height}


def _rows(number: int, scene: Scene) -> list[dict[str, Any]]:
    """The annotations of a scene without ids, crowd regions last."""
    rows = []
    kinds = [*scene.categories.tolist(), *scene.crowd_categories.tolist()]
    for place, (kind, mask) in enumerate(zip(kinds, [*scene.masks, *scene.crowds], strict=True)):
        crowd = place >= len(scene.masks)
        x0, y0, x1, y1 = tight_boxes(mask[None])[0].tolist()
        coded = rle.encode(mask)
        row = {"image_id": number + 1, "category_id": kind + 1, "iscrowd": int(crowd), "area": rle.area(coded),
               "bbox": [x0, y0, x1 - x0, y1 - y0], "segmentation": rle.to_coco(coded)}  # fmt: skip
        if CATEGORIES[kind] == "figure" and not crowd:
            points = scene.points[place].astype(np.float64).round(2)
            row |= {"keypoints": points.reshape(-1).tolist(), "num_keypoints": int((points[:, 2] > 0).sum())}
        rows.append(row)
    return rows


def _category(name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": CATEGORIES.index(name) + 1, "name": name, "supercategory": "shape"}
    if name == "figure":
        row |= {"keypoints": list(KEYPOINTS), "skeleton": [list(pair) for pair in SKELETON]}
    return row
