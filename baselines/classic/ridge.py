"""Ridge regression: least squares with a price on the squares of the weights, solved in one go."""

from __future__ import annotations

import torch
from torch import Tensor


def ridge(rows: Tensor, wanted: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """(D, T) weights and (T,) offsets that make |rows @ weights + offsets - wanted|^2 + alpha |weights|^2 smallest.

    The offsets cost nothing. Computed in float64, given in float32.

    Args:
        rows: (N, D), at least one.
        wanted: (N, T).
        alpha: above 0.
    """
    x, y = rows.double(), wanted.double()
    middle, level = x.mean(0), y.mean(0)
    x, y = x - middle, y - level
    fewer = x.T @ x if len(x) >= x.shape[1] else x @ x.T  # the same weights either way; the smaller system is solved
    fewer.diagonal().add_(alpha)
    factor = torch.linalg.cholesky(fewer)
    if len(x) >= x.shape[1]:
        weights = torch.cholesky_solve(x.T @ y, factor)
    else:
        weights = x.T @ torch.cholesky_solve(y, factor)
    return weights.float(), (level - middle @ weights).float()
