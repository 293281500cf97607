"""A score for how little iconic a photo looks: it ranks candidates before people filter them (PROTOCOL 0, 1).

It decides nothing. Whether it ranks as people do is measured on what the filter kept and dropped: :func:`agreement`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataError
from .cues import CUES, measure
from .found import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..columns import Float64, UInt8

#: How much each cue says (the order of CUES), and how iconic what a query finds is before one has looked: pairs of
#: categories seldom find iconic photos, single categories often do.
WEIGHTS = (2.4, 0.4, 1.2, 0.8, 0.8)
KINDS: dict[Kind, float] = {"pair": -0.3, "scene": -0.3, "single": 0.3}
_MIDDLE, _SHARPNESS = 2.3, 2.2


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the score ranks as the filter decided.

    Attributes:
        auc: the chance that a photo that was kept has a higher score than one that was dropped as iconic; .5 is chance.
        cues: the same for each cue alone (turned round, so that higher is better).
        kept, dropped: how many photos of each.
    """

    auc: float
    cues: dict[str, float]
    kept: int
    dropped: int


def score(cues: Float64, kind: Kind) -> float:
    """The non-iconic score: 0 looks iconic, 1 does not.

    Args:
        cues: (5,) float64 as :func:`measure` gives them.
        kind: of the query that found the photo.
    """
    iconic = float(np.dot(WEIGHTS, cues)) + KINDS[kind] - _MIDDLE
    return round(1.0 / (1.0 + float(np.exp(_SHARPNESS * iconic))), 4)


def look(pixels: UInt8, kind: Kind) -> tuple[float, dict[str, float]]:
    """The score of a photo, and its cues by name.

    Args:
        pixels: (H, W, 3) uint8, RGB.
        kind: of the query that found it.
    """
    cues = measure(pixels)
    return score(cues, kind), {name: round(float(cue), 4) for name, cue in zip(CUES, cues, strict=True)}


def auc(scores: Float64, kept: NDArray[np.bool_]) -> float:
    """The area under the ROC curve: how often one that was kept is above one that was dropped, ties by half.

    Args:
        scores: (N,) float64.
        kept: (N,) bool, what people decided.

    Raises:
        DataError: all were kept, or none.

    >>> auc(np.array([.1, .4, .4, .8]), np.array([False, False, True, True]))
    0.875
    """
    good, bad = int(kept.sum()), int((~kept).sum())
    if not good or not bad:
        reason = f"has {good} kept and {bad} dropped photos"
        raise DataError("the filter's answers", "", reason, "it takes some of both")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2.0)[place]
    return float((ranks[kept].sum() - good * (good + 1) / 2.0) / (good * bad))


def agreement(scores: Float64, cues: Float64, kept: NDArray[np.bool_]) -> Agreement:
    """How well scores and cues agree with the filter.

    Args:
        scores: (N,) float64.
        cues: (N, 5) float64.
        kept: (N,) bool: True for what the filter kept, False for what it dropped as iconic.

    Raises:
        DataError: all were kept, or none.
    """
    single = {name: auc(-cues[:, place], kept) for place, name in enumerate(CUES)}
    return Agreement(auc(scores, kept), single, int(kept.sum()), int((~kept).sum()))
