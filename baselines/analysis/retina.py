"""The small RetinaNet that the experiments about its loss share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..detectors.retinanet import Config, RetinaNet
from .trial import Trial

#: What the shapes are: circles, squares, triangles.
CATEGORIES = 3


@dataclass(frozen=True)
class RetinaTrial(Trial):
    """A trial of RetinaNet.

    Attributes:
        convs, scales: of its subnets and anchors.
    """

    convs: int = 1
    scales: int = 2


#: The settings of the paper, as far as made pictures need them.
LARGE: dict[str, Any] = {"images": 4000, "judged": 500, "size": 192, "steps": 4000, "batch": 16, "lr": 1e-3,
                         "backbone": "resnet18", "width": 128, "convs": 4, "scales": 3}  # fmt: skip


def make(trial: RetinaTrial, seed: int, **changes: Any) -> RetinaNet:
    """A RetinaNet whose first weights follow from a seed.

    Args:
        trial: its size; the anchors begin at 16 px where pictures are smaller than 128 px.
        seed: of the weights.
        changes: of its config.
    """
    torch.manual_seed(seed)
    config = Config(backbone=trial.backbone, width=trial.width, convs=trial.convs, scales=trial.scales,
                    head_norm="group", base=2.0 if trial.size < 128 else 4.0, **changes)  # fmt: skip
    return RetinaNet(config, CATEGORIES)
