"""The second stage (Girshick 2015): which category a region shows, and its box drawn tighter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from ..batch import Result, Target
from ..ops.boxes import iou
from ..ops.coding import decode, encode
from .heads import BoxHead, StageHead
from .losses import cross_entropy, smooth_l1
from .matching import IGNORED, NEGATIVE, assign
from .pooling import How, pool_regions
from .post import best, finish
from .sampling import balanced
from .trunk import Trunk, TrunkConfig

#: What codes of boxes are multiplied with, so that a network's numbers are about 1 (Fast R-CNN).
WEIGHTS = (10.0, 10.0, 5.0, 5.0)
#: Bins a side of a region of C4, which the stage C5 then halves.
STAGE_BINS = 14


@dataclass(frozen=True)
class RegionConfig(TrunkConfig):
    """How regions are sampled, read and classified.

    Attributes:
        regions, positive: regions of an image that are trained on, and the largest share of positives.
        high, low: IoU from which a region is positive, and below which it is not trained on (Fast R-CNN: 0.1).
        pool: how features are read: "align" (RoIAlign) or "pool" (RoIPool, whole pixels).
        stage_head: whether on C4 the stage C5 is the hidden layers of each region; else two fully connected ones are.
        bins: a side, of a region that two fully connected layers read.
        hidden: width of those.
        canonical: side of a region that is read from level 4 of a pyramid, px.
        beta: where the smooth L1 of boxes becomes linear.
        boxes: how they are learned: "joint" with the categories; "apart", from features that they leave as they are
            (stage-wise training); "none", not at all.
        regress: whether detections are moved; else they are the proposals.
        floor, iou_thr, count: a detection's lowest score, suppression within a category, how many are given.
    """

    regions: int = 512
    positive: float = 0.25
    high: float = 0.5
    low: float = 0.0
    pool: How = "align"
    stage_head: bool = True
    bins: int = 7
    hidden: int = 1024
    canonical: float = 224.0
    beta: float = 1.0
    boxes: Literal["joint", "apart", "none"] = "joint"
    regress: bool = True
    floor: float = 0.05
    iou_thr: float = 0.5
    count: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pool not in ("align", "pool"):
            raise ParamsError("pool", self.pool, "it must be 'align' or 'pool'")
        if self.boxes not in ("joint", "apart", "none"):
            raise ParamsError("boxes", self.boxes, "it must be 'joint', 'apart' or 'none'")
        if self.regress and self.boxes == "none":
            raise ParamsError(
                "regress", self.regress, "nothing learns to move boxes where boxes is 'none': set it to false"
            )
        if self.regions < 1 or not 0 < self.positive <= 1:
            raise ParamsError("positive", self.positive, "take above 0 up to 1, of at least one region")
        if not 0 <= self.low <= self.high <= 1:
            raise ParamsError("low", self.low, f"it must be from 0 to high, which is {self.high}")
        if self.canonical <= 0:
            raise ParamsError("canonical", self.canonical, "it must be above 0 px")


@dataclass(frozen=True)
class Sample:
    """Regions of one image to train on, positives first.

    Attributes:
        boxes: (S, 4) corners, px.
        rows: (S,) int64 the gt of each; -1 for the background.
    """

    boxes: Tensor
    rows: Tensor

    @property
    def positives(self) -> Sample:
        """Those of them that show something."""
        count = int((self.rows >= 0).sum())
        return Sample(self.boxes[:count], self.rows[:count])


def sample_regions(proposals: Tensor, target: Target, config: RegionConfig) -> Sample:
    """Draw regions of an image at random: up to a quarter positives, the rest background; the gt are among them.

    Args:
        proposals: (R, 4) corners, px.
        target: of the image.
        config: how many.
    """
    boxes = torch.cat([proposals.float(), target.boxes.float()])
    rows = assign(boxes, target, config.high, config.high, force=False)
    if config.low > 0 and len(target.boxes):
        far = iou(boxes, target.boxes.float()).amax(1) < config.low
        rows[far & (rows == NEGATIVE)] = IGNORED
    chosen = torch.cat(balanced(rows, config.regions, config.positive))
    return Sample(boxes[chosen], rows[chosen])


class Classifier(nn.Module):
    """Reads regions from maps and says what they show; on C4 its hidden layers are the stage C5.

    Args:
        config: of the detector.
        trunk: whose maps are read, and whose rest is taken.
        categories: K.
    """

    def __init__(self, config: RegionConfig, trunk: Trunk, categories: int) -> None:
        super().__init__()
        self.config, self.strides, self.categories = config, trunk.strides, categories
        rest, apart = trunk.take_rest(), config.boxes == "apart"
        self.head: BoxHead | StageHead
        if rest and config.stage_head:
            self.head, self.bins = StageHead(rest[0], trunk.backbone.channels["C5"], categories, apart), STAGE_BINS
        else:
            self.head, self.bins = BoxHead(trunk.width, categories, config.bins, config.hidden, apart), config.bins
        self.head.delta.requires_grad_(config.boxes != "none")

    def read(self, maps: Mapping[str, Tensor], boxes: Sequence[Tensor], bins: int) -> Tensor:
        """(R, C, bins, bins) of the regions (R_i, 4) of each image."""
        return pool_regions(maps, self.strides, boxes, bins, self.config.pool, self.config.canonical)

    def forward(self, maps: Mapping[str, Tensor], boxes: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (R, K + 1), the background last, and codes (R, K, 4) of the regions (R_i, 4) of each image."""
        out: tuple[Tensor, Tensor] = self.head(self.read(maps, boxes, self.bins))
        return out

    def loss(
        self, maps: Mapping[str, Tensor], samples: Sequence[Sample], targets: Sequence[Target]
    ) -> dict[str, Tensor]:
        """``score`` and ``box``, both divided by the number of regions trained on; boxes count for positives alone.

        Args:
            maps: of the trunk.
            samples: of each image.
            targets: of each image.
        """
        logits, codes = self(maps, [s.boxes for s in samples])
        labels, wanted = [], []
        for sample, target in zip(samples, targets, strict=True):
            good = sample.positives
            labels.append(torch.full_like(sample.rows, self.categories))
            labels[-1][: len(good.rows)] = target.labels[good.rows]
            wanted.append(encode(target.boxes[good.rows], good.boxes, weights=WEIGHTS))
        label = torch.cat(labels)
        on = (label < self.categories).nonzero()[:, 0]
        each = max(len(label), 1)
        losses = {"score": cross_entropy(logits, label).sum() / each}
        if self.config.boxes != "none":
            losses["box"] = smooth_l1(codes[on, label[on]], torch.cat(wanted), self.config.beta).sum() / each
        return losses

    def detect(
        self, maps: Mapping[str, Tensor], boxes: Sequence[Tensor], sizes: Sequence[tuple[int, int]]
    ) -> list[Result]:
        """The detections of each image.

        Args:
            maps: of the trunk.
            boxes: for each image (R_i, 4) proposals.
            sizes: heights and widths, px.
        """
        counts = [len(b) for b in boxes]
        logits, codes = (x.split(counts) for x in self(maps, boxes))
        c, found = self.config, []
        for logit, code, box, size in zip(logits, codes, boxes, sizes, strict=True):
            scores = logit.float().softmax(1)[:, :-1]
            rows, labels, values = best(scores, scores.numel(), c.floor)
            known = box[rows].float()
            moved = decode(code[rows, labels], known, weights=WEIGHTS) if c.regress else known
            found.append(finish(moved, values, labels, size, iou_thr=c.iou_thr, count=c.count))
        return found
