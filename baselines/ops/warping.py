"""Regions cut out of an image and pulled to one size, whatever their shape (R-CNN's warp)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def grown(boxes: Tensor, size: int, context: int) -> Tensor:
    """(R, 4) corners of boxes with so much around them that they fill all but a border once they are warped.

    >>> grown(torch.tensor([[0.0, 0, 192, 96]]), 224, 16)
    tensor([[-16.,  -8., 208., 104.]])

    Args:
        boxes: (R, 4) corners, px.
        size: of what they are warped to, px.
        context: the border, px of what they are warped to; below half of ``size``.
    """
    border = (boxes[:, 2:] - boxes[:, :2]) * (context / (size - 2 * context))
    return torch.cat([boxes[:, :2] - border, boxes[:, 2:] + border], 1)


def warp(image: Tensor, boxes: Tensor, size: int, context: int = 0, fill: Tensor | None = None) -> Tensor:
    """(R, C, size, size) the insides of boxes, by bilinear samples at the centres of the new pixels.

    Args:
        image: (C, H, W).
        boxes: (R, 4) corners, px of the image; they may reach outside it.
        size: of what comes out, px.
        context: border around the box, px of what comes out.
        fill: (C, 1, 1) what there is outside the image; 0 without it.
    """
    boxes, (height, width) = grown(boxes, size, context), image.shape[1:]
    place = (torch.arange(size, device=image.device) + 0.5) / size
    x, y = (boxes[:, i, None] + (boxes[:, i + 2] - boxes[:, i])[:, None] * place for i in (0, 1))  # (R, size)
    x, y = x * (2 / width) - 1, y * (2 / height) - 1  # grid_sample's own: -1 and 1 are the edges of the image
    grid = torch.stack([x[:, None, :].expand(-1, size, -1), y[:, :, None].expand(-1, -1, size)], -1)
    above = image if fill is None else image - fill
    cut = functional.grid_sample(above.expand(len(boxes), -1, -1, -1), grid.to(image.dtype), align_corners=False)
    return cut if fill is None else cut + fill
