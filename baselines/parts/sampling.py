"""Which boxes of an image are trained on: a random balance, or the hard ones."""

from __future__ import annotations

import torch
from torch import Tensor

from ..ops.nms import nms
from .matching import NEGATIVE


def balanced(rows: Tensor, count: int, positive: float = 0.5) -> tuple[Tensor, Tensor]:
    """(P,) and (N,) int64 places of positives and of negatives, drawn at random; P + N is at most ``count``.

    Args:
        rows: (A,) int64 as :func:`.matching.match` gives them.
        count: boxes to train on: 256 of an RPN, 64 or 512 of Fast R-CNN.
        positive: the largest share of positives: 0.5 of an RPN, 0.25 of Fast R-CNN (1:3). Negatives fill up.
    """
    good, bad = (rows >= 0).nonzero()[:, 0], (rows == NEGATIVE).nonzero()[:, 0]
    good = _some(good, int(count * positive))
    return good, _some(bad, count - len(good))


def hard_negatives(losses: Tensor, rows: Tensor, ratio: float = 3.0, least: int = 0) -> Tensor:
    """(A,) bool: all positives, and the negatives with the largest losses (SSD's 1:3).

    Args:
        losses: (A,) loss of each box as background, or as what it is; no gradient flows.
        rows: (A,) int64 as :func:`.matching.match` gives them.
        ratio: negatives per positive.
        least: negatives where there are fewer positives than that asks for.
    """
    good, bad = rows >= 0, rows == NEGATIVE
    count = min(int(bad.sum()), max(int(good.sum() * ratio), least))
    hardest = losses.detach().masked_fill(~bad, -torch.inf).topk(count).indices
    chosen = good.clone()
    chosen[hardest] = True
    return chosen


def ohem(
    losses: Tensor, boxes: Tensor, rows: Tensor, count: int, iou_thr: float = 0.7, ratio: float | None = None
) -> Tensor:
    """(n,) int64 places of the boxes with the largest losses that do not overlap each other too much.

    Args:
        losses: (A,) of each box; no gradient flows.
        boxes: (A, 4) corners.
        rows: (A,) int64 as :func:`.matching.match` gives them; those ignored are not chosen.
        count: boxes to train on.
        iou_thr: of two boxes that overlap more, the one with the smaller loss is left out.
        ratio: negatives per positive that are forced ("1:3" is 3); None: as they come.
    """
    asked = (rows >= NEGATIVE).nonzero()[:, 0]
    hardest = asked[nms(boxes[asked], losses[asked], iou_thr)]
    if ratio is None:
        return hardest[:count]
    good, bad = hardest[rows[hardest] >= 0], hardest[rows[hardest] == NEGATIVE]
    good = good[: max(1, int(count / (1 + ratio)))]
    return torch.cat([good, bad[: min(count - len(good), int(max(1, len(good)) * ratio))]])


def _some(places: Tensor, count: int) -> Tensor:
    """(at most count,) of the places, at random, by torch's generator of the CPU: its state is what resuming keeps."""
    if len(places) <= count:
        return places
    return places[torch.randperm(len(places))[:count].to(places.device)]
