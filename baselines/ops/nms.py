"""Non-maximum suppression: of boxes that overlap, the best stays."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .boxes import iou

Float32 = NDArray[np.float32]

#: Boxes compared with each other at once: up to here the matrix form, above it block after block.
BLOCK = 128
#: Above this the matrix of overlaps is too large for an accelerator too.
MATRIX = 8000


def nms(boxes: Tensor, scores: Tensor, iou_thr: float) -> Tensor:
    """(R,) int64 rows of the boxes that stay, best first; of equal scores the earlier row is better.

    Greedy: a box goes when its IoU with a better one that stays is above the threshold.

    Args:
        boxes: (N, 4) corners; computed in float32.
        scores: (N,).
        iou_thr: 0 to 1.
    """
    return batched_nms(boxes, scores, torch.zeros_like(scores, dtype=torch.int64), iou_thr)


def batched_nms(boxes: Tensor, scores: Tensor, labels: Tensor, iou_thr: float) -> Tensor:
    """(R,) int64 rows that stay, best first, where only boxes with the same label suppress each other.

    Args:
        boxes: (N, 4) corners; computed in float32.
        scores: (N,).
        labels: (N,) int64: a category, a level, an image.
        iou_thr: 0 to 1.
    """
    order = torch.sort(scores.detach(), descending=True, stable=True).indices
    boxes, labels = boxes.detach().float()[order], labels[order]
    if boxes.is_cuda and len(boxes) <= MATRIX:
        return order[_matrix(boxes, labels, iou_thr)]
    keep = _each_label(boxes.cpu().numpy(), labels.cpu().numpy(), iou_thr)
    return order[torch.from_numpy(keep).to(order.device)]


def _matrix(boxes: Tensor, labels: Tensor, iou_thr: float) -> Tensor:
    """(N,) bool: all pairs at once, until nothing changes; no word with the host for each box."""
    over = (iou(boxes, boxes) > iou_thr) & (labels[:, None] == labels)
    over = over.triu(1)  # [i, j]: i is better than j and overlaps it
    keep = ~over.any(0)  # these stay for certain
    while True:
        new = ~(over & keep[:, None]).any(0)
        if torch.equal(new, keep):
            return keep
        keep = new


def _each_label(boxes: Float32, labels: NDArray[np.int64], iou_thr: float) -> NDArray[np.bool_]:
    """(N,) bool, of boxes best first."""
    keep = np.zeros(len(boxes), bool)
    order = np.argsort(labels, kind="stable")
    sides = np.ascontiguousarray(boxes.T)  # (4, N): columns in a row are read three times as fast
    for rows in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        keep[rows[_blocks(sides[:, rows], iou_thr)]] = True
    return keep


def _blocks(boxes: Float32, iou_thr: float) -> NDArray[np.int64]:
    """(R,) places of (4, N) boxes that stay: the next block is settled within itself, then clears what comes after."""
    left, found = np.arange(boxes.shape[1]), []
    while len(left):
        block, left = left[:BLOCK], left[BLOCK:]
        kept = block[_settle(_iou(boxes[:, block], boxes[:, block]) > iou_thr)]
        found.append(kept)
        if len(left):
            left = left[~(_iou(boxes[:, kept], boxes[:, left]) > iou_thr).any(0)]
    return np.concatenate(found) if found else left


def _settle(over: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) bool: greedy over a matrix of what overlaps what, best first."""
    over = np.triu(over, 1)
    gone = np.zeros(len(over), bool)
    for row in np.flatnonzero(over.any(1)):
        if not gone[row]:
            gone |= over[row]
    return ~gone


def _iou(a: Float32, b: Float32) -> Float32:
    """(N, M) float32 of (4, N) and (4, M) boxes: the numbers of :func:`.boxes.iou`, in place."""
    common = _overlap(a[0], a[2], b[0], b[2])
    common *= _overlap(a[1], a[3], b[1], b[3])
    one, two = (np.maximum(x[2] - x[0], 0) * np.maximum(x[3] - x[1], 0) for x in (a, b))
    union = one[:, None] + two
    union -= common
    with np.errstate(invalid="ignore"):  # two empty boxes: 0 / 0, which is above no threshold
        common /= union
    return common


def _overlap(low: Float32, high: Float32, other_low: Float32, other_high: Float32) -> Float32:
    """(N, M) px that stretches along one axis have in common."""
    common = np.minimum(high[:, None], other_high)
    common -= np.maximum(low[:, None], other_low)
    np.maximum(common, 0, out=common)
    return common
