"""What losses are divided by."""

from __future__ import annotations

import torch
from torch import Tensor, distributed


def shared_count(chosen: Tensor) -> Tensor:
    """How many are true, as a float scalar to divide by; never 0.

    In a training of several processes it is the mean over them: the mean of their losses is then the loss that one
    process would have for all images. Were each divided by its own, images would count more in poor company.

    Args:
        chosen: bool, any shape.
    """
    count = chosen.sum().float()
    processes = distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1
    if processes > 1:
        distributed.all_reduce(count)
        count = count / processes
    return count.clamp(min=1 / processes)


def shared_length(values: Tensor) -> Tensor:
    """The same of how many values there are."""
    return shared_count(torch.ones_like(values, dtype=torch.bool))
