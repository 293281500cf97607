"""What goes into a detector and what comes out of it: batches of images with their targets, and detections."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Target:
    """The ground truth of one image, in pixels of the batch's tensor.

    Attributes:
        boxes: (N, 4) float32, corners x0, y0, x1, y1; origin top left of the image.
        labels: (N,) int64, 0 to K-1: places in the list of categories.
        masks: (N, H, W) bool of the tensor's size; None where nobody asks for them.
        keypoints: (N, P, 3) float32: x, y, visibility 0, 1, 2; None where the dataset has none.
        crowd: (C, 4) float32, corners of regions of crowds: neither positive nor negative.
        proposals: (R, 4) float32, corners of regions to classify, for detectors that are given them; best first.
    """

    boxes: Tensor
    labels: Tensor
    masks: Tensor | None = None
    keypoints: Tensor | None = None
    crowd: Tensor | None = None
    proposals: Tensor | None = None

    def to(self, device: torch.device | str) -> Target:
        """The same on another device."""
        return replace(self, **{name: value.to(device) for name, value in vars(self).items() if value is not None})


@dataclass(frozen=True)
class Batch:
    """B images of one size, padded with zeros on the right and below.

    Attributes:
        pixels: (B, 3, H, W) float32, RGB from 0 to 1; H and W multiples of 32, or one fixed size.
        sizes: B times (height, width) of the image inside the padding.
        targets: B targets; None when only detections are wanted.
        proposals: B tensors (R, 4) float32 of regions, for detectors that are given them; None otherwise.
    """

    pixels: Tensor
    sizes: tuple[tuple[int, int], ...]
    targets: tuple[Target, ...] | None = None
    proposals: tuple[Tensor, ...] | None = None

    def __len__(self) -> int:
        return len(self.sizes)

    def to(self, device: torch.device | str) -> Batch:
        """The same on another device."""
        targets = None if self.targets is None else tuple(t.to(device) for t in self.targets)
        proposals = None if self.proposals is None else tuple(p.to(device) for p in self.proposals)
        return Batch(self.pixels.to(device), self.sizes, targets, proposals)


@dataclass(frozen=True)
class Result:
    """The detections of one image, best first, in pixels of the batch's tensor.

    Attributes:
        boxes: (D, 4) float32, corners, clipped to the image.
        scores: (D,) float32.
        labels: (D,) int64, 0 to K-1; all 0 for proposals, which have no category.
        masks: (D, M, M) float32 probabilities inside each box, to be pasted at any size
            (:func:`cocokit.baselines.ops.masks.paste`); None from detectors of boxes.
        keypoints: (D, P, 3) float32: x, y, score; None from all others.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor
    masks: Tensor | None = None
    keypoints: Tensor | None = None
