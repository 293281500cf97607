"""Splits mended after the dealing: single units move to where nothing is, or a category is missing, or room is left.

A unit moves only if every category that it has stays in the split that it leaves, or comes back there with another
unit: no hole is made to fill another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from .stratifying import Contents


def mend(home: list[int], sizes: Sequence[int], contents: Sequence[Contents], ratios: Sequence[Fraction]) -> None:
    """Move units, in place.

    Args:
        home: the split of each unit.
        sizes: images of each unit.
        contents: (category, images) of each unit.
        ratios: the share of each split.
    """
    moves = _Moves(home, sizes, contents, ratios)
    moves.fill_empty()
    moves.fill_holes()
    moves.even_out()


class _Moves:
    """Who has what, while units move."""

    def __init__(
        self, home: list[int], sizes: Sequence[int], contents: Sequence[Contents], ratios: Sequence[Fraction]
    ) -> None:
        self.home, self.sizes, self.contents, self.splits = home, sizes, contents, range(len(ratios))
        count = 1 + max((category for row in contents for category, _ in row), default=-1)
        self.has = [[0] * len(ratios) for _ in range(count)]
        self.having: list[list[int]] = [[] for _ in range(count)]
        self.units = [home.count(split) for split in self.splits]
        self.room = [ratio * sum(sizes) for ratio in ratios]
        for unit, row in enumerate(contents):
            self.room[home[unit]] -= sizes[unit]
            for category, _ in row:
                self.has[category][home[unit]] += 1
                self.having[category].append(unit)

    def fill_empty(self) -> None:
        """A split without any unit gets the smallest that can be spared."""
        for split in self.splits:
            if not self.units[split]:
                everyone = [unit for unit in range(len(self.home)) if self.units[self.home[unit]] > 1]
                self.move_smallest([unit for unit in everyone if self.spare(unit)] or everyone, split)

    def fill_holes(self) -> None:
        """A category that has units enough reaches every split, where one can be spared."""
        for category in sorted(range(len(self.having)), key=lambda c: (len(self.having[c]), c)):
            for split in self.splits:
                if len(self.having[category]) >= len(self.splits) and not self.has[category][split]:
                    others = [unit for unit in self.having[category] if self.home[unit] != split]
                    if not self.move_smallest(filter(self.spare, others), split):
                        self.exchange(others, split)

    def even_out(self) -> None:
        """Units that fit go from the split that has most too much to the one that has most too little."""
        plain = sorted(range(len(self.home)), key=lambda unit: (-self.sizes[unit], len(self.contents[unit]), unit))
        while True:
            over = min(self.splits, key=lambda split: self.room[split])
            under = max(self.splits, key=lambda split: self.room[split])
            most = min(-self.room[over], self.room[under])
            fitting = (unit for unit in plain if self.home[unit] == over and self.sizes[unit] <= most)
            unit = next(filter(self.spare, fitting), None)
            if unit is None:
                return
            self.move(unit, under)

    def spare(self, unit: int) -> bool:
        """Whether what a unit has is left where it is when it goes."""
        old = self.home[unit]
        rows = (category for category, _ in self.contents[unit])
        return self.units[old] > 1 and all(self.has[c][old] > 1 or len(self.having[c]) == 1 for c in rows)

    def move_smallest(self, choice: Iterable[int], split: int) -> bool:
        """Move the smallest of some units; False if there is none."""
        unit = min(choice, key=lambda u: (self.sizes[u], u), default=None)
        if unit is not None:
            self.move(unit, split)
        return unit is not None

    def exchange(self, choice: Iterable[int], split: int) -> bool:
        """Move one of some units though it is missed where it was: others come there instead; False if none can."""
        for unit in sorted(choice, key=lambda u: (self.sizes[u], u)):
            old = self.home[unit]
            self.move(unit, split)
            back, wanted = [(unit, old)], [c for c, _ in self.contents[unit] if len(self.having[c]) > 1]
            for category in wanted:
                if not self.has[category][old]:  # nobody who came for another category brought it
                    there = [u for u in self.having[category] if self.home[u] != old and u != unit and self.spare(u)]
                    other = min(there, key=lambda u: (self.sizes[u], u), default=None)
                    if other is None:
                        break
                    back.append((other, self.home[other]))
                    self.move(other, old)
            if self.units[old] and all(self.has[c][old] for c in wanted):
                return True
            for moved, home in reversed(back):
                self.move(moved, home)
        return False

    def move(self, unit: int, split: int) -> None:
        """Move a unit to another split."""
        old, self.home[unit] = self.home[unit], split
        self.units[old] -= 1
        self.units[split] += 1
        self.room[old] += self.sizes[unit]
        self.room[split] -= self.sizes[unit]
        for category, _ in self.contents[unit]:
            self.has[category][old] -= 1
            self.has[category][split] += 1
