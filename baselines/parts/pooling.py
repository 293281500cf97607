"""Regions cut out of the maps of a trunk, each from the level that suits its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from torch import Tensor

from ..ops.boxes import area
from ..ops.regions import roi_align, roi_pool, with_rows

How = Literal["align", "pool"]

#: The level of a region of the canonical size: C4, where ResNets of one map read theirs.
CANONICAL_LEVEL = 4


def find_levels(boxes: Tensor, canonical: float = 224.0) -> Tensor:
    """(R,) int64: k = floor(4 + log2(sqrt(w h) / canonical)), eq. 4.1 of the pyramid's thesis, before clamping.

    >>> find_levels(torch.tensor([[0.0, 0, 224, 224], [0, 0, 112, 112], [10, 10, 458, 458]]))
    tensor([4, 3, 5])

    Args:
        boxes: (R, 4) corners, px.
        canonical: a region of this side is read from level 4, px.
    """
    sides = area(boxes.float()).sqrt().clamp(min=1e-3)
    return (CANONICAL_LEVEL + torch.log2(sides / canonical)).floor().long()


def pool_regions(
    maps: Mapping[str, Tensor], strides: Mapping[str, int], boxes: Sequence[Tensor], size: int, how: How = "align",
    canonical: float = 224.0,
) -> Tensor:  # fmt: skip
    """(R, C, size, size) what is seen in the regions of a batch, image after image.

    Args:
        maps, strides, size, how, canonical: as :func:`pool_rois` has them.
        boxes: for each image (R_i, 4) corners, px.
    """
    return pool_rois(maps, strides, with_rows(list(boxes)), size, how, canonical)


def pool_rois(
    maps: Mapping[str, Tensor], strides: Mapping[str, int], rois: Tensor, size: int, how: How = "align",
    canonical: float = 224.0,
) -> Tensor:  # fmt: skip
    """(R, C, size, size) what is seen in regions.

    Args:
        maps: (B, C, H, W) by name, fine to coarse; those coarser than 32 px are for anchors alone and not read.
        strides: px per cell, by name.
        rois: (R, 5) the row of the image in the batch, then corners, px.
        size: bins a side.
        how: RoIAlign, or RoIPool.
        canonical: see :func:`find_levels`.
    """
    names = [name for name in maps if strides[name] <= 32]
    numbers = [int(name[1]) for name in names]
    k = find_levels(rois[:, 1:], canonical).clamp(numbers[0], numbers[-1])
    places = (k[:, None] >= k.new_tensor(numbers)).sum(1) - 1  # that level, or the next finer one there is
    pool = roi_align if how == "align" else roi_pool
    if torch.onnx.is_in_onnx_export():  # graphs have no rows that are there or not: each region is read from all levels
        found = [pool(maps[name], rois, size, 1 / strides[name]) for name in names]
        kept = [part * (places == i).to(part)[:, None, None, None] for i, part in enumerate(found)]
        return torch.stack(kept).sum(0)
    rows = [(places == i).nonzero()[:, 0] for i in range(len(names))]
    parts = [pool(maps[name], rois[row], size, 1 / strides[name]) for name, row in zip(names, rows, strict=True)]
    return torch.cat(parts)[torch.cat(rows).argsort()]
