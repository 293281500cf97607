"""Iterative stratification written from the paper, with sets: what scikit-multilearn means to do.

Sechidis, Tsoumakas, Vlahavas: On the Stratification of Multi-Label Data (2011), algorithm 1. Where the paper draws lots
among splits that want an example equally, the caller says how; examples are taken in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction


def iterative_stratification(
    labels: Sequence[set[int]], ratios: Sequence[Fraction], draw: Callable[[int, list[int]], int]
) -> list[int]:
    left = dict(enumerate(labels))
    wanted = [ratio * len(labels) for ratio in ratios]
    every = set().union(*labels) if labels else set()
    wanted_of = {label: [ratio * sum(label in row for row in labels) for ratio in ratios] for label in every}
    home = [-1] * len(labels)
    while left:
        sizes = {label: sum(label in row for row in left.values()) for label in every}
        rare = min(((size, label) for label, size in sizes.items() if size), default=None)
        chosen = [e for e, row in left.items() if rare is None or rare[1] in row]
        for example in chosen:
            by = wanted if rare is None else wanted_of[rare[1]]
            most = [j for j in range(len(ratios)) if by[j] == max(by)]
            most = [j for j in most if wanted[j] == max(wanted[k] for k in most)]
            split = draw(example, most)
            home[example] = split
            for label in left.pop(example):
                wanted_of[label][split] -= 1
            wanted[split] -= 1
    return home
