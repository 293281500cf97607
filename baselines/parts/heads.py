"""Heads: from feature maps to scores, boxes, masks and keypoints."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from .norms import Norm, fill_he, fill_normal, make_norm


def tower(inside: int, width: int, convs: int, norm: Norm | None = None) -> nn.Sequential:
    """``convs`` times a 3x3 convolution (with a normalisation) and a ReLU."""
    layers: list[nn.Module] = []
    for i in range(convs):
        layers.append(nn.Conv2d(width if i else inside, width, 3, padding=1, bias=norm is None))
        if norm is not None:
            layers.append(make_norm(norm, width))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class DenseHead(nn.Module):
    """A subnet of RetinaNet: a tower of 3x3 and a last 3x3, shared by all levels.

    Args:
        width: channels of the levels and of the tower.
        anchors: at each cell (A).
        outputs: numbers for each anchor: K scores, or 4 of a box.
        convs: in the tower.
        norm: in the tower; the paper has none, and starts from a backbone that knows ImageNet.
        prior: if given, every sigmoid of an output starts near it: the last offset is ``-log((1 - prior) / prior)``.
    """

    def __init__(
        self,
        width: int,
        anchors: int,
        outputs: int,
        convs: int = 4,
        norm: Norm | None = None,
        prior: float | None = None,
    ) -> None:
        super().__init__()
        self.outputs = outputs
        self.tower = tower(width, width, convs, norm)
        self.last = nn.Conv2d(width, anchors * outputs, 3, padding=1)
        fill_normal(self, 0.01)
        if prior is not None:
            nn.init.constant_(self.last.bias, -math.log((1 - prior) / prior))  # type: ignore[arg-type]

    def forward(self, levels: Iterable[Tensor]) -> Tensor:
        """Levels (B, width, H, W) to (B, all anchors, outputs): by level, row, column, anchor."""
        return torch.cat([flatten(self.last(self.tower(x)), self.outputs) for x in levels], 1)


def flatten(x: Tensor, outputs: int) -> Tensor:
    """(B, A * outputs, H, W) to (B, H * W * A, outputs)."""
    b, _, h, w = x.shape
    return x.view(b, -1, outputs, h, w).permute(0, 3, 4, 1, 2).reshape(b, -1, outputs)


class BoxHead(nn.Module):
    """Two hidden fully connected layers on the pixels of a region; then scores and a box for each category.

    Args:
        channels, size: of a region's map, (channels, size, size).
        categories: K.
        width: of the hidden layers.
        apart: whether boxes leave the hidden layers as they are: no gradient flows back from them.
    """

    def __init__(self, channels: int, categories: int, size: int = 7, width: int = 1024, apart: bool = False) -> None:
        super().__init__()
        self.apart = apart
        self.fc6 = nn.Linear(channels * size * size, width)
        self.fc7 = nn.Linear(width, width)
        self.score = nn.Linear(width, categories + 1)
        self.delta = nn.Linear(width, categories * 4)
        for layer in (self.fc6, self.fc7):
            nn.init.kaiming_uniform_(layer.weight, a=1)
            nn.init.zeros_(layer.bias)
        fill_normal(self.score, 0.01)
        fill_normal(self.delta, 0.001)

    def forward(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """(R, C, S, S) to logits (R, K + 1), the background last, and encoded boxes (R, K, 4)."""
        x = torch.relu(self.fc7(torch.relu(self.fc6(regions.flatten(1)))))
        codes = self.delta(x.detach() if self.apart else x)
        return self.score(x), codes.view(x.shape[0], self.delta.out_features // 4, 4)


class StageHead(nn.Module):
    """The last stage of a backbone on the pixels of a region, their mean; then scores and a box for each category.

    Args:
        stage: (R, C, 14, 14) to (R, channels, 7, 7).
        channels: that it gives.
        categories: K.
        apart: whether boxes leave the stage as it is: no gradient flows back from them.
    """

    def __init__(self, stage: nn.Module, channels: int, categories: int, apart: bool = False) -> None:
        super().__init__()
        self.stage, self.apart = stage, apart
        self.score = nn.Linear(channels, categories + 1)
        self.delta = nn.Linear(channels, categories * 4)
        fill_normal(self.score, 0.01)
        fill_normal(self.delta, 0.001)

    def forward(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """(R, C, S, S) to logits (R, K + 1), the background last, and encoded boxes (R, K, 4)."""
        x = self.stage(regions).mean((2, 3))
        codes = self.delta(x.detach() if self.apart else x)
        return self.score(x), codes.view(x.shape[0], self.delta.out_features // 4, 4)


class MaskHead(nn.Module):
    """Mask R-CNN's: 3x3 convolutions, a deconvolution that doubles the map, 1x1 to a mask for each category."""

    def __init__(self, channels: int, categories: int, width: int = 256, convs: int = 4) -> None:
        super().__init__()
        self.tower = tower(channels, width, convs)
        self.up = nn.ConvTranspose2d(width, width, 2, 2)
        self.last = nn.Conv2d(width, categories, 1)
        fill_he(self)
        fill_normal(self.last, 0.001)

    def forward(self, regions: Tensor) -> Tensor:
        """(R, C, 14, 14) to logits (R, K, 28, 28)."""
        out: Tensor = self.last(torch.relu(self.up(self.tower(regions))))
        return out


class KeypointHead(nn.Module):
    """Mask R-CNN's for keypoints: 3x3 convolutions, a deconvolution, bilinear upsampling; one place of 56² each."""

    def __init__(self, channels: int, keypoints: int, width: int = 512, convs: int = 8) -> None:
        super().__init__()
        self.tower = tower(channels, width, convs)
        self.up = nn.ConvTranspose2d(width, keypoints, 4, 2, 1)
        fill_he(self)
        fill_normal(self.up, 0.001)

    def forward(self, regions: Tensor) -> Tensor:
        """(R, C, 14, 14) to logits (R, P, 56, 56), to be softmaxed over all places of a map."""
        half = self.up(self.tower(regions))
        return functional.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
