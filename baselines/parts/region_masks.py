"""Masks of regions (He et al. 2017): what a mask head is taught, and what it says."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from cocokit.errors import DataError

from ..batch import Target
from ..ops.masks import crop_masks
from .classifying import Sample


def mask_loss(logits: Tensor, samples: Sequence[Sample], targets: Sequence[Target]) -> Tensor:
    """Mean cross entropy of every pixel, of the mask of the gt's category alone: categories do not compete.

    Args:
        logits: (R, K, M, M), regions of image after image.
        samples: the positives of each image, R in all.
        targets: with masks, of each image.

    Raises:
        DataError: targets without masks.
    """
    if not len(logits):
        return logits.float().sum()
    pairs = [(s, t) for s, t in zip(samples, targets, strict=True) if len(s.rows)]
    labels = torch.cat([t.labels[s.rows] for s, t in pairs])
    wanted = torch.cat([masks_wanted(s, t, logits.shape[2]) for s, t in pairs])
    return binary_cross_entropy_with_logits(of_labels(logits, labels).float(), wanted)


def masks_wanted(sample: Sample, target: Target, size: int) -> Tensor:
    """(S, size, size) float32, 1 where at least half of a bin of the region shows its gt.

    Args:
        sample: positives of one image.
        target: of that image.
        size: bins a side.
    """
    if target.masks is None:
        raise DataError("training images", "", "they have no masks", "train a detector of boxes, or set masks to false")
    return (crop_masks(target.masks, sample.boxes, size, sample.rows) >= 0.5).float()


def of_labels(logits: Tensor, labels: Tensor) -> Tensor:
    """(R, M, M): of each region the mask of one category.

    Args:
        logits: (R, K, M, M).
        labels: (R,) int64.
    """
    return logits[torch.arange(len(labels), device=logits.device), labels]
