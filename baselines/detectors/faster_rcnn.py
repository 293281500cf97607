"""Faster R-CNN (Ren et al. 2015; on a pyramid Lin et al. 2017): regions are proposed, then classified, by one network.

``neck`` is "fpn" (two hidden layers read each region), "c4" (the stage C5 does, as in the ResNet paper) or "c5".
Differs from the papers: trained in one go with four losses, not in four steps; RoIAlign by default; it may start from
random weights, with group normalisation. The thesis of the pyramid has AP 34.3 on COCO with ResNet-50 at 800 px and
shared features, from ImageNet weights, and 31.6 on C4. Here the tiny backbone learns eight made pictures of 96 px by
heart in 70 steps, 14 CPU seconds; on C4 in 160 steps, 50.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..batch import Batch, Result
from ..parts.classifying import Classifier, RegionConfig, sample_regions
from ..parts.proposing import ProposalConfig, Proposer
from ..parts.trunk import Trunk


@dataclass(frozen=True)
class Config(ProposalConfig, RegionConfig):
    """All of :class:`.parts.proposing.ProposalConfig` and :class:`.parts.classifying.RegionConfig`."""


class FasterRCNN(nn.Module):
    """A trunk, a proposer, and a classifier of what is proposed."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config)
        self.rpn = Proposer(config, self.trunk.width, list(self.trunk.strides.values()))
        self.classifier = Classifier(config, self.trunk, categories)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """``rpn_score``, ``rpn_box``, ``score`` and ``box``."""
        assert batch.targets is not None
        maps = self.trunk(batch.pixels)
        looks = self.rpn(maps)
        proposals = self.rpn.propose(looks, batch.sizes)
        samples = [sample_regions(p.boxes, t, self.config) for p, t in zip(proposals, batch.targets, strict=True)]
        losses = self.rpn.loss(looks, batch.targets, batch.sizes)
        return losses | self.classifier.loss(maps, samples, batch.targets)

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image."""
        maps = self.trunk(batch.pixels)
        proposals = self.rpn.propose(self.rpn(maps), batch.sizes)
        return self.classifier.detect(maps, [p.boxes for p in proposals], batch.sizes)
