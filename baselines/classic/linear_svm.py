"""Linear support vector machines with the hinge loss, solved to the optimum by an interior point method.

What is made small is liblinear's: |w|^2 / 2 + sum of cost * max(0, 1 - sign * (w x + b)), where b is the weight of one
more feature with a constant value, so that it costs something too, but little. The dual has one number a for each row,
0 <= a <= cost, with slacks s and t of these two bounds; a step of Newton needs one system of D + 1 equations, however
many rows there are (Ferris and Munson 2002).
"""

from __future__ import annotations

import torch
from torch import Tensor

#: At most so many steps of Newton; twenty are usual.
STEPS = 100
#: How much of the way to a bound a step may go.
REACH = 0.995


def train_svm(
    rows: Tensor, signs: Tensor, cost: Tensor, bias: float = 1.0, tolerance: float = 1e-7
) -> tuple[Tensor, Tensor]:
    """(D,) weights and the offset, float32, of the best separation.

    Args:
        rows: (N, D) features, at least one row.
        signs: (N,) 1 or -1.
        cost: (N,) price of a row's hinge, above 0.
        bias: the constant feature; the larger, the less the offset costs. 0: no offset.
        tolerance: of the duality gap, as a share of what is made small.
    """
    signs, cost = signs.double(), cost.double()
    x = torch.cat([rows.double(), rows.new_full((len(rows), 1), bias).double()], 1) * signs[:, None]
    a, w = cost / 2, x.T @ (cost / 2)
    lead = x @ w - 1
    s, t = lead.clamp(min=0) + 1, (-lead).clamp(min=0) + 1  # s - t stays the lead: the gap is a s + (c - a) t
    for _ in range(STEPS):
        gap = a @ s + (cost - a) @ t
        if gap <= tolerance * (w @ w / 2 + cost @ t):
            break
        a, s, t = _step(x, a, s, t, cost, gap / (2 * len(x)))
        w = x.T @ a
    return w[:-1].float(), (w[-1] * bias).float()


def _step(
    x: Tensor, a: Tensor, s: Tensor, t: Tensor, cost: Tensor, mean: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """One step of Mehrotra's: where would Newton go without care, and how much care does that ask for?"""
    room = cost - a
    stiff = s / a + t / room
    factor = torch.linalg.cholesky(_plus_one(x.T @ (x / stiff[:, None])))

    def newton(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Moves of a, s, t that bring a s and (c - a) t to where they are wanted; (x x' + stiff) da = right."""
        right = (first / a - second / room - (x @ (x.T @ a) - 1 - s + t)) / stiff
        da = right - x @ torch.cholesky_solve((x.T @ right)[:, None], factor)[:, 0] / stiff
        return da, (first - s * da) / a, (second + t * da) / room

    da, ds, dt = newton(-a * s, -room * t)
    go = _reach((a, da), (room, -da), (s, ds), (t, dt))
    left = ((a + go * da) @ (s + go * ds) + (room - go * da) @ (t + go * dt)) / (2 * len(x))
    aim = mean * (left / mean) ** 3
    da, ds, dt = newton(aim - a * s - da * ds, aim - room * t + da * dt)
    go = REACH * _reach((a, da), (room, -da), (s, ds), (t, dt))
    return a + go * da, s + go * ds, t + go * dt


def _plus_one(matrix: Tensor) -> Tensor:
    """A matrix with 1 added to its diagonal."""
    matrix.diagonal().add_(1)
    return matrix


def _reach(*moves: tuple[Tensor, Tensor]) -> float:
    """The longest step, up to 1, after which everything is still at least 0."""
    return min(1.0, *(float((-value / move).where(move < 0, torch.inf).min()) for value, move in moves))
