"""Keypoints of regions (He et al. 2017): a keypoint is a mask with a single pixel in it, found by one softmax."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from cocokit.errors import DataError

from ..batch import Target
from .classifying import Sample
from .losses import cross_entropy

#: In place of a cell: the keypoint is not marked, or lies outside the region.
NOWHERE = -1


def keypoint_loss(logits: Tensor, samples: Sequence[Sample], targets: Sequence[Target]) -> Tensor:
    """Mean over the keypoints that are marked of a cross entropy with as many classes as a map has cells (56²).

    Args:
        logits: (R, P, M, M), regions of image after image.
        samples: the positives of each image, R in all.
        targets: with keypoints, of each image.

    Raises:
        DataError: targets without keypoints.
    """
    pairs = [(s, t) for s, t in zip(samples, targets, strict=True) if len(s.rows)]
    if not pairs:
        return logits.float().sum()
    cells = torch.cat([cells_wanted(s, t, logits.shape[2]) for s, t in pairs])
    marked = cells != NOWHERE
    # (R, P, M, M) -> (points that are marked, M * M)
    return cross_entropy(logits.flatten(2)[marked], cells[marked]).sum() / max(int(marked.sum()), 1)


def cells_wanted(sample: Sample, target: Target, size: int) -> Tensor:
    """(S, P) int64: row * size + column of the cell of each keypoint, or NOWHERE.

    Args:
        sample: positives of one image.
        target: of that image.
        size: cells a side of a region.
    """
    if target.keypoints is None:
        raise DataError("training images", "", "they have no keypoints", "train on data that has, as it was said to")
    points = target.keypoints[sample.rows].float()
    corner, side = sample.boxes[:, None, :2], (sample.boxes[:, None, 2:] - sample.boxes[:, None, :2]).clamp(min=1e-3)
    place = (points[..., :2] - corner) / side  # (S, P, 2), 0 to 1 inside the region
    inside = ((place >= 0) & (place <= 1)).all(2) & (points[..., 2] > 0)
    column, row = (place * size).floor().clamp(0, size - 1).long().unbind(2)
    return torch.where(inside, row * size + column, NOWHERE)


def read_keypoints(logits: Tensor, boxes: Tensor) -> Tensor:
    """(D, P, 3) float32 x, y px and score: the middle of the likeliest cell, and how likely it is.

    Args:
        logits: (D, P, M, M).
        boxes: (D, 4) corners, px.
    """
    size = logits.shape[2]
    score, cell = logits.float().flatten(2).softmax(2).max(2)
    place = (torch.stack([cell % size, cell // size], 2) + 0.5) / size
    corner, side = boxes[:, None, :2], boxes[:, None, 2:] - boxes[:, None, :2]
    return torch.cat([corner + place * side, score[..., None]], 2)
