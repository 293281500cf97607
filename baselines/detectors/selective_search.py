"""Selective Search (Uijlings et al., IJCV 2013): where things may be, by merging what looks alike. Learns nothing.

Differs from the paper: the segmentation is scikit-image's; texture is the gradient of one Gaussian in eight directions;
ranks are drawn with a seed, so that a photo gets the same proposals each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cocokit.errors import ParamsError

from ..batch import Batch, Result
from ..classic.selective import MODES, Mode, selective_search


@dataclass(frozen=True)
class Config:
    """How Selective Search looks.

    Attributes:
        mode: "single" (1 way of merging), "fast" (8) or "quality" (80).
        count: at most so many proposals of an image.
        side: a longer image is made smaller first, px of its longer side; 500 is that of VOC.
        smallest: both sides of a proposal are at least this, px of what is looked at.
        seed: of the ranks.
    """

    mode: Mode = "fast"
    count: int = 2000
    side: int = 500
    smallest: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ParamsError("mode", self.mode, f"it must be one of {', '.join(MODES)}")
        if self.count < 1 or self.side < 1:
            raise ParamsError("count", self.count, "there must be a proposal, and a side of at least a pixel")


class SelectiveSearch(nn.Module):
    """Proposals of each image, all of category 0; the score falls from 1 with the rank."""

    def __init__(self, config: Config, categories: int = 1, keypoints: int = 0) -> None:
        super().__init__()
        self.config = config

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The proposals of each image."""
        return [self.look(pixels[:, :h, :w]) for pixels, (h, w) in zip(batch.pixels, batch.sizes, strict=True)]

    def look(self, pixels: Tensor) -> Result:
        """The proposals of one image (3, H, W) without padding."""
        c, (height, width) = self.config, pixels.shape[1:]
        shrunk = min(1.0, c.side / max(height, width))
        small = max(1, round(height * shrunk)), max(1, round(width * shrunk))
        seen = pixels.float().cpu()
        if shrunk < 1:
            seen = functional.interpolate(seen[None], small, mode="bilinear", antialias=True)[0]
        found = selective_search(
            seen.permute(1, 2, 0).clamp(0, 1).numpy(), MODES[c.mode], np.random.default_rng(c.seed), c.smallest
        )[: c.count]
        grown = torch.tensor([width / small[1], height / small[0]] * 2)
        boxes = (torch.from_numpy(found) * grown).float().to(pixels.device)
        rank = torch.arange(len(boxes), device=pixels.device)
        return Result(boxes, 1 / (1 + rank).float(), torch.zeros_like(rank))


def proposals_of(batch: Batch, search: SelectiveSearch) -> list[Tensor]:
    """(R, 4) regions of each image: those of the batch, else of its targets, else Selective Search's."""
    if batch.proposals is not None:
        return list(batch.proposals)
    if batch.targets is not None:
        given = [target.proposals for target in batch.targets if target.proposals is not None]
        if len(given) == len(batch):
            return given
    return [result.boxes for result in search.detect(batch)]
