"""What to tell a worker about a training mask, in one sentence: the largest fault, where it is, and how large."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import rle
from ..types import Rle

#: A fault smaller than this share of the instance is a matter of care, not of a part.
SMALL = 0.03
_DOWN = ("top", "middle", "bottom")
_ACROSS = ("left", "middle", "right")


def training_hint(agreed: Rle, missed: Rle, extra: Rle, *, passed: bool) -> str:
    """One sentence about a training mask.

    Args:
        agreed, missed, extra: pixels in both masks, in the known one alone, in the worker's alone.
        passed: whether it was good enough.
    """
    both, lost, more = (rle.decode(mask) for mask in (agreed, missed, extra))
    known = both | lost
    if not both.any():
        return "Your mask is somewhere else: draw the one instance that the marker points at."
    faults = [(*_largest(lost), "missing"), (*_largest(more), "extra")]
    size, region, kind = max(faults, key=lambda fault: fault[0])
    share = size / int(known.sum())
    if share < SMALL:
        return "Your outline follows the edge well." if passed else "Follow the edge more closely all around."
    place = _place(region, known)
    much = "large " if share > 0.25 else ""
    if kind == "missing":
        return f"A {much}part {place} is missing."
    return f"A {much}part {place} does not belong to it."


def _largest(mask: NDArray[np.bool_]) -> tuple[int, NDArray[np.bool_]]:
    """The largest connected part of a mask and its size, px."""
    if not mask.any():
        return 0, mask
    from skimage.measure import label

    parts: NDArray[np.int64] = label(mask, connectivity=2)  # type: ignore[no-untyped-call, unused-ignore]
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    best = int(sizes.argmax())
    return int(sizes[best]), parts == best


def _place(region: NDArray[np.bool_], known: NDArray[np.bool_]) -> str:
    """Where a part lies, by the thirds of the instance's box; what is around the middle is "in the middle"."""
    rows, columns = np.nonzero(known)
    down, across = np.nonzero(region)
    vertical = _DOWN[_third(float(down.mean()), rows.min(), rows.max())]
    horizontal = _ACROSS[_third(float(across.mean()), columns.min(), columns.max())]
    words = [word for word in (vertical, horizontal) if word != "middle"]
    return f"at the {' '.join(words)}" if words else "in the middle"


def _third(at: float, first: int, last: int) -> int:
    return min(max(int(3 * (at - first) / (last - first + 1)), 0), 2)
