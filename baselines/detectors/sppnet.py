"""SPP-net (He, Zhang, Ren and Sun, ECCV 2014): the convolutions once, then a pyramid of pools for every region.

Each region's window of the last map is max-pooled to 6x6, 3x3, 2x2 and 1x1 bins, 50 in all, whatever its shape; two
hidden layers follow. The convolutions are frozen: what lies below the pools is not tuned (the paper's limitation, which
Fast R-CNN took away). The stages are those of R-CNN: :mod:`.three_stages`.

Differs from the paper: one scale; the convolutions that ImageNet taught are an EfficientNet-Lite's, and where there
are none they first learn, from whole images, which categories are in them (``first`` steps). VOC 2007: 63.1 mAP at
2.3 s an image with VGG16. Here the tiny backbone learns eight made pictures of 96 px by heart in 5 CPU seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from cocokit.errors import ParamsError

from ..batch import Batch
from ..ops.regions import roi_pool, with_rows
from .three_stages import Asked, Progress, StagesConfig, ThreeStages

#: Images of a step in which the convolutions learn.
TOGETHER = 8
STRIDES = {"C2": 4, "C3": 8, "C4": 16, "C5": 32}


@dataclass(frozen=True)
class Config(StagesConfig):
    """What SPP-net is made of, and how it learns.

    Attributes:
        side: images are made to have this shorter side, px.
        level: the map that is pooled, of stride 16 in the paper.
        bins: a side, of each level of the pyramid.
        first: steps in which the convolutions learn from whole images before they are frozen.
    """

    side: int = 688
    level: str = "C4"
    bins: tuple[int, ...] = (6, 3, 2, 1)
    first: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.level not in STRIDES:
            raise ParamsError("level", self.level, f"it must be one of {', '.join(STRIDES)}")
        if not self.bins or min(self.bins) < 1:
            raise ParamsError("bins", self.bins, "there must be a level, and each has at least one bin")


@dataclass(frozen=True)
class Map:
    """What the convolutions make of an image.

    Attributes:
        values: (1, C, H, W), or of several images.
        scale: its cells per pixel of the image.
    """

    values: Tensor
    scale: float


class SPPNet(ThreeStages):
    """A network that looks once, and pools each region from what it saw."""

    config: Config

    @property
    def stride(self) -> int:
        """Pixels of what the network sees per cell of its map."""
        return STRIDES[self.config.level]

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        each = sum(bins**2 for bins in config.bins)
        super().__init__(config, categories, lambda backbone: backbone.channels[config.level] * each, hidden=2)
        self.maps: dict[int, Map] = {}  # of the images that are learnt from, while they are
        for name in [name for name in self.backbone.stages if name > config.level]:
            del self.backbone.stages[name]
        self.backbone.requires_grad_(False)

    @torch.no_grad()
    def keep(self, batch: Batch) -> list[Map]:
        """The map of each image."""
        return [self.see(p[None, :, :h, :w]) for p, (h, w) in zip(batch.pixels, batch.sizes, strict=True)]

    def see(self, pixels: Tensor) -> Map:
        """The map of one image (1, 3, h, w), made larger or smaller and padded."""
        grow = self.config.side / min(pixels.shape[2:])
        size = [max(1, round(n * grow)) for n in pixels.shape[2:]]
        seen = functional.interpolate(pixels, size, mode="bilinear", antialias=grow < 1)
        padded = functional.pad(seen, (0, -size[1] % 32, 0, -size[0] % 32))
        return Map(self.backbone(padded, last=self.config.level)[self.config.level], grow / self.stride)

    def flat(self, kept: Map, boxes: Tensor) -> Tensor:
        """(R, 4) boxes to (R, C * 50) features."""
        return self.pool(kept, with_rows([boxes]))

    def pool(self, kept: Map, regions: Tensor) -> Tensor:
        """Regions (R, 5), the map's row first, to (R, C * 50) features."""
        finest, rois = max(self.config.bins), regions.clone()
        last = rois.new_tensor([kept.values.shape[i] - 0.75 for i in (3, 2)])  # no bin beyond the map
        rois[:, 3:] = torch.minimum(rois[:, 3:], last / kept.scale)
        fine = roi_pool(kept.values, rois, finest, kept.scale)  # (R, C, 6, 6)
        pools = [functional.adaptive_max_pool2d(fine, bins) if finest % bins == 0  # the same bins, put together
                 else roi_pool(kept.values, rois, bins, kept.scale) for bins in self.config.bins]  # fmt: skip
        return torch.cat([pool.flatten(1) for pool in pools], 1)

    def tune(self, batches: Sequence[Batch], asked: Sequence[Asked], tell: Progress) -> None:
        """Let the convolutions learn if they have to; freeze them; train what comes after."""
        self.teach(batches, tell)
        self.maps = {}
        super().tune(batches, asked, tell)
        self.maps = {}

    def teach(self, batches: Sequence[Batch], tell: Progress) -> None:
        """Train the convolutions to tell which categories are in an image, pooled as one region."""
        c, device = self.config, self.softmax.weight.device
        head = nn.Linear(self.post_hoc.box.shape[1], self.categories).to(device)
        self.backbone.requires_grad_(True).train()
        optimizer = torch.optim.AdamW([*self.backbone.parameters(), *head.parameters()], c.lr, weight_decay=1e-4)
        for step in range(c.first):
            tell(step, c.first, "whole images")
            losses = [self.whole(head, batches[i]) for i in torch.randint(len(batches), (TOGETHER,)).tolist()]
            optimizer.zero_grad()
            torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        self.backbone.requires_grad_(False).eval()

    def whole(self, head: nn.Linear, batch: Batch) -> Tensor:
        """The loss of one image as a whole."""
        assert batch.targets is not None
        height, width = batch.sizes[0]
        seen = self.see(batch.pixels[:, :, :height, :width])
        logits = head(self.flat(seen, batch.pixels.new_tensor([[0, 0, width, height]])))[0]
        there = torch.zeros_like(logits).index_fill(0, batch.targets[0].labels, 1)
        return functional.binary_cross_entropy_with_logits(logits, there)

    def train(self, mode: bool = True) -> SPPNet:
        """As any module, but for the convolutions, which hold still."""
        super().train(mode)
        self.backbone.eval()
        return self

    def kept(self, batches: Sequence[Batch], place: int) -> Map:
        """The map of one of the images that are learnt from, which no longer changes."""
        if place not in self.maps:
            self.maps[place] = self.keep(batches[place])[0]
        return self.maps[place]
