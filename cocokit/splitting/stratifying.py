"""Which unit goes to which split, so that each has its share of every category: iterative stratification.

The rule is that of Sechidis, Tsoumakas and Vlahavas (2011): take the category with the fewest units left; give each of
its units to the split that still wants most of this category, then to the one that wants most images. Two things are
added: units may be groups of several images, the largest first; and a category that has no more units left than splits
that wait for it goes to those. Numbers are exact integers, so that the same input gives the same splits everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

#: What a unit has: (category, images) each.
Contents = Sequence[tuple[int, int]]


def assign(
    sizes: Sequence[int], contents: Sequence[Contents], ratios: Sequence[Fraction], reach: bool = True
) -> list[int]:
    """The split of each unit.

    Args:
        sizes: images of each unit; units stand in the order in which they are given away.
        contents: what each has.
        ratios: the share of each split, 1 in all.
        reach: see to it that every category reaches every split where it has units enough.
    """
    state = _State(sizes, contents, ratios, reach)
    while (category := state.rarest()) is not None:
        for unit in state.having[category]:
            if state.home[unit] < 0:
                state.give(unit, state.best(unit, category))
    for unit, home in enumerate(state.home):
        if home < 0:
            state.give(unit, state.best(unit, None))
    return state.home


class _State:
    """What each split still wants."""

    def __init__(
        self, sizes: Sequence[int], contents: Sequence[Contents], ratios: Sequence[Fraction], reach: bool
    ) -> None:
        self.sizes, self.contents, self.reach = sizes, contents, reach
        self.unit = lcm(*(ratio.denominator for ratio in ratios))
        shares = [int(ratio * self.unit) for ratio in ratios]
        self.splits = range(len(shares))
        self.home = [-1] * len(sizes)
        count = 1 + max((category for row in contents for category, _ in row), default=-1)
        self.having: list[list[int]] = [[] for _ in range(count)]
        totals = [0] * count
        for unit, row in enumerate(contents):
            for category, images in row:
                self.having[category].append(unit)
                totals[category] += images
        self.left = [len(units) for units in self.having]
        self.wanted = [[share * total for share in shares] for total in totals]
        self.room = [share * sum(sizes) for share in shares]
        self.missing = [set(self.splits) for _ in range(count)]

    def rarest(self) -> int | None:
        """The category with the fewest units that have no split yet; None if all have one."""
        waiting = ((left, category) for category, left in enumerate(self.left) if left)
        return min(waiting, default=(0, None))[1]

    def best(self, unit: int, category: int | None) -> int:
        """The split to which a unit goes for the sake of a category; of equal ones, its place in the queue decides."""
        among = self._urgent(unit) if self.reach else list(self.splits)
        wanted = self.room if category is None else self.wanted[category]
        top = max((wanted[split], self.room[split]) for split in among)
        equal = [split for split in among if (wanted[split], self.room[split]) == top]
        return equal[unit % len(equal)]

    def _urgent(self, unit: int) -> list[int]:
        """The splits that wait for a category of this unit which has no unit to spare; else all of them."""
        among = set(self.splits)
        for category, _ in sorted(self.contents[unit], key=lambda item: self.left[item[0]]):
            missing = self.missing[category]
            if missing and self.left[category] <= len(missing):
                among = among & missing or among
        return sorted(among)

    def give(self, unit: int, split: int) -> None:
        """Give a unit to a split."""
        self.home[unit] = split
        self.room[split] -= self.unit * self.sizes[unit]
        for category, images in self.contents[unit]:
            self.left[category] -= 1
            self.wanted[category][split] -= self.unit * images
            self.missing[category].discard(split)
