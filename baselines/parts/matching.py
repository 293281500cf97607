"""Which box of the ground truth an anchor or a proposal is about: a row, or none, or nobody asks."""

from __future__ import annotations

import torch
from torch import Tensor

from ..batch import Target
from ..ops.boxes import iou, share

#: In place of a row of the ground truth.
NEGATIVE, IGNORED = -1, -2


def assign(boxes: Tensor, target: Target, low: float, high: float, force: bool = True) -> Tensor:
    """(A,) int64 as :func:`match`, where what is negative and inside a region of a crowd is ignored."""
    rows = match(boxes, target.boxes, low, high, force)
    if target.crowd is not None:
        rows[(rows == NEGATIVE) & ignored(boxes, target.crowd)] = IGNORED
    return rows


def match(boxes: Tensor, gt: Tensor, low: float, high: float, force: bool = True) -> Tensor:
    """(A,) int64: the row of the gt of a positive box, -1 for a negative, -2 for one that counts neither way.

    A box is positive where its best IoU is at least ``high`` (of equal gts the first), negative where it is below
    ``low``.

    Args:
        boxes: (A, 4) corners of anchors or proposals.
        gt: (N, 4) corners.
        low: IoU.
        high: IoU, at least ``low``.
        force: each gt also takes the boxes that overlap it best, ties included, however little they do; a box that
            is best for several gts goes to the one it overlaps most.
    """
    if not len(gt) or not len(boxes):
        return torch.full((len(boxes),), NEGATIVE, dtype=torch.int64, device=boxes.device)
    overlaps = iou(gt.float(), boxes.float())  # (N, A)
    best, rows = overlaps.max(0)
    rows[best < high] = IGNORED
    rows[best < low] = NEGATIVE
    if force:
        wanted = (overlaps == overlaps.amax(1, keepdim=True)) & (overlaps > 0)
        some = wanted.any(0).nonzero()[:, 0]
        rows[some] = overlaps[:, some].masked_fill(~wanted[:, some], -1).argmax(0)
    return rows


def ignored(boxes: Tensor, crowd: Tensor, least: float = 0.5) -> Tensor:
    """(A,) bool, whether at least that share of a box lies in one region of a crowd.

    Args:
        boxes: (A, 4) corners.
        crowd: (C, 4) corners; there may be none.
        least: 0 to 1.
    """
    if not len(crowd):
        return torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    return (share(boxes.float(), crowd.float()) >= least).any(1)


def bipartite(boxes: Tensor, gt: Tensor) -> Tensor:
    """(A,) int64: each gt takes one box, the best pair first (MultiBox); all others are -1.

    Args:
        boxes: (A, 4) corners.
        gt: (N, 4) corners.
    """
    rows = torch.full((len(boxes),), NEGATIVE, dtype=torch.int64, device=boxes.device)
    overlaps = iou(boxes.float(), gt.float())
    for _ in range(min(len(boxes), len(gt))):
        box, row = divmod(int(overlaps.argmax()), len(gt))
        rows[box] = row
        overlaps[box], overlaps[:, row] = -1, -1
    return rows


def centre_cells(gt: Tensor, grid: int, size: tuple[int, int]) -> Tensor:
    """(N,) int64: the cell that the centre of each gt falls into, row * grid + column (YOLO).

    Args:
        gt: (N, 4) corners, px.
        grid: cells a side.
        size: height and width that the cells divide, px.
    """
    centres = (gt[:, :2] + gt[:, 2:]) / 2
    column, row = (centres / gt.new_tensor([size[1], size[0]]) * grid).long().clamp(0, grid - 1).unbind(1)
    return row * grid + column
