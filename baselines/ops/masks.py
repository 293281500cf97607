"""Masks of instances: pasted into images, and cut out of them as targets."""

from __future__ import annotations

import torch
from torch import Tensor

from .regions import roi_align


def paste(masks: Tensor, boxes: Tensor, height: int, width: int, thr: float = 0.5) -> Tensor:
    """(D, height, width) bool: masks stretched over their boxes, at the centre of every pixel.

    Args:
        masks: (D, M, M) probabilities inside the boxes; outside they are 0.
        boxes: (D, 4) corners, px of an image of that size; may reach outside it.
        height: of the image, px.
        width: of the image, px.
        thr: a pixel is in where the interpolated probability is at least this.
    """
    found = torch.zeros(len(masks), height, width, dtype=torch.bool, device=masks.device)
    corners = boxes.float()
    windows = torch.cat([corners[:, :2].floor(), corners[:, 2:].ceil()], 1).clamp(min=0).long().tolist()
    for mask, box, (x0, y0, x1, y1), place in zip(masks.float(), corners, windows, found, strict=True):
        x1, y1 = min(x1, width), min(y1, height)
        if x0 < x1 and y0 < y1:
            down = _stretch(box[1], box[3], y0, y1, mask.shape[0])
            along = _stretch(box[0], box[2], x0, x1, mask.shape[1])
            place[y0:y1, x0:x1] = down @ mask @ along.T >= thr  # (h, M) (M, M) (M, w)
    return found


def crop_masks(masks: Tensor, boxes: Tensor, size: int, rows: Tensor | None = None) -> Tensor:
    """(N, size, size) float32: how much of each bin of a box is in the mask, 0 to 1; targets of mask heads.

    Args:
        masks: (G, H, W) bool.
        boxes: (N, 4) corners, px of the masks.
        size: bins a side.
        rows: (N,) int64 which mask each box is about; None: each its own, N = G.
    """
    rows = torch.arange(len(boxes), device=boxes.device) if rows is None else rows
    rois = torch.cat([rows[:, None].float(), boxes.float()], 1)
    return roi_align(masks[:, None].float(), rois, size, 1.0)[:, 0]


def _stretch(low: Tensor, high: Tensor, start: int, stop: int, cells: int) -> Tensor:
    """(stop - start, cells) weights of linear interpolation at the centres of pixels, 0 outside the box.

    Args:
        low: scalar, where the first cell begins, px.
        high: scalar, where the last cell ends, px.
        start: first pixel.
        stop: the pixel after the last.
        cells: cells between low and high, values at their centres.
    """
    centres = torch.arange(start, stop, device=low.device) + 0.5
    place = ((centres - low) / (high - low) * cells - 0.5).clamp(0, cells - 1)  # the outermost half cells are flat
    weights = (1 - (place[:, None] - torch.arange(cells, device=low.device)).abs()).clamp(min=0)
    return weights * ((centres > low) & (centres < high))[:, None]
