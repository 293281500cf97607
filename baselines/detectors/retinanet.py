"""RetinaNet (Lin et al. 2017): a feature pyramid, two subnets that look everywhere, and the focal loss.

Differs from the paper: it may start from random weights, and has group normalisation in the trunk and in the subnets
(from random weights it learns little without); each gt also takes the anchors that overlap it best (``force``, as the
authors' code does). The paper has AP 34.0 on COCO with ResNet-50 at 600 px, from ImageNet weights. Here the tiny
backbone learns eight made pictures of 96 px by heart in 60 steps, 7 CPU seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from ..batch import Batch, Result, Target
from ..ops.coding import encode
from ..parts.anchors import Anchors, octaves
from ..parts.backbone import Backbone, Name
from ..parts.counting import shared_count, shared_length
from ..parts.fpn import FPN
from ..parts.heads import DenseHead
from ..parts.losses import focal, smooth_l1
from ..parts.matching import IGNORED, assign
from ..parts.norms import Norm
from ..parts.post import dense
from ..parts.ranges import require_ranges
from ..parts.sampling import ohem

#: Anchors of an image that are looked at for hard examples: suppressing all of 100,000 would take seconds.
POOL = 4096


@dataclass(frozen=True)
class Config:
    """What RetinaNet is made of, and how it learns.

    Attributes:
        backbone, norm, pretrained: see :class:`cocokit.baselines.parts.backbone.Backbone`.
        levels, lateral, top_down: see :class:`cocokit.baselines.parts.fpn.FPN`.
        width, convs: channels of the pyramid and the subnets, convolutions in their towers.
        head_norm: what normalises the towers; None in the paper.
        base: side of a level's smallest square anchor, in its strides: 4 makes 32 px on P3.
        scales: anchors per octave: sides of 2 ** (i / scales).
        ratios: of anchors, height over width.
        low, high, force: IoU below which an anchor is negative and from which it is positive, see
            :func:`cocokit.baselines.parts.matching.match`.
        loss: "focal"; "cross_entropy", balanced by alpha; "ohem", the cross entropy of hard anchors alone.
        alpha: weight of positives, 1 - alpha of negatives; None: both 1.
        gamma: of the focal loss.
        tau: probabilities of the truth below it count as it, in all three losses.
        pi: every anchor begins with this score.
        ohem_count, ohem_iou, ohem_ratio: anchors of an image, suppression among them, negatives per positive (None:
            as they come).
        beta: where the smooth L1 of boxes becomes linear.
        floor, each, iou_thr, count: a detection's lowest score, how many of a level are decoded, suppression, how many
            detections are given.
    """

    backbone: Name = "resnet50"
    norm: Norm = "group"
    pretrained: bool = False
    levels: tuple[str, ...] = ("P3", "P4", "P5", "P6", "P7")
    lateral: bool = True
    top_down: bool = True
    width: int = 256
    convs: int = 4
    head_norm: Norm | None = "group"
    base: float = 4.0
    scales: int = 3
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    low: float = 0.4
    high: float = 0.5
    force: bool = True
    loss: Literal["focal", "cross_entropy", "ohem"] = "focal"
    alpha: float | None = 0.25
    gamma: float = 2.0
    tau: float = 0.0
    pi: float = 0.01
    ohem_count: int = 128
    ohem_iou: float = 0.5
    ohem_ratio: float | None = None
    beta: float = 1 / 9
    floor: float = 0.05
    each: int = 1000
    iou_thr: float = 0.5
    count: int = 100

    def __post_init__(self) -> None:
        require_ranges(self)
        if self.loss not in ("focal", "cross_entropy", "ohem"):
            raise ParamsError("loss", self.loss, "it must be 'focal', 'cross_entropy' or 'ohem'")
        if not self.ratios or min(self.ratios) <= 0:
            raise ParamsError("ratios", self.ratios, "there must be one, and all are above 0")
        if not 0 < self.pi < 1:
            raise ParamsError("pi", self.pi, "it must be between 0 and 1")
        if self.alpha is not None and not 0 <= self.alpha <= 1:
            raise ParamsError("alpha", self.alpha, "it must be from 0 to 1, or null for no weights")
        if self.gamma < 0:
            raise ParamsError("gamma", self.gamma, "it must not be negative")
        if not 0 <= self.low <= self.high <= 1:
            raise ParamsError("low", self.low, f"it must be from 0 to high, which is {self.high}")


class RetinaNet(nn.Module):
    """One look at every place, K sigmoids and a box for each anchor."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        c = self.config = config
        self.categories = categories
        self.backbone = Backbone(c.backbone, c.norm, c.pretrained)
        self.fpn = FPN(self.backbone.channels, c.width, c.lateral, c.top_down, c.levels, last="conv")
        self.backbone.until(self.fpn.reads)
        strides = list(self.fpn.strides.values())
        self.anchors = Anchors([octaves(c.base * s, c.scales) for s in strides], c.ratios, strides)
        each = self.anchors.per_cell
        self.score = DenseHead(c.width, each, categories, c.convs, c.head_norm, prior=c.pi)
        self.box = DenseHead(c.width, each, 4, c.convs, c.head_norm)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Images (B, 3, H, W) to logits (B, A, K), codes (B, A, 4) and the anchors of each level, A in all."""
        levels = list(self.fpn(self.backbone(pixels)).values())
        anchors = self.anchors.levels([x.shape[2:] for x in levels], pixels.device)
        return self.score(levels), self.box(levels), anchors

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """``score`` and ``box``, both divided by the number of positive anchors."""
        assert batch.targets is not None
        logits, codes, levels = self(batch.pixels)
        anchors = torch.cat(levels)
        rows = self.rows(batch.targets, anchors)
        on = rows >= 0
        positives = shared_count(on)
        wanted = [encode(t.boxes[r[r >= 0]], anchors[r >= 0]) for r, t in zip(rows, batch.targets, strict=True)]
        box = smooth_l1(codes[on], torch.cat(wanted), self.config.beta).sum() / positives
        score = self.score_loss(logits, self.wanted(batch.targets, rows), rows, anchors, positives)
        return {"score": score, "box": box}

    @torch.no_grad()
    def labelled(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """(N, K) float32 logits of all anchors but those ignored, and (N, K) 0 or 1: what is wanted of them."""
        assert batch.targets is not None
        logits, _, levels = self(batch.pixels)
        rows = self.rows(batch.targets, torch.cat(levels))
        return logits.float()[rows > IGNORED], self.wanted(batch.targets, rows)[rows > IGNORED]

    def rows(self, targets: Sequence[Target], anchors: Tensor) -> Tensor:
        """(B, A) int64 which gt each anchor is about, as :func:`.matching.match` says it."""
        c = self.config
        return torch.stack([assign(anchors, target, c.low, c.high, c.force) for target in targets])

    def wanted(self, targets: Sequence[Target], rows: Tensor) -> Tensor:
        """(B, A, K) float32, 1 for the category of a positive anchor, from rows (B, A) of the gt."""
        out = torch.zeros(*rows.shape, self.categories, device=rows.device)
        for one, row, target in zip(out, rows, targets, strict=True):
            places = (row >= 0).nonzero()[:, 0]
            one[places, target.labels[row[places]]] = 1
        return out

    def score_loss(self, logits: Tensor, wanted: Tensor, rows: Tensor, anchors: Tensor, positives: Tensor) -> Tensor:
        """The loss that the config names; anchors that are ignored count nothing.

        Args:
            logits, wanted: (B, A, K).
            rows: (B, A) int64 as :func:`.matching.match` gives them.
            anchors: (A, 4) corners.
            positives: scalar that the sum is divided by; hard examples are divided by their own number.
        """
        c = self.config
        each = focal(logits, wanted, c.alpha, c.gamma if c.loss == "focal" else 0.0, c.tau)
        if c.loss != "ohem":
            return (each.sum(2) * (rows > IGNORED)).sum() / positives
        hard = [self.hard(loss, anchors, row) for loss, row in zip(each.sum(2), rows, strict=True)]
        return torch.cat(hard).sum() / shared_length(torch.cat(hard))

    def hard(self, losses: Tensor, anchors: Tensor, rows: Tensor) -> Tensor:
        """The largest losses of an image (A,), of boxes that do not overlap much."""
        easy = torch.ones_like(rows, dtype=torch.bool)
        easy[losses.detach().masked_fill(rows == IGNORED, -1).topk(min(POOL, len(rows))).indices] = False
        pool = rows.masked_fill(easy & (rows < 0), IGNORED)
        c = self.config
        return losses[ohem(losses.detach(), anchors, pool, c.ohem_count, c.ohem_iou, c.ohem_ratio)]

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image."""
        logits, codes, anchors = self(batch.pixels)
        counts = [len(level) for level in anchors]
        c = self.config
        return [
            dense(score.split(counts), code.split(counts), anchors, size,
                  each=c.each, iou_thr=c.iou_thr, count=c.count, floor=c.floor)
            for score, code, size in zip(logits.float().sigmoid(), codes, batch.sizes, strict=True)
        ]  # fmt: skip
