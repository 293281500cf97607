"""Backbones: from pixels to the maps C2 to C5, which are 4, 8, 16 and 32 times smaller."""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from .efficientnet import efficientnet_stages, load_imagenet
from .norms import Norm, fill_he, make_norm

Name = Literal[
    "tiny", "resnet18", "resnet34", "resnet50", "efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"
]
#: Mean and deviation of each channel over ImageNet, of pixels from 0 to 1.
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
#: What the EfficientNet-Lite weights were trained with: (x - 127) / 128 of pixels from 0 to 255.
LITE = ((127 / 255,) * 3, (128 / 255,) * 3)
#: Blocks in each stage, and whether a block is a bottleneck of 1x1, 3x3, 1x1.
RESNETS = {"resnet18": ((2, 2, 2, 2), False), "resnet34": ((3, 4, 6, 3), False), "resnet50": ((3, 4, 6, 3), True)}


class Backbone(nn.Module):
    """A stem and four stages, each of which halves the map (the first may leave it to the stem).

    Args:
        name: ``tiny`` (about 0.6 M weights, for tests and small pictures), a ResNet (He et al. 2015, the stride in the
            3x3), or an EfficientNet-Lite (Tan and Le 2019, without squeeze-and-excitation).
        norm: see :data:`.norms.Norm`.
        pretrained: start from ImageNet weights; only EfficientNet-Lite has them, and its norm is "batch" or "frozen".

    Attributes:
        stem, stages: ``stages["C5"]`` and so on may be called by themselves, say on regions cut from C4.
        channels: of each map, by name.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: Name = "tiny", norm: Norm = "group", pretrained: bool = False) -> None:
        super().__init__()
        check(name, norm, pretrained)
        lite = name.startswith("efficientnet")
        build = efficientnet_stages if lite else tiny_stages if name == "tiny" else resnet_stages
        self.stem, stages, widths = build(name, norm)
        self.stages = nn.ModuleDict(dict(zip(("C2", "C3", "C4", "C5"), stages, strict=True)))
        self.channels = dict(zip(self.stages, widths, strict=True))
        fill_he(self)
        if pretrained:
            load_imagenet(name, self.stem, stages)
        mean, std = LITE if lite else IMAGENET
        self.register_buffer("mean", torch.tensor(mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(std)[:, None, None], persistent=False)

    def until(self, last: str) -> None:
        """Forget the stages after ``last``: what nobody reads is not to be trained, kept or sent between processes."""
        names = list(self.stages)
        for name in names[names.index(last) + 1 :]:
            del self.stages[name], self.channels[name]

    def forward(self, pixels: Tensor, last: str = "C5") -> dict[str, Tensor]:
        """The maps of some images.

        Args:
            pixels: (B, 3, H, W) RGB from 0 to 1, not yet normalised; H and W multiples of 32.
            last: the last map that is wanted.
        """
        x = self.stem((pixels - self.mean) / self.std)
        maps: dict[str, Tensor] = OrderedDict()
        for name, stage in self.stages.items():
            x = maps[name] = stage(x)
            if name == last:
                break
        return maps


def check(name: str, norm: str, pretrained: bool) -> None:
    """Raises ParamsError for what cannot be had, or would train badly."""
    if name not in get_args(Name):
        raise ParamsError("backbone", name, f"there are {', '.join(get_args(Name))}")
    if pretrained and not name.startswith("efficientnet"):
        raise ParamsError("pretrained", pretrained, f"{name} has no such weights: take an efficientnet-lite, or false")
    if pretrained and norm == "group":
        raise ParamsError("norm", norm, "pretrained weights come with batch statistics: set it to 'frozen' or 'batch'")
    if norm == "frozen" and not pretrained:
        raise ParamsError("norm", norm, "nothing is pretrained that could be kept: take 'group', or pretrained=true")


def tiny_stages(name: str, norm: Norm) -> tuple[nn.Sequential, list[nn.Module], list[int]]:
    """A network for pictures of a hundred pixels: each stage is a 3x3 with stride 2 and one basic block."""
    widths = [32, 64, 96, 128]
    stem = conv(3, 16, 3, 2, norm)
    stages: list[nn.Module] = [
        nn.Sequential(conv(a, b, 3, 2, norm), Residual(b, b, 1, norm, False))
        for a, b in zip([16, *widths], widths, strict=False)
    ]
    return stem, stages, widths


def resnet_stages(name: str, norm: Norm) -> tuple[nn.Sequential, list[nn.Module], list[int]]:
    """The stem, the stages and the widths of a ResNet."""
    counts, bottleneck = RESNETS[name]
    widths = [w * (4 if bottleneck else 1) for w in (64, 128, 256, 512)]
    stem = nn.Sequential(conv(3, 64, 7, 2, norm), nn.MaxPool2d(3, 2, 1))
    stages: list[nn.Module] = []
    for i, (count, inside, width) in enumerate(zip(counts, [64, *widths], widths, strict=False)):
        first = Residual(inside, width, 1 if i == 0 else 2, norm, bottleneck)
        stages.append(nn.Sequential(first, *(Residual(width, width, 1, norm, bottleneck) for _ in range(count - 1))))
    return stem, stages, widths


def conv(inside: int, outside: int, size: int, stride: int, norm: Norm, relu: bool = True) -> nn.Sequential:
    """A convolution, its normalisation and, usually, a ReLU."""
    layers: list[nn.Module] = [nn.Conv2d(inside, outside, size, stride, size // 2, bias=False)]
    layers.append(make_norm(norm, outside))
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class Residual(nn.Module):
    """A residual block: two 3x3, or the bottleneck 1x1, 3x3, 1x1 of a quarter of the width.

    The gain of its last normalisation starts at zero, so that every block starts as the identity (Goyal et al. 2017).
    """

    def __init__(self, inside: int, outside: int, stride: int, norm: Norm, bottleneck: bool) -> None:
        super().__init__()
        if bottleneck:
            neck = outside // 4
            layers = [conv(inside, neck, 1, 1, norm), conv(neck, neck, 3, stride, norm)]
            layers.append(conv(neck, outside, 1, 1, norm, relu=False))
        else:
            layers = [conv(inside, outside, 3, stride, norm), conv(outside, outside, 3, 1, norm, relu=False)]
        self.branch = nn.Sequential(*layers)
        same = inside == outside and stride == 1
        self.skip = nn.Identity() if same else conv(inside, outside, 1, stride, norm, relu=False)
        nn.init.zeros_(layers[-1][-1].weight)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """(B, inside, H, W) to (B, outside, H / stride, W / stride)."""
        return torch.relu(self.branch(x) + self.skip(x))
