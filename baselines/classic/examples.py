"""The examples a mixture learns from: one placement for each instance, and a cache of its worst mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from .component import Component
from .distance import LEAST_CURVE
from .latent_svm import Problem, solve
from .mining import Example, Found

#: How much the squares of a deformation's weights cost, beside 1 for a filter's and 0 for the bias.
STIFF_DEFORM = 10.0
#: Mistakes of a component that are kept although they have no loss any more.
SPARE = 50


@dataclass
class Cache:
    """Examples by their keys.

    Attributes:
        cost: of a unit of loss beside the weights' squares.
        limit: mistakes that are kept at most; those with the highest scores stay.
        positives: placements by (image, instance).
        negatives: mistakes by key.
    """

    cost: float
    limit: int
    positives: dict[tuple[int, int], Example] = field(default_factory=dict)
    negatives: dict[tuple[int, ...], Example] = field(default_factory=dict)

    def place(self, image: int, found: Found) -> None:
        """Take the placements of an image's instances; an instance that nothing fits keeps what it has, if anything."""
        for instance, example in enumerate(found.positives):
            if example is not None:
                self.positives[image, instance] = example

    def mine(self, found: Found) -> None:
        """Take an image's mistakes."""
        self.negatives |= {example.key: example for example in found.negatives}

    @property
    def full(self) -> bool:
        """Whether there are more mistakes than may be kept."""
        return len(self.negatives) > self.limit

    def learn(self, components: Sequence[Component]) -> list[Component]:
        """The convex step: each component's best weights for the examples as they are placed."""
        better = []
        for number, component in enumerate(components):
            problem = self.problem(number, component)
            better.append(component.of_vector(solve(problem, component.vector())[0]))
        return better

    def objective(self, components: Sequence[Component]) -> float:
        """What the convex step makes small, summed over the components."""
        return sum(self.problem(n, c).value(c.vector())[0] for n, c in enumerate(components))

    def forget_easy(self, components: Sequence[Component]) -> None:
        """Keep the mistakes with the highest scores: those with a loss, a few without, none beyond the limit.

        The few without are for components that nothing would contradict else: they would say yes to everything.
        """
        kept = []
        for number, component in enumerate(components):
            mine, weights = [e for e in self.negatives.values() if e.component == number], component.vector()
            scored = [replace(e, score=float(e.vector @ weights)) for e in mine]
            scored.sort(key=lambda e: -e.score)
            kept += scored[: sum(e.score > -1 for e in scored) + SPARE]
        kept.sort(key=lambda e: -e.score)
        self.negatives = {example.key: example for example in kept[: self.limit]}

    def problem(self, number: int, component: Component) -> Problem:
        """The convex problem of one component."""
        placed = [e.vector for e in self.positives.values() if e.component == number]
        wrong = [e.vector for e in self.negatives.values() if e.component == number]
        start = component.vector()
        rows = torch.stack([*placed, *wrong]) if placed or wrong else start.new_zeros(0, len(start))
        signs = torch.cat([start.new_ones(len(placed)), -start.new_ones(len(wrong))])
        return Problem(rows, signs, self.cost, *weighing(component))


def weighing(component: Component) -> tuple[Tensor, Tensor]:
    """(D,) what the square of each weight costs, and (D,) what it is at least."""
    blank = component.of_vector(torch.ones_like(component.vector()))
    stiff = replace(blank, deform=torch.full_like(blank.deform, STIFF_DEFORM), bias=torch.zeros_like(blank.bias))
    free = component.of_vector(torch.full_like(component.vector(), -torch.inf))
    curves = free.deform.clone()
    curves[:, 2:] = LEAST_CURVE
    return stiff.vector(), replace(free, deform=curves).vector()
