"""Keypoint similarity in plain loops, in pycocotools' order of operations. Only tests use this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.eval.naive_input import as_array, wrapped
from tests.eval.naive_masks import Refused

EPSILON = 2.0**-52

#: The 17 person sigmas: tenths, divided (F9).
SIGMAS = [
    value / 10.0
    for value in (0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89)
]


def oks(
    found: Sequence[Any], keypoints: Sequence[Any], box: Sequence[Any], area: float, sigmas: Sequence[float]
) -> float:
    """Object keypoint similarity of a detection's keypoints with an annotation's (F1 to F4, F7 to F10)."""
    if not len(found) == len(keypoints) == 3 * len(sigmas):
        raise Refused(f"F1: {len(found) // 3} and {len(keypoints) // 3} keypoints for {len(sigmas)} sigmas")
    theirs, ours = as_array(list(found)), as_array(list(keypoints))
    visible = [v > 0 for v in ours[2::3]]
    exponents = []
    for k, sigma in enumerate(sigmas):
        if any(visible) and not visible[k]:
            continue
        if any(visible):
            dx, dy = wrapped(theirs[3 * k] - ours[3 * k]), wrapped(theirs[3 * k + 1] - ours[3 * k + 1])
        else:
            dx = _beyond(theirs[3 * k], box[0] - box[2], box[0] + box[2] * 2)
            dy = _beyond(theirs[3 * k + 1], box[1] - box[3], box[1] + box[3] * 2)
        square = float(wrapped(wrapped(dx * dx) + wrapped(dy * dy)))
        exponents.append(square / ((sigma * 2) * (sigma * 2)) / (area + EPSILON) / 2)
    terms = np.exp(np.negative(np.array(exponents, dtype=np.float64))).tolist()
    return pairwise_sum(terms) / len(terms)


def _beyond(value: Any, low: Any, high: Any) -> float:
    """How far a value lies outside [low, high]."""
    return max(0.0, float(low - value)) + max(0.0, float(value - high))


def pairwise_sum(terms: Sequence[float]) -> float:
    """The sum as NumPy makes it (F8): eight running sums per block of up to 128, larger ranges halved."""
    n = len(terms)
    if n < 8:
        total = -0.0
        for term in terms:
            total += term
        return total
    if n > 128:
        half = n // 2 - n // 2 % 8
        return pairwise_sum(terms[:half]) + pairwise_sum(terms[half:])
    sums = list(terms[:8])
    for i in range(8, n - n % 8):
        sums[i % 8] += terms[i]
    total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
    for term in terms[n - n % 8 :]:
        total += term
    return total
