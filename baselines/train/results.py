"""Detections in COCO's form: original pixels, ids of categories, masks as RLE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from cocokit import rle

from ..batch import Result, Target
from ..ops.masks import paste
from .categories import Category


def result_rows(
    result: Result, image_id: int, seen: tuple[int, int], size: tuple[int, int], categories: Sequence[Category]
) -> list[dict[str, Any]]:
    """The rows of a results file for one image.

    Args:
        result: detections, in pixels of the image as the detector saw it.
        image_id: id of the image.
        seen: height and width px at which it was seen, without padding.
        size: height and width px of the photograph.
        categories: what labels stand for.
    """
    ratio = torch.tensor([size[1] / seen[1], size[0] / seen[0]])
    boxes = result.boxes.detach().cpu().float() * ratio.repeat(2)
    corners = boxes.double().numpy()
    labels, scores = result.labels.tolist(), result.scores.detach().cpu().double().tolist()
    rows = [
        {"image_id": image_id, "category_id": categories[label].id, "score": round(score, 6),
         "bbox": [round(v, 3) for v in (x0, y0, x1 - x0, y1 - y0)]}
        for (x0, y0, x1, y1), label, score in zip(corners.tolist(), labels, scores, strict=True)
    ]  # fmt: skip
    if result.masks is not None:
        masks = result.masks.detach().cpu()
        for row, mask, box in zip(rows, masks, boxes, strict=True):  # one at a time: photographs are large
            row["segmentation"] = rle.to_coco(rle.encode(paste(mask[None], box[None], *size)[0].numpy()))
    if result.keypoints is not None:
        points = result.keypoints.detach().cpu().float() * torch.cat([ratio, torch.ones(1)])
        for row, values in zip(rows, points.flatten(1).tolist(), strict=True):
            row["keypoints"] = [round(value, 3) for value in values]
    return rows


def as_result(target: Target) -> Result:
    """A target as a perfect detector's detections: boxes and keypoints, each with score 1."""
    scores = torch.ones(len(target.labels), device=target.boxes.device)
    return Result(target.boxes, scores, target.labels, keypoints=_scored(target.keypoints))


def _scored(points: Tensor | None) -> Tensor | None:
    return None if points is None else torch.cat([points[:, :, :2], torch.ones_like(points[:, :, 2:])], 2)
