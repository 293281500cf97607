"""How sure a share is: the Wilson interval."""

from __future__ import annotations

import math
from statistics import NormalDist

#: Standard deviations on each side of an interval that holds the truth 19 times out of 20.
Z95 = NormalDist().inv_cdf(0.975)


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Between which shares the true one lies, given ``hits`` of ``n``; (0, 1) if nothing was seen.

    Examples:
        >>> [round(end, 2) for end in wilson(3, 4)], [round(end, 2) for end in wilson(36, 40)]
        ([0.3, 0.95], [0.77, 0.96])
    """
    if n == 0:
        return 0.0, 1.0
    share, weight = hits / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)
