"""Bad masks made from good ones: sentinels whose answer is known (PROTOCOL 10.1).

A bad mask must be bad enough that a careful worker flags it and good enough that a careless one does not see it from
afar. So each is made in one of seven ways, and as strongly as brings its IoU with the good mask near a number drawn
from a band. The same good mask, neighbours and seed give the same bad mask.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .. import rle
from ..domain.answers import Mask
from ..types import Rle
from .distortions import Pixels, coarse, cut, dilated, eroded, shifted
from .mask_sets import iou, rle_of, stored

#: IoU of a bad mask with the good one: at least, at most.
BAND = (0.3, 0.65)

#: How a mask is made worse.
METHODS = ("shift", "erode", "dilate", "merge", "wrong_instance", "coarse", "cut")

#: A window around the mask is distorted, not the image; it leaves room for growth by as many px.
_MOST_PX = 200
_CORNERS = tuple(range(12, 2, -1))


@dataclass(frozen=True, slots=True)
class BadMask:
    """A mask that a worker must flag.

    Attributes:
        mask: what is shown; it has no polygons.
        method: one of :data:`METHODS`.
        severity: 1 - IoU with the good mask.
    """

    mask: Mask
    method: str
    severity: float


def make_bad(mask: Mask, neighbours: Sequence[Mask], seed: int, strangers: Sequence[Mask] = ()) -> BadMask | None:
    """A bad mask from a good one.

    Args:
        mask: a good mask.
        neighbours: masks of other instances in the image, to be merged with it.
        seed: decides the method, the direction and how bad it gets.
        strangers: those of the neighbours that have another category: one of them may be shown in the mask's place. The
            severity of that is what it is, up to 1.

    Returns:
        None if no method reaches the band, as with a mask of one pixel.
    """
    random = np.random.default_rng(seed)
    target, angle = random.uniform(*BAND), random.uniform(0, 2 * math.pi)
    for i in random.permutation(len(METHODS)).tolist():
        method = METHODS[i]
        if method == "merge":
            made = _nearest([rle.merge([rle_of(mask), rle_of(n)]) for n in neighbours], mask, target)
        elif method == "wrong_instance":
            made = _stranger(strangers, mask, random)
        else:
            made = _distorted(method, mask, target, angle)
        found = None if made is None else iou(made, rle_of(mask))
        if made is not None and found is not None and (method == "wrong_instance" or BAND[0] <= found <= BAND[1]):
            return BadMask(stored(made, mask.tool), method, 1 - found)
    return None


def _stranger(strangers: Sequence[Mask], mask: Mask, random: np.random.Generator) -> Rle | None:
    """One that differs enough from the mask."""
    far = [s for s in map(rle_of, strangers) if rle.area(s) and iou(s, rle_of(mask)) <= BAND[1]]
    return far[int(random.integers(len(far)))] if far else None


def _nearest(made: Sequence[Rle], mask: Mask, target: float) -> Rle | None:
    return min(made, key=lambda r: abs(iou(r, rle_of(mask)) - target), default=None)


def _distorted(method: str, mask: Mask, target: float, angle: float) -> Rle | None:
    """The mask, distorted so strongly that its IoU with the good one is nearest to ``target``."""
    if mask.area == 0:
        return None
    rows, columns = _window(mask)
    pixels = rle.decode(rle_of(mask))[rows, columns]
    px = range(1, _most_px(mask) + 1)
    makers: dict[str, tuple[Callable[[int], Pixels], Sequence[int]]] = {
        "shift": (lambda distance: shifted(pixels, angle, distance), px),
        "erode": (lambda distance: eroded(pixels, distance), px),
        "dilate": (lambda distance: dilated(pixels, distance), px),
        "coarse": (lambda corners: coarse(pixels, corners, angle), _CORNERS),
        "cut": (lambda _: cut(pixels, angle, target), (1,)),
    }
    best = _searched(*makers[method], pixels, target)
    whole = np.zeros((mask.height, mask.width), np.bool_)
    whole[rows, columns] = best
    return rle.encode(whole)


def _searched(make: Callable[[int], Pixels], strengths: Sequence[int], good: Pixels, target: float) -> Pixels:
    """What comes nearest to the target, where IoU falls from each strength to the next."""
    low, high, best, gap = 0, len(strengths), good, math.inf
    while low < high:
        middle = (low + high) // 2
        made = make(strengths[middle])
        found = int(np.count_nonzero(made & good)) / int(np.count_nonzero(made | good))  # the good one has pixels
        if abs(found - target) < gap:
            best, gap = made, abs(found - target)
        low, high = (middle + 1, high) if found > target else (low, middle)
    return best


def _most_px(mask: Mask) -> int:
    return min(int(max(mask.bbox[2:])), _MOST_PX)


def _window(mask: Mask) -> tuple[slice, slice]:
    """Rows and columns of the box around the mask with room on each side, inside the image."""
    x, y, w, h = (int(v) for v in mask.bbox)
    room = _most_px(mask)
    rows = slice(max(y - room, 0), min(y + h + room, mask.height))
    return rows, slice(max(x - room, 0), min(x + w + room, mask.width))
