"""Normalisation of feature maps, and the fills that layers start from."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional

from cocokit.errors import ParamsError

#: What normalises the maps: groups of channels of one image (for training from scratch with few images a step), the
#: whole batch, or statistics that came with pretrained weights and hold still.
Norm = Literal["group", "batch", "frozen"]


def make_norm(name: Norm, channels: int, eps: float = 1e-5) -> nn.Module:
    """A normalisation layer with a gain and an offset for each channel.

    Groups: as many as divide the channels, up to 32, with at least four channels each.
    """
    if name == "group":
        groups = max(g for g in range(1, 33) if channels % g == 0 and (channels // g >= 4 or g == 1))
        return nn.GroupNorm(groups, channels, eps)
    if name == "batch":
        return nn.BatchNorm2d(channels, eps)
    if name == "frozen":
        return FrozenNorm(channels, eps)
    raise ParamsError("norm", name, "it must be 'group', 'batch' or 'frozen'")


class FrozenNorm(nn.BatchNorm2d):
    """Batch normalisation whose mean and variance stay as loaded; its gain and offset are trained.

    A step of two images says too little about the mean of a channel, and what the weights came with says enough.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, H, W) to the same."""
        mean, var = self.running_mean, self.running_var
        return functional.batch_norm(input, mean, var, self.weight, self.bias, eps=self.eps)


def fill_he(module: nn.Module) -> None:
    """Start every convolution below with the normal fill of He et al. 2015 (fan out), offsets zero."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def fill_normal(module: nn.Module, std: float = 0.01) -> None:
    """Start every convolution and fully connected layer below with N(0, std²), offsets zero."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, std=std)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
