"""From scores and codes to detections: the best of each level, decoded, clipped, suppressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..batch import Result
from ..ops.boxes import clip, larger
from ..ops.coding import decode
from ..ops.nms import batched_nms


def best(scores: Tensor, count: int, floor: float = -torch.inf) -> tuple[Tensor, Tensor, Tensor]:
    """(n,) rows, (n,) labels, (n,) float32 scores of the best pairs of box and category.

    Best first; of equal scores the earlier is better, on every machine.

    Args:
        scores: (A, K).
        count: at most so many.
        floor: only scores above it.
    """
    flat = scores.float().flatten()
    above = (flat > floor).nonzero()[:, 0]
    if len(above) > count > 0:  # far from all need an order; ties with the last one do
        values = flat[above]
        above = above[values >= values.topk(count).values[-1]]
    places = above[torch.sort(flat[above], descending=True, stable=True).indices[:count]]
    return places // scores.shape[1], places % scores.shape[1], flat[places]


def finish(
    boxes: Tensor, scores: Tensor, labels: Tensor, size: tuple[int, int], *,
    iou_thr: float, count: int, small: float = 0.0, groups: Tensor | None = None,
) -> Result:  # fmt: skip
    """The detections of one image: clipped, what is too small dropped, suppressed within categories.

    Args:
        boxes: (N, 4) corners, px.
        scores: (N,).
        labels: (N,) int64.
        size: height and width of the image, px.
        iou_thr: of the suppression.
        count: at most so many detections.
        small: both sides must be longer, px.
        groups: (N,) int64 within which boxes suppress each other, where that is not the categories: levels of an RPN.
    """
    boxes = clip(boxes.float(), size)
    rows = larger(boxes, small).nonzero()[:, 0]
    groups = labels if groups is None else groups
    rows = rows[batched_nms(boxes[rows], scores[rows], groups[rows], iou_thr)[:count]]
    return Result(boxes[rows], scores[rows].float(), labels[rows])


def dense(
    scores: Sequence[Tensor], codes: Sequence[Tensor], anchors: Sequence[Tensor], size: tuple[int, int], *,
    each: int, iou_thr: float, count: int, floor: float = -torch.inf, small: float = 0.0, by_level: bool = False,
    decoder: Callable[[Tensor, Tensor], Tensor] = decode,
) -> Result:  # fmt: skip
    """The detections of one image from a head that looks everywhere: RPN, SSD, RetinaNet.

    Args:
        scores: for each level (A_l, K).
        codes: for each level (A_l, 4).
        anchors: for each level (A_l, 4) corners.
        size: height and width of the image, px.
        each: at most so many of each level are decoded.
        iou_thr: of the suppression.
        count: at most so many detections.
        floor: only scores above it.
        small: both sides must be longer, px.
        by_level: boxes suppress each other within a level, whatever their category (RPN).
        decoder: boxes from codes and anchors.
    """
    found: list[tuple[Tensor, ...]] = []
    for level, (score, code, anchor) in enumerate(zip(scores, codes, anchors, strict=True)):
        rows, labels, values = best(score, each, floor)
        found.append((decoder(code[rows], anchor[rows]), values, labels, torch.full_like(labels, level)))
    boxes, values, labels, levels = (torch.cat(parts) for parts in zip(*found, strict=True))
    groups = levels if by_level else None
    return finish(boxes, values, labels, size, iou_thr=iou_thr, count=count, small=small, groups=groups)
