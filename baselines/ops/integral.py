"""Integral images: the sum over any box in four look-ups (Viola and Jones)."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def integral(images: Tensor) -> Tensor:
    """(..., H + 1, W + 1) sums of all that is above and left of each corner between pixels.

    Args:
        images: (..., H, W). float64 for sums that stay exact; integers are summed as int64.
    """
    return functional.pad(images.cumsum(-1).cumsum(-2), (1, 0, 1, 0))


def box_sums(sums: Tensor, boxes: Tensor) -> Tensor:
    """(..., N) sums over boxes.

    Args:
        sums: (..., H + 1, W + 1) from :func:`integral`.
        boxes: (N, 4) int64 corners x0, y0, x1, y1 between pixels, inside the image.
    """
    x0, y0, x1, y1 = boxes.unbind(1)
    return sums[..., y1, x1] - sums[..., y0, x1] - sums[..., y1, x0] + sums[..., y0, x0]
