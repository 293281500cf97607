"""Training images as a learner of mixtures asks for them: pixels, boxes, masks, pyramids."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..batch import Batch, Target
from .pyramid import Level, pyramid
from .settings import Learning

_BYTES = 4  # of a float32


class Scenes:
    """A sequence of batches of one image each, with the first pyramids kept as far as memory goes.

    Args:
        batches: the images, targets included.
        settings: how a mixture is learned.
        device: where it is learned.
    """

    def __init__(self, batches: Sequence[Batch], settings: Learning, device: torch.device | str) -> None:
        self._batches, self._settings, self._device = batches, settings, device
        self._kept: dict[int, list[Level]] = {}
        self._room = settings.memory * 10**6 // _BYTES

    def __len__(self) -> int:
        return len(self._batches)

    def pixels(self, image: int) -> Tensor:
        """(3, H, W) float32, RGB from 0 to 1, without padding."""
        batch = self._batches[image]
        height, width = batch.sizes[0]
        return batch.pixels[0, :, :height, :width].to(self._device)

    def target(self, image: int) -> Target:
        """The ground truth of an image."""
        targets = self._batches[image].targets
        assert targets is not None, "training images come with targets"
        return targets[0].to(self._device)

    def boxes(self, image: int, category: int) -> Tensor:
        """(N, 4) float32 corners of a category's instances, px."""
        target = self.target(image)
        return target.boxes[target.labels == category]

    def masks(self, image: int, category: int) -> Tensor | None:
        """(N, H, W) bool, in the order of the boxes; None where there are none."""
        target = self.target(image)
        return None if target.masks is None else target.masks[target.labels == category]

    def crowd(self, image: int) -> Tensor:
        """(C, 4) float32 corners of regions of crowds, px."""
        target = self.target(image)
        return target.boxes.new_zeros(0, 4) if target.crowd is None else target.crowd

    def levels(self, image: int) -> list[Level]:
        """The pyramid of an image."""
        if image in self._kept:
            return self._kept[image]
        settings = self._settings
        made = list(pyramid(self.pixels(image)[None], settings.train_levels, settings.pad, settings.zoom))
        size = sum(level.root.numel() + level.fine.numel() for level in made)
        if size <= self._room:
            self._room -= size
            self._kept[image] = made
        return made
