"""SSD (Liu et al. 2016): default boxes on maps of many sizes, each map with a 3x3 of its own.

Differs from the paper: the maps are C3, C4 and C5 of any backbone and then halved by convolutions, not those of VGG, so
C3 needs no L2 normalisation; images are seen from half to one and a half times as large as the square, where the paper
goes from a quarter to three times, and asks for an overlap with an instance. At 300 px there are the paper's 8732
boxes, at 512 its 24,564. The paper has 74.3 mAP on VOC 2007 with VGG from ImageNet weights. Here the tiny backbone
learns eight made pictures of 96 px by heart in 50 steps, 4 CPU seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from ..batch import Batch, Result
from ..ops.coding import decode, encode
from ..parts.anchors import spread
from ..parts.backbone import Backbone, Name
from ..parts.counting import shared_count
from ..parts.heads import flatten
from ..parts.losses import cross_entropy, smooth_l1
from ..parts.matching import assign
from ..parts.norms import Norm, fill_he, make_norm
from ..parts.post import dense
from ..parts.ranges import require_ranges
from ..parts.sampling import hard_negatives
from ..parts.square import unwarp, warp, warp_targets

#: Without zooming, the paper loses 8.8 of 74.3 mAP.
TRAIN = {"scales": (0.5, 1.5)}


@dataclass(frozen=True)
class Config:
    """What SSD is made of, and how it learns.

    Attributes:
        backbone, norm, pretrained: see :class:`cocokit.baselines.parts.backbone.Backbone`.
        size: of the square that every image is warped to, px.
        width, head_norm: channels of the maps after C5, and what normalises them.
        first, smallest, largest: sides of default boxes as shares of ``size``: on C3, on C4, on the last map; between
            them in equal steps.
        weights: of the codes, the inverse of the paper's variances.
        iou: from which a default box is positive; each gt also takes its best one.
        negatives, least: hard negatives per positive, and how many an image has at least.
        floor, each, iou_thr, count: a detection's lowest score, how many are decoded, suppression, how many are given.
    """

    backbone: Name = "resnet50"
    norm: Norm = "group"
    pretrained: bool = False
    size: int = 300
    width: int = 256
    head_norm: Norm | None = "group"
    first: float = 0.1
    smallest: float = 0.2
    largest: float = 0.9
    weights: tuple[float, float, float, float] = (10.0, 10.0, 5.0, 5.0)
    iou: float = 0.5
    negatives: float = 3.0
    least: int = 0
    floor: float = 0.01
    each: int = 1000
    iou_thr: float = 0.45
    count: int = 200

    def __post_init__(self) -> None:
        require_ranges(self)
        if self.size < 64:
            raise ParamsError("size", self.size, "the maps need a square of at least 64 px")
        if not 0 < self.first <= self.smallest < self.largest:
            raise ParamsError("smallest", self.smallest, f"it must lie from {self.first} (first) to {self.largest}")
        if self.negatives <= 0 or self.least < 0:
            raise ParamsError("negatives", self.negatives, "it must be above 0, and least not below")

    @property
    def square(self) -> int:
        """The one size of all inputs, px."""
        return self.size


def map_sizes(side: int) -> list[int]:
    """Cells a side of each map: C3, C4, C5, then halved down to 1; 3 to 5 cells lose their border instead.

    >>> map_sizes(300), map_sizes(512)
    ([38, 19, 10, 5, 3, 1], [64, 32, 16, 8, 4, 2, 1])
    """
    sizes = [math.ceil(side / stride) for stride in (8, 16, 32)]
    while sizes[-1] > 1:
        n = sizes[-1]
        sizes.append(n - 2 if 3 <= n <= 5 else math.ceil(n / 2))
    return sizes


def default_shapes(config: Config, maps: int) -> list[Tensor]:
    """For each map (A, 2) widths and heights, px: ratios 1 (twice), 2, 1/2, and 3, 1/3.

    The second square has the geometric mean of this map's side and the next one's. The first map and the last two have
    no 3 and 1/3.
    """
    step = (config.largest - config.smallest) / max(maps - 2, 1)
    sides = [config.first, *(config.smallest + k * step for k in range(maps))]
    shapes = []
    for k, (this, after) in enumerate(pairwise(sides)):
        ratios = (2, 1 / 2) if k == 0 or k >= maps - 2 else (2, 1 / 2, 3, 1 / 3)
        boxes = [(this, this), (math.sqrt(this * after),) * 2]
        boxes += [(this * math.sqrt(r), this / math.sqrt(r)) for r in ratios]
        shapes.append(torch.tensor(boxes) * config.size)
    return shapes


class SSD(nn.Module):
    """Softmax over K + 1 categories, the background last, and a box, for each default box."""

    defaults: Tensor

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        self.config, self.categories = config, categories
        self.backbone = Backbone(config.backbone, config.norm, config.pretrained)
        sizes = map_sizes(config.size)
        shapes = default_shapes(config, len(sizes))
        channels = [self.backbone.channels[name] for name in ("C3", "C4", "C5")]
        self.extra = nn.ModuleList()
        for before in sizes[2:-1]:
            self.extra.append(halve(channels[-1], config.width, before, config.head_norm))
            channels.append(config.width)
        self.score, self.box = (
            nn.ModuleList(nn.Conv2d(c, len(s) * n, 3, padding=1) for c, s in zip(channels, shapes, strict=True))
            for n in (categories + 1, 4)
        )
        fill_he(self.extra)
        for layer in (*self.score, *self.box):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        boxes = [spread(s, (n, n), config.size / n) for s, n in zip(shapes, sizes, strict=True)]
        self.register_buffer("defaults", torch.cat(boxes), persistent=False)

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor]:
        """Squares (B, 3, size, size) to logits (B, A, K + 1) and codes (B, A, 4)."""
        trunk = self.backbone(squares)
        maps = [trunk["C3"], trunk["C4"], trunk["C5"]]
        for layer in self.extra:
            maps.append(layer(maps[-1]))
        logits = [flatten(layer(x), self.categories + 1) for layer, x in zip(self.score, maps, strict=True)]
        codes = [flatten(layer(x), 4) for layer, x in zip(self.box, maps, strict=True)]
        return torch.cat(logits, 1), torch.cat(codes, 1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """``score``, of positives and the hardest negatives, and ``box``, both divided by the number of positives."""
        logits, codes = self(warp(batch, self.config.size))
        targets = warp_targets(batch, self.config.size)
        rows = torch.stack([assign(self.defaults, t, self.config.iou, self.config.iou) for t in targets])  # (B, A)
        on = rows >= 0
        labels = torch.full_like(rows, self.categories)
        labels[on] = torch.cat([t.labels[r[r >= 0]] for r, t in zip(rows, targets, strict=True)])
        wanted = [t.boxes[r[r >= 0]] for r, t in zip(rows, targets, strict=True)]
        known = self.defaults.expand(len(batch), -1, -1)[on]
        positives = shared_count(on)
        box = smooth_l1(codes[on], encode(torch.cat(wanted), known, weights=self.config.weights)).sum()
        return {"score": self.score_loss(logits, labels, rows) / positives, "box": box / positives}

    def score_loss(self, logits: Tensor, labels: Tensor, rows: Tensor) -> Tensor:
        """The sum over positives and hard negatives.

        Args:
            logits: (B, A, K + 1).
            labels: (B, A) int64, K for the background.
            rows: (B, A) int64 as :func:`.matching.match` gives them.
        """
        c = self.config
        losses = cross_entropy(logits.flatten(0, 1), labels.flatten()).view_as(rows)
        chosen = [hard_negatives(loss, row, c.negatives, c.least) for loss, row in zip(losses, rows, strict=True)]
        return (losses * torch.stack(chosen)).sum()

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image."""
        c = self.config
        logits, codes = self(warp(batch, c.size))
        scores = logits.float().softmax(2)[..., :-1]
        found = [
            dense([score], [code], [self.defaults], (c.size, c.size), each=c.each, iou_thr=c.iou_thr, count=c.count,
                  floor=c.floor, decoder=partial(decode, weights=c.weights))
            for score, code in zip(scores, codes, strict=True)
        ]  # fmt: skip
        return unwarp(found, batch, c.size)


def halve(inside: int, width: int, size: int, norm: Norm | None) -> nn.Sequential:
    """1x1 to half of the width, then a 3x3 to half of the cells; without a border where there are 3 to 5."""
    stride, border = (1, 0) if 3 <= size <= 5 else (2, 1)
    layers: list[nn.Module] = []
    for conv in (
        nn.Conv2d(inside, width // 2, 1, bias=norm is None),
        nn.Conv2d(width // 2, width, 3, stride, border, bias=norm is None),
    ):
        layers += [conv] if norm is None else [conv, make_norm(norm, conv.out_channels)]
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)
