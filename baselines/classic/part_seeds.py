"""Where a component's life begins: groups by aspect ratio, sizes of roots, warped positives, places of parts."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .component import Component
from .hog import hog, mirrored
from .pyramid import CELL

#: The first cost of a part's squared moves.
FIRST_CURVE = 0.1
#: What a part leaves of the weight that it covers.
_COVERED = 0.1


def by_aspect(boxes: Tensor, groups: int) -> Tensor:
    """(N,) int64 group of each box (N, 4): equally many in each, from the widest to the tallest."""
    sides = boxes[:, 2:] - boxes[:, :2]
    order = (sides[:, 1] / sides[:, 0]).argsort(stable=True)
    group = torch.empty_like(order)
    group[order] = torch.arange(len(order), device=order.device) * groups // len(order)
    return group


def root_size(boxes: Tensor, area: tuple[float, float], shortest: int, longest: int) -> tuple[int, int]:
    """Rows and columns of the root of a group of boxes.

    Args:
        boxes: (N, 4) corners, px of the image whose cells are counted.
        area: limits of the root's area, px^2; within them it is that of the smallest fifth of the boxes.
        shortest: cells that a side has at least.
        longest: cells that a side has at most.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    aspect = float((sides[:, 1] / sides[:, 0]).median())
    chosen = float(sides.prod(1).sort().values[len(boxes) // 5])
    chosen = min(max(chosen, area[0]), area[1])
    high, wide = (chosen * aspect) ** 0.5, (chosen / aspect) ** 0.5
    rows, columns = (min(max(round(side / CELL), shortest), longest) for side in (high, wide))
    return rows, columns


def warped(pixels: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """(N, 32, rows, columns) float32: boxes of an image (3, H, W), with a cell around, made as large as a root."""
    rows, columns = size[0] + 2, size[1] + 2
    sides = boxes[:, 2:] - boxes[:, :2]
    rim = sides / sides.new_tensor([size[1], size[0]])
    low, span = boxes[:, :2] - rim, sides + 2 * rim
    y = low[:, 1, None] + span[:, 1, None] * _centres(rows, boxes)
    x = low[:, 0, None] + span[:, 0, None] * _centres(columns, boxes)
    limits = y.new_tensor([pixels.shape[2], pixels.shape[1]])
    across, down = x[:, None, :].expand(-1, y.shape[1], -1), y[:, :, None].expand(-1, -1, x.shape[1])
    grid = torch.stack([across, down], 3) / limits * 2 - 1
    many = pixels.expand(len(boxes), -1, -1, -1)
    cut = functional.grid_sample(many, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return hog(functional.avg_pool2d(cut, 2), CELL)[:, :, 1:-1, 1:-1]


def _centres(cells: int, like: Tensor) -> Tensor:
    """Half pixels of so many cells, 0 to 1: twice as fine, so that what is large is not cut into a few points."""
    count = 2 * CELL * cells
    return (torch.arange(count, device=like.device, dtype=like.dtype) + 0.5) / count


def facing(features: Tensor, rounds: int = 5) -> Tensor:
    """(N,) bool, which of the features (N, 32, H, W) to mirror so that all face the same way."""
    other = mirrored(features)
    flip = torch.zeros(len(features), dtype=torch.bool, device=features.device)
    mean = features[0]
    for _ in range(rounds):
        flip = (other * mean).sum((1, 2, 3)) > (features * mean).sum((1, 2, 3))
        mean = torch.where(flip[:, None, None, None], other, features).mean(0)
    return flip


def with_parts(component: Component, parts: int, side: int) -> Component:
    """The component with parts cut from its root at twice the size, where it has most weight for an instance.

    Args:
        component: a root alone.
        parts: how many.
        side: cells of a part, half as large as the root's.
    """
    rows, columns = component.size
    twice = 2 * rows, 2 * columns
    large = functional.interpolate(component.root[None], twice, mode="bilinear", align_corners=False)[0]
    energy = large.clamp(min=0).square().sum(0)
    taken = torch.zeros(energy.shape[0] - side + 1, energy.shape[1] - side + 1, device=energy.device)
    anchors, filters = [], []
    for _ in range(parts):
        sums = functional.avg_pool2d(energy[None], side, 1, divisor_override=1)[0] - taken
        y, x = divmod(int(sums.argmax()), sums.shape[1])
        anchors.append([y, x])
        filters.append(large[:, y : y + side, x : x + side])
        energy[y : y + side, x : x + side] *= _COVERED
        taken[y, x] += sums.abs().sum() + 1  # a small root is soon covered: never twice in one place
    deform = component.root.new_tensor([[0, 0, FIRST_CURVE, FIRST_CURVE]]).repeat(parts, 1)
    made = torch.stack(filters) if filters else component.parts
    return Component(component.root, made, component.anchors.new_tensor(anchors).view(-1, 2), deform, component.bias)
