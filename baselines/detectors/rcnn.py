"""R-CNN (Girshick, Donahue, Darrell and Malik, CVPR 2014): regions warped to one size, a network on each of them.

It learns in three stages: :mod:`.three_stages`. Differs from the paper: the network is one of ours, with means over
3x3 cells in place of pool5 and one hidden layer in place of fc6 and fc7; it is tuned by AdamW, and may start from
random weights; in tuning, an overlap from 0.3 to 0.5 counts neither way. VOC 2007: 66.0 mAP at 47 s an image with
VGG16. Here the tiny backbone learns eight made pictures of 96 px by heart in 12 CPU seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from cocokit.errors import ParamsError

from ..batch import Batch
from ..ops.warping import warp
from .three_stages import StagesConfig, ThreeStages


@dataclass(frozen=True)
class Config(StagesConfig):
    """What R-CNN is made of, and how it learns.

    Attributes:
        size, context: a region is warped to that many pixels a side, so many of them around it at each edge.
        cells: a side of what is left of a map: the features that boxes are corrected by.
    """

    size: int = 224
    context: int = 16
    cells: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.context < self.size / 2:
            raise ParamsError("context", self.context, f"it must be below half of size, which is {self.size}")
        if self.cells < 1:
            raise ParamsError("cells", self.cells, "it must be at least 1")


class RCNN(ThreeStages):
    """A network that looks at one region at a time."""

    config: Config

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__(config, categories, lambda backbone: backbone.channels["C5"] * config.cells**2, hidden=1)

    def keep(self, batch: Batch) -> list[Tensor]:
        """The pixels (3, h, w) of each image without padding."""
        return [pixels[:, :h, :w] for pixels, (h, w) in zip(batch.pixels, batch.sizes, strict=True)]

    def flat(self, kept: Tensor, boxes: Tensor) -> Tensor:
        """(R, 4) boxes to (R, C * cells * cells) features."""
        c = self.config
        return self.see(warp(kept, boxes, c.size, c.context, self.backbone.mean))  # outside the image is its mean

    def see(self, warped: Tensor) -> Tensor:
        """(R, 3, size, size) regions to (R, C * cells * cells) features."""
        return functional.adaptive_avg_pool2d(self.backbone(warped)["C5"], self.config.cells).flatten(1)
