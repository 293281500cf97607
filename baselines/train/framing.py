"""A square that shows a part of an image, or an image with something around it."""

from __future__ import annotations

import torch
from torch import Tensor

from ..batch import Batch, Target
from ..ops.boxes import clip


def framed(batch: Batch, side: int, shift: tuple[float, float]) -> Batch:
    """One image, without padding, in a square of another size.

    A smaller image lies in its own mean colour. What has its centre outside of the square is no target any more, as in
    SSD; what is left is cut off at the rim. Regions of crowds stay as long as there is something to be seen of them.

    Args:
        batch: one image of any size.
        side: of the square, px.
        shift: how far down and across the image lies, as shares of what is free; of a larger image, how much of what
            cannot be seen is above and to the left.
    """
    ((height, width),) = batch.sizes
    top, left = round((side - height) * shift[0]), round((side - width) * shift[1])
    pixels = batch.pixels.mean((2, 3), keepdim=True).expand(-1, -1, side, side).clone()
    targets = None if batch.targets is None else (_target(batch.targets[0], side, top, left),)
    proposals = None if targets is None or targets[0].proposals is None else (targets[0].proposals,)
    return Batch(_pasted(pixels, batch.pixels, top, left), ((side, side),), targets, proposals)


def _target(target: Target, side: int, top: int, left: int) -> Target:
    boxes = _shifted(target.boxes, top, left)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    kept = ((middles >= 0) & (middles < side)).all(1)
    crowd, proposals = (_seen(b, side, top, left) for b in (target.crowd, target.proposals))
    masks = None
    if target.masks is not None:
        masks = _pasted(target.masks.new_zeros(len(kept), side, side), target.masks, top, left)[kept]
    points = None if target.keypoints is None else _points(target.keypoints[kept], side, top, left)
    return Target(clip(boxes[kept], (side, side)), target.labels[kept], masks, points, crowd, proposals)


def _pasted(ground: Tensor, planes: Tensor, top: int, left: int) -> Tensor:
    """Planes (..., h, w) written over others (..., side, side), as far as they lie within."""
    side, (height, width) = ground.shape[-1], planes.shape[-2:]
    rows, columns = (slice(max(at, 0), min(at + n, side)) for at, n in ((top, height), (left, width)))
    ground[..., rows, columns] = planes[
        ..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return ground


def _shifted(boxes: Tensor, top: int, left: int) -> Tensor:
    return boxes + boxes.new_tensor([left, top, left, top])


def _seen(boxes: Tensor | None, side: int, top: int, left: int) -> Tensor | None:
    """Of boxes (N, 4), moved, those that have something within, cut off at the rim."""
    if boxes is None:
        return None
    inside = clip(_shifted(boxes, top, left), (side, side))
    return inside[(inside[:, 2:] > inside[:, :2]).all(1)]


def _points(points: Tensor, side: int, top: int, left: int) -> Tensor:
    """(N, P, 3) moved; what is outside is not labelled, as what was not."""
    moved = points + points.new_tensor([left, top, 0])
    inside = ((moved[..., :2] >= 0) & (moved[..., :2] <= side)).all(-1)
    return torch.where((inside & (points[..., 2] > 0))[..., None], moved, torch.zeros_like(moved))
