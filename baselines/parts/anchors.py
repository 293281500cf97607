"""Anchors: the boxes that a dense detector starts from, the same ones around every cell of its maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..ops.boxes import from_centre

Size = Sequence[int]


@dataclass(frozen=True)
class Anchors:
    """Boxes of every scale and ratio around the centre of every cell.

    Order: level, row, column, scale, ratio; a head's (B, A * 4, H, W) becomes (B, H * W * A, 4) by
    ``permute(0, 2, 3, 1).reshape(B, -1, 4)``.

    Attributes:
        scales: for each level, square roots of the areas, px.
        ratios: heights divided by widths.
        strides: for each level, px between cells.
    """

    scales: Sequence[Sequence[float]]
    ratios: Sequence[float]
    strides: Sequence[int]

    @property
    def per_cell(self) -> int:
        """A: anchors around a cell, where all levels have as many."""
        return len(self.scales[0]) * len(self.ratios)

    def levels(self, sizes: Sequence[Size], device: torch.device | str | None = None) -> list[Tensor]:
        """For each level (H * W * A, 4) float32 corners, px; they may reach outside the image.

        Args:
            sizes: (height, width) of each level's map.
            device: where they are made.
        """
        shapes = [rectangles(scales, self.ratios).to(device) for scales in self.scales]
        return [spread(*each) for each in zip(shapes, sizes, self.strides, strict=True)]

    def __call__(self, sizes: Sequence[Size], device: torch.device | str | None = None) -> Tensor:
        """(A_total, 4) those of all levels."""
        return torch.cat(self.levels(sizes, device))


def octaves(base: float, count: int) -> tuple[float, ...]:
    """``count`` scales of one octave: RetinaNet's base * 2 ** (0, 1/3, 2/3).

    >>> [round(s, 1) for s in octaves(32, 3)]
    [32.0, 40.3, 50.8]
    """
    return tuple(base * 2 ** (i / count) for i in range(count))


def rectangles(scales: Sequence[float], ratios: Sequence[float]) -> Tensor:
    """(A, 2) float32 widths and heights; area scale^2, height / width = ratio."""
    return torch.tensor([(s / r**0.5, s * r**0.5) for s in scales for r in ratios], dtype=torch.float32)


def spread(shapes: Tensor, size: Size, stride: float) -> Tensor:
    """(H * W * A, 4) float32 corners of boxes of given shapes around the centre of every cell of a map.

    Args:
        shapes: (A, 2) widths and heights, px.
        size: height and width of the map, cells.
        stride: px between cells; the first centre is at half of it.
    """
    y, x = (((torch.arange(n, device=shapes.device) + 0.5) * stride) for n in size)
    centres = torch.stack([x.expand(len(y), -1), y[:, None].expand(-1, len(x))], -1)[:, :, None]  # (H, W, 1, 2)
    around = shapes.expand(*size, -1, -1)  # (H, W, A, 2)
    return from_centre(torch.cat([centres.expand_as(around), around], -1)).view(-1, 4)
