"""Feature pyramids (Lin et al. 2017): the maps of a backbone become one width, strong at every size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from cocokit.errors import ParamsError


class FPN(nn.Module):
    """P2 to P7 from C2 to C5, by 1x1 laterals, nearest upsampling by two and a 3x3 on each; no non-linearity.

    Args:
        channels: of the backbone's maps (:attr:`.backbone.Backbone.channels`).
        width: channels of every level (d).
        lateral: whether finer maps come in from the side; without, all is C5 made larger.
        top_down: whether coarser levels are added to finer ones; without, each level sees its own map alone.
        levels: which are given, from fine to coarse.
        last: how P6 and P7 are made. "pool": every second pixel of the level before; "conv": P6 is a 3x3 with stride 2
            on C5, P7 one on ReLU(P6).

    Attributes:
        strides: pixels of the image a cell is wide, by level.
        reads: the last of the backbone's maps that is read.
    """

    def __init__(
        self,
        channels: Mapping[str, int],
        width: int = 256,
        lateral: bool = True,
        top_down: bool = True,
        levels: tuple[str, ...] = ("P2", "P3", "P4", "P5", "P6"),
        last: Literal["pool", "conv"] = "pool",
    ) -> None:
        super().__init__()
        check_levels(levels, lateral, top_down, last)
        self.levels, self.width, self.top_down = tuple(levels), width, top_down
        self.strides = {name: 2 ** int(name[1]) for name in levels}
        numbers = [int(name[1]) for name in levels]
        finish = {k for k in numbers if k <= 5} | ({5} if last == "pool" and numbers[-1] > 5 else set())
        coarse = 5 if top_down or 5 in finish else max(finish, default=5)
        self.rows = range(min(finish), coarse + 1) if finish else range(0)  # the maps that are merged, by number
        self.reads = f"C{coarse if numbers[-1] <= 5 else 5}"
        sides = [k for k in self.rows if k == 5 or (lateral and (top_down or k in numbers))]
        self.lateral = nn.ModuleDict({f"C{k}": nn.Conv2d(channels[f"C{k}"], width, 1) for k in sides})
        self.finish = nn.ModuleDict({f"P{k}": nn.Conv2d(width, width, 3, padding=1) for k in sorted(finish)})
        extra = range(6, numbers[-1] + 1) if last == "conv" else ()
        self.extra = nn.ModuleDict(
            {f"P{k}": nn.Conv2d(channels["C5"] if k == 6 else width, width, 3, 2, 1) for k in extra}
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_uniform_(layer.weight, a=1)
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Maps by name, "C2" to "C5", to levels by name, fine to coarse, each (B, width, H / stride, W / stride)."""
        found: dict[str, Tensor] = {}
        above: Tensor | None = None
        for k in reversed(self.rows):
            merged = self.merge(maps, k, above)
            if f"P{k}" in self.finish and merged is not None:
                found[f"P{k}"] = self.finish[f"P{k}"](merged)
            above = merged if self.top_down else None
        for k in range(6, int(self.levels[-1][1]) + 1):
            found[f"P{k}"] = self.beyond(maps, found, k)
        return {name: found[name] for name in self.levels}

    def merge(self, maps: Mapping[str, Tensor], k: int, above: Tensor | None) -> Tensor | None:
        """What comes from the side, plus what comes from above made twice as large."""
        side = self.lateral[f"C{k}"](maps[f"C{k}"]) if f"C{k}" in self.lateral else None
        if above is None:
            return side
        down = functional.interpolate(above, size=maps[f"C{k}"].shape[2:], mode="nearest")
        return down if side is None else side + down

    def beyond(self, maps: Mapping[str, Tensor], found: Mapping[str, Tensor], k: int) -> Tensor:
        """A level coarser than the backbone's last map."""
        if f"P{k}" not in self.extra:
            return functional.max_pool2d(found[f"P{k - 1}"], 1, 2)
        out: Tensor = self.extra[f"P{k}"](maps["C5"] if k == 6 else torch.relu(found[f"P{k - 1}"]))
        return out


def check_levels(levels: tuple[str, ...], lateral: bool, top_down: bool, last: str) -> None:
    """Raises ParamsError for a pyramid that cannot be built."""
    known = ("P2", "P3", "P4", "P5", "P6", "P7")
    if not levels or list(levels) != [name for name in known if name in levels]:
        raise ParamsError("levels", list(levels), "take some of P2 to P7, from fine to coarse")
    if not lateral and not top_down:
        raise ParamsError("lateral", lateral, "with top_down false too, no map reaches the fine levels: keep one")
    if last not in ("pool", "conv"):
        raise ParamsError("last", last, "it must be 'pool' or 'conv'")
