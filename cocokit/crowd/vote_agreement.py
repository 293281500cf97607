"""How often a worker's vote on a mask is the one that most of the others gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection


def vote_agreement(votes: Collection[tuple[int, int, bool]]) -> dict[int, float]:
    """Worker -> the share of their votes that agree with the majority of the others' votes on the same mask.

    A mask on which the others are split evenly, or that nobody else has voted on, says nothing. Workers of whom no mask
    says anything are left out.

    Args:
        votes: (worker, mask, good).

    >>> vote_agreement([(1, 7, True), (2, 7, True), (3, 7, False)])
    {3: 0.0}
    """
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for _, mask, good in votes:
        counts[mask][good] += 1
    said: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for worker, mask, good in votes:
        lead = counts[mask][good] - 1 - counts[mask][not good]
        if lead:
            said[worker][lead > 0] += 1
    return {worker: agreed / (agreed + differed) for worker, (differed, agreed) in sorted(said.items())}
