"""Mask R-CNN (He et al. 2017): Faster R-CNN with a mask of 28x28 for each region, and keypoints where there are some.

Masks are learned for the gt's category alone and read for the category that the box head chose; each keypoint is one
cell of 56x56. Differs from the paper: where C4 is the neck, masks have convolutions of their own instead of the stage
C5's; keypoints lie at the middle of a cell; it may start from random weights, with group normalisation. The paper has
mask AP 33.6 on COCO with ResNet-50 and a pyramid, from ImageNet weights. Here the tiny backbone learns the masks of
eight made pictures of 96 px by heart in 70 steps, 16 CPU seconds, and the keypoints of eight figures in 50, 11 seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

import torch
from torch import Tensor, nn

from ..batch import Batch, Result
from ..parts.classifying import Classifier, sample_regions
from ..parts.heads import KeypointHead, MaskHead
from ..parts.proposing import Proposer
from ..parts.region_keypoints import keypoint_loss, read_keypoints
from ..parts.region_masks import mask_loss, of_labels
from ..parts.trunk import Trunk
from . import faster_rcnn


@dataclass(frozen=True)
class Config(faster_rcnn.Config):
    """All of Faster R-CNN's; ``pool`` also says how the pixels of masks and keypoints are read.

    Attributes:
        masks: whether there are any; false for keypoints alone.
        mask_bins: a side of a region that masks and keypoints read: masks are twice, keypoints four times as fine.
        mask_convs, mask_width: 3x3 convolutions of the mask head and their channels.
        keypoint_convs, keypoint_width: those of the keypoint head.
    """

    masks: bool = True
    mask_bins: int = 14
    mask_convs: int = 4
    mask_width: int = 256
    keypoint_convs: int = 8
    keypoint_width: int = 512


class MaskRCNN(nn.Module):
    """A trunk, a proposer, a classifier, and two small networks that draw in what was classified."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        c = self.config = config
        self.trunk = Trunk(c)
        self.rpn = Proposer(c, self.trunk.width, list(self.trunk.strides.values()))
        self.classifier = Classifier(c, self.trunk, categories)
        width = self.trunk.width
        self.mask = MaskHead(width, categories, c.mask_width, c.mask_convs) if c.masks else None
        self.keypoint = KeypointHead(width, keypoints, c.keypoint_width, c.keypoint_convs) if keypoints else None

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """``rpn_score``, ``rpn_box``, ``score``, ``box``, and ``mask`` and ``keypoint`` of the positives."""
        assert batch.targets is not None
        maps = self.trunk(batch.pixels)
        looks = self.rpn(maps)
        proposals = self.rpn.propose(looks, batch.sizes)
        samples = [sample_regions(p.boxes, t, self.config) for p, t in zip(proposals, batch.targets, strict=True)]
        losses = self.rpn.loss(looks, batch.targets, batch.sizes)
        losses |= self.classifier.loss(maps, samples, batch.targets)
        good = [s.positives for s in samples]
        regions = self.classifier.read(maps, [s.boxes for s in good], self.config.mask_bins)
        if self.mask is not None:
            losses["mask"] = mask_loss(self.mask(regions), good, batch.targets)
        if self.keypoint is not None:
            losses["keypoint"] = keypoint_loss(self.keypoint(regions), good, batch.targets)
        return losses

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image, with masks and keypoints in their boxes."""
        maps = self.trunk(batch.pixels)
        proposals = self.rpn.propose(self.rpn(maps), batch.sizes)
        return self.draw(maps, self.classifier.detect(maps, [p.boxes for p in proposals], batch.sizes))

    def draw(self, maps: Mapping[str, Tensor], results: list[Result]) -> list[Result]:
        """The same detections, with masks and keypoints: also of boxes that came from elsewhere."""
        regions = self.classifier.read(maps, [r.boxes for r in results], self.config.mask_bins)
        places = [slice(stop - len(r.boxes), stop) for r, stop in
                  zip(results, accumulate(len(r.boxes) for r in results), strict=True)]  # fmt: skip
        if self.mask is not None:
            masks = of_labels(self.mask(regions), torch.cat([r.labels for r in results])).float().sigmoid()
            results = [replace(r, masks=masks[place]) for r, place in zip(results, places, strict=True)]
        if self.keypoint is not None:
            points = read_keypoints(self.keypoint(regions), torch.cat([r.boxes for r in results]))
            results = [replace(r, keypoints=points[place]) for r, place in zip(results, places, strict=True)]
        return results
