"""What two-stage detectors share: a backbone and its neck, from pixels to the maps that regions are looked for on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from cocokit.errors import ParamsError

from .backbone import Backbone, Name
from .fpn import FPN
from .norms import Norm
from .ranges import require_ranges

Neck = Literal["c4", "c5", "fpn"]


@dataclass(frozen=True)
class TrunkConfig:
    """What a trunk is made of.

    Attributes:
        backbone, norm, pretrained: see :class:`.backbone.Backbone`.
        neck: "fpn", or one map of the backbone as it is: "c4", whose stage C5 then becomes the head of each region, or
            "c5".
        levels, lateral, top_down, width: of a pyramid, see :class:`.fpn.FPN`. Rows (a) to (f) of Table 4.1 of the
            pyramid's thesis are neck="c4"; neck="c5"; as it is; top_down=False; lateral=False; levels=("P2",).
    """

    backbone: Name = "resnet50"
    norm: Norm = "group"
    pretrained: bool = False
    neck: Neck = "fpn"
    levels: tuple[str, ...] = ("P2", "P3", "P4", "P5", "P6")
    lateral: bool = True
    top_down: bool = True
    width: int = 256

    def __post_init__(self) -> None:
        require_ranges(self)
        if self.neck not in ("c4", "c5", "fpn"):
            raise ParamsError("neck", self.neck, "it must be 'c4', 'c5' or 'fpn'")


class Trunk(nn.Module):
    """Pixels to maps, by name, fine to coarse.

    Attributes:
        width: channels of each map.
        strides: pixels of the image per cell, by map.
    """

    def __init__(self, config: TrunkConfig) -> None:
        super().__init__()
        c = config
        self.backbone = Backbone(c.backbone, c.norm, c.pretrained)
        self.fpn: FPN | None = None
        if c.neck == "fpn":
            self.fpn = FPN(self.backbone.channels, c.width, c.lateral, c.top_down, c.levels)
            self.strides, self.width = self.fpn.strides, c.width
        else:
            self.name = c.neck.upper()
            self.strides, self.width = {self.name: 2 ** int(self.name[1])}, self.backbone.channels[self.name]

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Images (B, 3, H, W) to maps (B, width, H / stride, W / stride)."""
        if self.fpn is not None:
            levels: dict[str, Tensor] = self.fpn(self.backbone(pixels))
            return levels
        return {self.name: self.backbone(pixels, last=self.name)[self.name]}

    def take_rest(self) -> Sequence[nn.Module]:
        """The stages after the map that is read; no longer the backbone's, but a head's, or nobody's."""
        rest = [] if self.fpn is not None else [name for name in self.backbone.stages if name > self.name]
        return [self.backbone.stages.pop(name) for name in rest]
