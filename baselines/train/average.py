"""The running average of a network's weights, which is what predicts."""

from __future__ import annotations

import copy
from typing import Any

import torch


class Average:
    """A copy of a detector that follows it slowly.

    The decay is ramped, (1 + step) / (10 + step) at most, so that short trainings do not average with their start.

    Attributes:
        detector: the copy, in evaluation mode.
    """

    def __init__(self, detector: Any, decay: float) -> None:
        self.decay = decay
        self.detector = copy.deepcopy(detector).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, detector: Any, step: int) -> None:
        """Move towards the weights after a step; what is no real number is copied."""
        keep = min(self.decay, (1 + step) / (10 + step))
        mine, theirs = _state(self.detector), _state(detector)
        real = [place for place, value in enumerate(mine) if value.is_floating_point()]
        torch._foreach_lerp_([mine[n] for n in real], [theirs[n] for n in real], 1 - keep)  # all in one go
        for n in set(range(len(mine))) - set(real):
            mine[n].copy_(theirs[n])


def _state(detector: Any) -> list[torch.Tensor]:
    return [value.detach() for value in (*detector.parameters(), *detector.buffers())]
