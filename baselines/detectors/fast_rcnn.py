"""Fast R-CNN (Girshick 2015): one network reads given regions from one map, and learns categories and boxes together.

The four columns of the paper's table of training are settings: boxes="none", regress=False has 62.6 mAP on VOC07 (no
boxes); regress=False 63.4 (learned, not used); boxes="apart" 64.0 (stage-wise); as it is 66.9. Differs from the paper:
the trunk is a ResNet or smaller and may start from random weights, with group normalisation; hidden layers of 1024;
stage-wise boxes learn beside the categories, from features that they cannot change, instead of after them. ``neck`` and
``stage_head`` make it the Fast R-CNN of the pyramid's thesis, Table 4.2. Here the tiny backbone learns eight made
pictures of 96 px by heart on a pyramid in 70 steps, 8 CPU seconds; on C4 large shapes in 90, 10 seconds, small ones to
AP50 0.92 in 150.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cocokit.errors import DataError

from ..batch import Batch, Result
from ..parts.classifying import Classifier, RegionConfig, sample_regions
from ..parts.heads import BoxHead
from ..parts.pooling import How
from ..parts.truncation import truncate
from ..parts.trunk import Neck, Trunk


@dataclass(frozen=True)
class Config(RegionConfig):
    """All of :class:`.parts.classifying.RegionConfig`, with the paper's numbers.

    A step is 64 regions of each of a few images, 2 in the paper: they share what the trunk computes.
    """

    neck: Neck = "c4"
    pool: How = "pool"
    stage_head: bool = False
    levels: tuple[str, ...] = ("P2", "P3", "P4", "P5")
    regions: int = 64
    low: float = 0.1


class FastRCNN(nn.Module):
    """A trunk, and a classifier of the regions that a batch brings with it."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config)
        self.classifier = Classifier(config, self.trunk, categories)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """``score`` and ``box``, of regions drawn at random; the gt are among them."""
        assert batch.targets is not None
        given = [t.proposals for t in batch.targets] if batch.proposals is None else batch.proposals
        samples = [sample_regions(p, t, self.config) for p, t in zip(checked(given), batch.targets, strict=True)]
        return self.classifier.loss(self.trunk(batch.pixels), samples, batch.targets)

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image."""
        proposals = checked([None] * len(batch) if batch.proposals is None else batch.proposals)
        return self.classifier.detect(self.trunk(batch.pixels), proposals, batch.sizes)

    def compress(self, fc6: int, fc7: int) -> None:
        """Make the hidden layers faster after training, by a truncated SVD; the state has other names from then on.

        Args:
            fc6: singular values kept of the first hidden layer; the paper keeps 1024 of 4096 and is 30 % faster.
            fc7: of the second, 256 of 4096 there.
        """
        head = self.classifier.head
        assert isinstance(head, BoxHead)
        for name, rank in (("fc6", fc6), ("fc7", fc7)):
            setattr(head, name, truncate(getattr(head, name), rank))


def checked(given: Sequence[Tensor | None]) -> list[Tensor]:
    """The proposals of each image. Raises DataError where there are none to look at."""
    found = [regions for regions in given if regions is not None]
    if len(found) < len(given):
        raise DataError("images", "", "they come without proposals", "give the results of a detector of proposals")
    return found
