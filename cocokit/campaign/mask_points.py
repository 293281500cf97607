"""Whether a point lies in a mask, by arithmetic on its runs and without a pixel."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from .. import rle
from ..domain.answers import Mask
from ..types import Rle

#: Masks whose runs are kept: those of the images that are being worked on.
_KEPT = 4096


def contains(mask: Mask, x: float, y: float) -> bool:
    """Whether the pixel at a point is in a mask.

    Pixel (column, row) reaches from (column, row) to (column + 1, row + 1), origin at the image's outer corner; the far
    edges belong to the last pixels. Outside the image is nothing.

    >>> dot = Mask(2, 2, rle.encode([[0, 0], [0, 1]]).counts, 1.0, (1.0, 1.0, 1.0, 1.0))
    >>> contains(dot, 1.0, 1.0), contains(dot, 2.0, 2.0), contains(dot, 0.99, 1.0), contains(dot, 2.1, 2.0)
    (True, True, False, False)
    """
    left, top, across, down = mask.bbox
    if not (left <= x <= left + across and top <= y <= top + down):
        return False  # as most points are, before any run is counted
    column, row = min(int(x), mask.width - 1), min(int(y), mask.height - 1)
    ends = _ends(mask.height, mask.width, mask.counts)
    return bisect_right(ends, column * mask.height + row) % 2 == 1


@lru_cache(_KEPT)
def _ends(height: int, width: int, counts: bytes) -> array[int]:
    """The numbers of the pixels at which the runs of a mask end, column-major."""
    return array("q", accumulate(rle.runs(Rle(height, width, counts)).tolist()))
