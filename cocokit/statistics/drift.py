"""How far two datasets, or two splits of one, are apart: Jensen-Shannon divergence, in bits.

It is 0 for equal shares and 1 for shares that have nothing in common. Its plain meaning: of the one bit that tells from
which of the two an instance is, so much is known once its category (or size) is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns import Float64, Int64
from .describe import Statistics, plain
from .wording import percent


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drift:
    """One dataset beside another.

    Attributes:
        name, other: the two.
        names: C category names, those of the first, then those that only the other has.
        shares: (2, C) float64 share of each category among the instances of each.
        parts: (C,) float64 bits that each category adds to ``bits``.
        bits: divergence of the categories' shares.
        chance: what two random draws from one dataset, as large as these, would show on average.
        sizes: divergence of the sizes, all categories together.
        sizes_of: (C,) float64, the same for each category; NaN where one has none.
        instances, categories: divergences of the numbers of instances and categories per image.
    """

    name: str
    other: str
    names: tuple[str, ...]
    shares: Float64
    parts: Float64
    bits: float
    chance: float
    sizes: float
    sizes_of: Float64
    instances: float
    categories: float

    @property
    def meaning(self) -> str:
        """One sentence."""
        by_chance = "no more than chance gives" if self.bits <= 2 * self.chance else "more than chance gives"
        return (
            f"Knowing an instance's category tells {percent(self.bits)} of what there is to know about which of "
            f"the two it is from, {by_chance} ({percent(self.chance)})."
        )

    def to_dict(self) -> dict[str, Any]:
        """The same in JSON's types, and what it means."""
        made: dict[str, Any] = plain(self)
        return made | {"meaning": self.meaning}


def drift_between(one: Statistics, other: Statistics) -> Drift:
    """Compare two datasets; categories are the same where their names are."""
    names = tuple(dict.fromkeys((*one.category_names, *other.category_names)))
    counts = np.stack([_by_name(names, s, s.instances_of[:, None])[:, 0] for s in (one, other)])
    sizes = np.stack([_by_name(names, s, s.boxes.sizes) for s in (one, other)])
    parts = divergence_parts(*counts)
    n, m = counts.sum(axis=1)
    used = int(np.count_nonzero(counts.sum(axis=0)))
    chance = (used - 1) * (1 / n + 1 / m) / (8 * np.log(2)) if n and m and used else 0.0
    return Drift(
        one.name,
        other.name,
        names,
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1),
        parts,
        float(parts.sum()),
        float(chance),
        divergence(*sizes.sum(axis=1)),
        np.array([divergence(a, b) if a.any() and b.any() else np.nan for a, b in zip(*sizes, strict=True)]),
        divergence(*_padded(one.per_image.instances, other.per_image.instances)),
        divergence(*_padded(one.per_image.categories, other.per_image.categories)),
    )


def divergence(p: Int64, q: Int64) -> float:
    """Jensen-Shannon divergence of two histograms (B,) int64, bits; 0 if one is empty.

    >>> divergence(np.array([1, 1]), np.array([2, 2])), divergence(np.array([3, 0]), np.array([0, 3]))
    (0.0, 1.0)
    """
    return float(divergence_parts(p, q).sum())


def divergence_parts(p: Int64, q: Int64) -> Float64:
    """(B,) float64 bits that each class of two histograms (B,) adds to their divergence; zeros if one is empty."""
    if not p.sum() or not q.sum():
        return np.zeros(len(p))
    a, b = p / p.sum(), q / q.sum()
    middle = (a + b) / 2
    terms = [np.where(x > 0, x * np.log2(np.where(x > 0, x, 1) / np.where(middle > 0, middle, 1)), 0) for x in (a, b)]
    made: Float64 = np.maximum((terms[0] + terms[1]) / 2, 0)
    return made


def _by_name(names: tuple[str, ...], found: Statistics, rows: Int64) -> Int64:
    """(C, B) int64: rows (K, B) of a dataset under the common names; rows of one name are added."""
    place = {name: i for i, name in enumerate(names)}
    made = np.zeros((len(names), rows.shape[1]), np.int64)
    np.add.at(made, [place[name] for name in found.category_names], rows)
    return made


def _padded(a: Int64, b: Int64) -> tuple[Int64, Int64]:
    longest = max(len(a), len(b))
    return np.pad(a, (0, longest - len(a))), np.pad(b, (0, longest - len(b)))
