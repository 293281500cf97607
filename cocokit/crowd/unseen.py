"""How much of what is there the labels have found, from the labels alone: no truth is needed.

Pairs of an image and a category that many workers named were easy to find; those that one worker alone named say how
many nobody named (A. Chao: Estimating the population size for capture-recapture data with unequal catchability,
Biometrics 43, 1987). The estimate of what is missing is a lower bound, so that of the recall is an upper one; wrong
labels, which one worker alone names too, pull it down.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from cocokit.campaign.engine import Engine
from cocokit.campaign.evidence import gather
from cocokit.columns import Int64
from cocokit.pipeline.intervals import Z95

#: Pairs that must have been named before anything is said.
_LEAST = 10


def estimated_recall(viewers: Int64, namers: Int64, image: Int64) -> tuple[float, float] | None:
    """(share of all pairs that were named, half of its 95 % interval), or None where too little is known.

    Args:
        viewers: (P,) int64 workers who saw the pair's image, 2 or more are needed for a pair to say anything.
        namers: (P,) int64 workers who named its category, 1 or more.
        image: (P,) int64 any id of the pair's image.

    >>> estimated_recall(np.full(20, 8), np.array([8] * 16 + [2] * 2 + [1] * 2), np.arange(20))[0] > 0.95
    True
    """
    told = np.asarray(viewers) > 1
    n, m = np.asarray(viewers)[told], np.asarray(namers)[told]
    if len(m) < _LEAST:
        return None
    recall = _recall(n, m)
    groups = np.unique(np.asarray(image)[told], return_inverse=True)[1]
    left_out = [_recall(n[groups != g], m[groups != g]) for g in range(int(groups.max()) + 1) if (groups != g).any()]
    k = len(left_out)
    spread = math.sqrt((k - 1) / k * sum((one - sum(left_out) / k) ** 2 for one in left_out)) if k > 1 else 0.0
    return recall, Z95 * spread


def label_recall(engine: Engine) -> tuple[float, float] | None:
    """:func:`estimated_recall` of a campaign's labels that count."""
    evidence = gather(engine)
    seen = Counter(image for _, image in evidence.seen)
    named = Counter((image, category) for _, image, category in evidence.named)
    pairs = sorted(named)
    if not pairs:
        return None
    return estimated_recall(
        np.array([seen[image] for image, _ in pairs], np.int64), np.array([named[pair] for pair in pairs], np.int64),
        np.array([image for image, _ in pairs], np.int64),
    )  # fmt: skip


def _recall(viewers: Int64, namers: Int64) -> float:
    """Chao's estimate, with the correction for few pairs that two named."""
    k = float(viewers.mean())
    once, twice = int((namers == 1).sum()), int((namers == 2).sum())
    missing = (k - 1) / k * once * max(once - 1, 0) / (2 * (twice + 1))
    return len(namers) / (len(namers) + missing)
