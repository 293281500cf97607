"""Fully connected layers made faster after training: the truncated SVD of Fast R-CNN."""

from __future__ import annotations

import torch
from torch import nn

from cocokit.errors import ParamsError


def truncate(layer: nn.Linear, rank: int) -> nn.Sequential:
    """Two layers with nothing between in place of one: W of u x v is nearly U S V', t (u + v) weights for u v.

    Args:
        layer: (v inputs, u outputs); it stays as it is.
        rank: t, singular values that are kept; with all of them nothing changes.

    Raises:
        ParamsError: there are not so many.
    """
    outputs, inputs = layer.weight.shape
    if not 1 <= rank <= min(inputs, outputs):
        raise ParamsError("rank", rank, f"take 1 to {min(inputs, outputs)}, for that is the layer's shorter side")
    u, s, v = torch.linalg.svd(layer.weight.detach().float(), full_matrices=False)
    first, second = nn.Linear(inputs, rank, bias=False), nn.Linear(rank, outputs)
    with torch.no_grad():
        first.weight.copy_(s[:rank, None] * v[:rank])
        second.weight.copy_(u[:, :rank])
        second.bias.copy_(layer.bias)
    return nn.Sequential(first, second).to(layer.weight)
