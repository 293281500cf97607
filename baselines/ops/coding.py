"""Boxes as a network writes them: relative to a box that is known (anchor, proposal, cell), and back.

Three encodings, the ones of the field's table of detectors:

- ``centre`` (R-CNN, SSD, RetinaNet): shift of the centre in widths and heights, logarithm of the growth of each side;
- ``corner`` (MultiBox, OverFeat): shift of each corner in widths and heights;
- ``yolo`` (YOLO v1): place of the centre inside the cell, 0 to 1, and square roots of the sides in cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from .boxes import from_centre, to_centre

Encoding = Literal["centre", "corner", "yolo"]

#: The most that a side may grow in decoding, as a logarithm: 16 px become 1000, and exp() stays finite.
GROWTH = math.log(1000 / 16)

ONES = (1.0, 1.0, 1.0, 1.0)


def encode(boxes: Tensor, known: Tensor, encoding: Encoding = "centre", weights: Sequence[float] = ONES) -> Tensor:
    """(N, 4) float32 codes of boxes.

    Args:
        boxes: (N, 4) corners with sides above 0.
        known: (N, 4) corners of what each is relative to, sides above 0.
        encoding: which of the three.
        weights: what each of the four numbers is multiplied with: (10, 10, 5, 5) of Fast R-CNN, the inverse of SSD's
            variances (0.1, 0.1, 0.2, 0.2); YOLO v1 with S cells a side has (1, 1, S ** -0.5, S ** -0.5).
    """
    boxes, known = boxes.float(), known.float()
    side = known[..., 2:] - known[..., :2]
    middle, size = torch.tensor_split(to_centre(boxes), 2, -1)
    if encoding == "corner":
        codes = torch.cat([(boxes[..., :2] - known[..., :2]) / side, (boxes[..., 2:] - known[..., 2:]) / side], -1)
    elif encoding == "yolo":
        codes = torch.cat([(middle - known[..., :2]) / side, (size / side).sqrt()], -1)
    else:
        codes = torch.cat([(middle - to_centre(known)[..., :2]) / side, (size / side).log()], -1)
    return codes * codes.new_tensor(weights)


def decode(codes: Tensor, known: Tensor, encoding: Encoding = "centre", weights: Sequence[float] = ONES) -> Tensor:
    """(..., 4) float32 corners of boxes: the inverse of :func:`encode`, whatever dtype a network computes in.

    Args:
        codes: (..., 4), as a network gives them.
        known: (..., 4) corners, same shape or one that broadcasts: (N, 1, 4) for codes (N, K, 4).
        encoding: which of the three.
        weights: as in :func:`encode`.
    """
    codes, known = codes.float(), known.float()
    first, second = torch.tensor_split(codes / codes.new_tensor(weights), 2, -1)
    side = known[..., 2:] - known[..., :2]
    if encoding == "corner":
        return torch.cat([known[..., :2] + first * side, known[..., 2:] + second * side], -1)
    if encoding == "yolo":
        return from_centre(torch.cat([known[..., :2] + first * side, second.square() * side], -1))
    middle = to_centre(known)[..., :2] + first * side
    return from_centre(torch.cat([middle, second.clamp(max=GROWTH).exp() * side], -1))
