"""The convex half of a latent SVM: with every placement fixed, the best weights of one component.

Release 5's method: L-BFGS on the free weights, projected on the bounds (two-metric projection), every step a descent.
The hinge is rounded over its last unit, so that it has one slope everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_HISTORY, _ENOUGH, _SLOPE, _HALVINGS = 10, 1e-4, 1e-4, 25

Value = Callable[[Tensor], tuple[float, Tensor]]


@dataclass(frozen=True)
class Problem:
    """What placements show, and how it is weighed.

    Attributes:
        rows: (N, D) float32, what each placement shows.
        signs: (N,) float32, 1 for positives, -1 for negatives.
        cost: of a unit of loss beside the weights' squares ("C").
        stiff: (D,) float32, how much each weight's square costs; 0 for the bias.
        least: (D,) float32, what each weight is at least; minus infinity for most.
    """

    rows: Tensor
    signs: Tensor
    cost: float
    stiff: Tensor
    least: Tensor

    def value(self, weights: Tensor) -> tuple[float, Tensor]:
        """The objective and its gradient."""
        lack = 1 - self.signs * (self.rows @ weights)
        loss, slope = rounded_hinge(lack)
        squares = (self.stiff * weights * weights).sum(dtype=torch.float64) / 2
        total = squares + self.cost * loss.sum(dtype=torch.float64)
        return float(total), self.stiff * weights - self.cost * ((self.signs * slope) @ self.rows)


def rounded_hinge(lack: Tensor) -> tuple[Tensor, Tensor]:
    """What is lost for missing the margin by so much, and its slope: l^2 / 2 up to 1, then l - 1 / 2; 0 below 0."""
    slope = lack.clamp(0, 1)
    return slope * (lack.clamp(min=0) - slope / 2), slope


def solve(problem: Problem, start: Tensor, steps: int = 100) -> tuple[Tensor, float]:
    """Better weights, and the objective there: never above that of the start, which keeps the bounds.

    Args:
        problem: what is to be made small.
        start: (D,) float32.
        steps: at most so many steps.
    """
    weights, (value, slope) = start, problem.value(start)
    pairs: list[tuple[Tensor, Tensor]] = []
    for _ in range(steps):
        free = (weights > problem.least) | (slope < 0)
        moved = _step(problem, weights, value, slope, free, pairs)
        if moved is None and pairs:  # what was remembered misleads: once more, straight down
            pairs.clear()
            moved = _step(problem, weights, value, slope, free, pairs)
        if moved is None:
            break
        new, lower, new_slope = moved
        if float((new - weights) @ (new_slope - slope)) > 1e-10:
            pairs.append((new - weights, new_slope - slope))
            del pairs[:-_HISTORY]
        small = value - lower < _ENOUGH * abs(lower)
        weights, value, slope = new, lower, new_slope
        if small:
            break
    return weights, value


def _step(
    problem: Problem, weights: Tensor, value: float, slope: Tensor, free: Tensor, pairs: list[tuple[Tensor, Tensor]]
) -> tuple[Tensor, float, Tensor] | None:
    """A step that makes the value fall enough, or None."""
    direction = -_inverse(slope * free, free, pairs)
    length = 1.0 if pairs else min(1.0, 1.0 / max(float(slope.abs().sum()), 1e-12))
    for _ in range(_HALVINGS):
        new = torch.maximum(weights + length * direction, problem.least)
        lower, new_slope = problem.value(new)
        promised = float(slope @ (new - weights))
        if promised < 0 and lower <= value + _SLOPE * promised:
            return new, lower, new_slope
        length /= 2
    return None


def _inverse(slope: Tensor, free: Tensor, pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
    """The slope times the remembered inverse curvature (the two loops of L-BFGS) among the free weights."""
    among = [(move * free, change * free) for move, change in pairs]
    kept = [(m, c, curve) for m, c in among if (curve := float(m @ c)) > 1e-12]
    found, shares = slope.clone(), []
    for move, change, curve in reversed(kept):
        shares.append(float(move @ found) / curve)
        found -= shares[-1] * change
    if kept:
        move, change, curve = kept[-1]
        found *= curve / float(change @ change)
    for (move, change, curve), share in zip(kept, reversed(shares), strict=True):
        found += (share - float(change @ found) / curve) * move
    return found
