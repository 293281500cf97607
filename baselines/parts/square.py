"""Images warped to one square, whatever their shape: what SSD and YOLO v1 look at."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from ..batch import Batch, Result, Target


def warp(batch: Batch, side: int) -> Tensor:
    """(B, 3, side, side): each image without its padding, stretched; nothing is done to one that fits."""
    whole = zip(batch.pixels, batch.sizes, strict=True)
    return torch.cat([stretch(pixels[None, :, :height, :width], side) for pixels, (height, width) in whole])


def stretch(pixels: Tensor, side: int) -> Tensor:
    """(1, 3, H, W) to (1, 3, side, side)."""
    if pixels.shape[2:] == (side, side):
        return pixels
    return functional.interpolate(pixels, (side, side), mode="bilinear", align_corners=False, antialias=True)


def factors(batch: Batch, side: int) -> Tensor:
    """(B, 4): corners in an image times these are corners in its square."""
    return batch.pixels.new_tensor([[side / width, side / height] * 2 for height, width in batch.sizes])


def warp_targets(batch: Batch, side: int) -> list[Target]:
    """Boxes, labels and crowd regions of each image, in pixels of its square."""
    assert batch.targets is not None
    return [
        Target(t.boxes * f, t.labels, crowd=None if t.crowd is None else t.crowd * f)
        for t, f in zip(batch.targets, factors(batch, side), strict=True)
    ]


def unwarp(results: list[Result], batch: Batch, side: int) -> list[Result]:
    """Detections in squares as detections in images."""
    return [replace(r, boxes=r.boxes / f) for r, f in zip(results, factors(batch, side), strict=True)]
