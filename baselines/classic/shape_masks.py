"""What instances of a component look like on average: one mask for each (Lin et al., Microsoft COCO, ECCV 2014).

"We learn aspect-specific pixel-level segmentation masks ... by averaging together segmentation masks from aligned
training instances. We learn different masks corresponding to the different mixtures in our DPM detector." Instances are
aligned by their boxes; those that the mirrored component was placed on are mirrored back.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ..ops.masks import crop_masks
from ..ops.regions import roi_align


def mean_mask(masks: Iterable[tuple[Tensor, Tensor, bool]], size: int) -> Tensor | None:
    """(size, size) float32, how many of the instances cover each bin of their box; None without instances.

    Args:
        masks: of each instance its mask (H, W) bool, its box (4,) corners px, and whether it is mirrored.
        size: bins of a side.
    """
    seen = [_aligned(mask, box, size, flipped) for mask, box, flipped in masks]
    return torch.stack(seen).mean(0) if seen else None


def _aligned(mask: Tensor, box: Tensor, size: int, flipped: bool) -> Tensor:
    cut = crop_masks(mask[None], box[None], size)[0]
    return cut.flip(1) if flipped else cut


def in_clipped(masks: Tensor, whole: Tensor, clipped: Tensor) -> Tensor:
    """(D, M, M) masks of whole boxes (D, 4), cut to what the image left of the boxes (D, 4)."""
    if not len(masks):
        return masks
    size = masks.shape[1]
    sides = (whole[:, 2:] - whole[:, :2]).clamp(min=1e-6).repeat(1, 2)
    inside = (clipped - whole[:, :2].repeat(1, 2)) / sides * size
    rows = torch.arange(len(masks), device=masks.device, dtype=masks.dtype)[:, None]
    return roi_align(masks[:, None], torch.cat([rows, inside], 1), size, 1.0)[:, 0]
