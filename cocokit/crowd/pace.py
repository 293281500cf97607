"""How fast a worker is beside the others, stage by stage: a percentile that does not care which stages they work in."""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable


def speed_percentiles(times: Iterable[tuple[int, str, int]]) -> dict[int, float]:
    """Worker -> the share of the others who are slower, 0 to 1; equally fast ones count half.

    Workers are compared by their medians in a stage, and their stages weigh by how many answers they gave there. Who
    has no company in any of their stages is left out.

    Args:
        times: (worker, stage, ms) of answers.

    >>> speed_percentiles([(1, "label", 900), (2, "label", 2000), (3, "label", 2000), (4, "spot", 50)])
    {1: 1.0, 2: 0.25, 3: 0.25}
    """
    took: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for worker, stage, ms in times:
        if ms > 0:
            took[stage][worker].append(ms)
    weighed: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for workers in took.values():
        middles = {worker: statistics.median(mine) for worker, mine in workers.items()}
        ordered = sorted(middles.values())
        for worker, middle in middles.items():
            if len(ordered) > 1:
                weighed[worker].append((_slower(ordered, middle), len(workers[worker])))
    return {worker: _mean(shares) for worker, shares in sorted(weighed.items())}


def _slower(ordered: list[float], mine: float) -> float:
    """The share of the others above a value, of a sorted list that holds the value itself."""
    above = len(ordered) - bisect_right(ordered, mine)
    same = bisect_right(ordered, mine) - bisect_left(ordered, mine) - 1
    return (above + same / 2) / (len(ordered) - 1)


def _mean(shares: list[tuple[float, int]]) -> float:
    return sum(share * weight for share, weight in shares) / sum(weight for _, weight in shares)
