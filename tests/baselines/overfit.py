"""What every detector must be able to do: learn a few images by heart. Judged by this project's evaluator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from cocokit.baselines.analysis.trial import detections
from cocokit.baselines.batch import Batch, Result, Target
from cocokit.baselines.train.collate import collate
from cocokit.eval import Evaluator


def overfit(
    detector: Any, batches: Sequence[Batch], steps: int = 150, lr: float = 2e-3, batch: int = 8,
    iou_type: str = "bbox", weight_decay: float = 1e-4, clip: float = 5.0, optimizer: str = "adamw",
) -> float:  # fmt: skip
    """Train on some images and return AP50 on the same: by gradients, or by the detector's own ``fit``.

    Args:
        detector: made by the test.
        batches: of one image each.
        steps, lr, batch, weight_decay, clip: steps of AdamW or SGD, warmed up over a tenth, then falling by a cosine.
        iou_type: "bbox", "segm" or "keypoints".
        optimizer: "adamw" or "sgd".
    """
    if hasattr(detector, "fit"):
        detector.fit(batches)
    else:
        train(detector, batches, steps, lr, batch, weight_decay, clip, optimizer)
    return average_precision(detector, batches, iou_type)["AP50"]


def train(
    detector: Any, batches: Sequence[Batch], steps: int, lr: float, batch: int, weight_decay: float, clip: float,
    optimizer: str,
) -> list[float]:  # fmt: skip
    """The steps; the losses."""
    weights = [p for p in detector.parameters() if p.requires_grad]
    made = torch.optim.AdamW(weights, lr, weight_decay=weight_decay) if optimizer == "adamw" else torch.optim.SGD(
        weights, lr, momentum=0.9, weight_decay=weight_decay)  # fmt: skip
    warm = max(steps // 10, 1)

    def rate(step: int) -> float:
        falling = 0.505 + 0.495 * math.cos(math.pi * max(0, step - warm) / max(1, steps - warm))
        return min((step + 1) / warm, falling)

    schedule = torch.optim.lr_scheduler.LambdaLR(made, rate)
    losses = []
    detector.train()
    for step in range(steps):
        chosen = [batches[(step * batch + n) % len(batches)] for n in range(min(batch, len(batches)))]
        loss: Tensor = sum(detector.loss(collate(chosen)).values(), torch.zeros(()))
        made.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, clip)
        made.step()
        schedule.step()
        losses.append(loss.item())
        assert math.isfinite(losses[-1]), f"the loss of step {step} is {losses[-1]}"
    return losses


def average_precision(detector: Any, batches: Sequence[Batch], iou_type: str = "bbox") -> dict[str, float]:
    """The evaluator's numbers (AP, AP50, AR100 ...) of a detector's detections, labels as category ids."""
    detector.eval()
    results = [result for batch in batches for result in detector.detect(batch)]
    return scores(results, [target for batch in batches for target in batch.targets or ()], iou_type)


def scores(results: Sequence[Result], targets: Sequence[Target], iou_type: str = "bbox") -> dict[str, float]:
    """The evaluator's numbers of some results. Labels are category ids; proposals are all of category 0."""
    settings: dict[str, Any] = {}
    if iou_type == "keypoints" and targets[0].keypoints is not None:
        settings["sigmas"] = [0.08] * targets[0].keypoints.shape[1]
    evaluator = Evaluator(iou_type, box_format="xyxy", **settings)
    given = [detections(r, t, iou_type) for r, t in zip(results, targets, strict=True)]
    evaluator.update(range(1, len(targets) + 1), given, [_truth(target, iou_type) for target in targets])
    return {name: float(value) for name, value in evaluator.compute().named_stats().items()}


def _truth(target: Target, iou_type: str) -> dict[str, Any]:
    """Crowd regions have no category in a target: they are left to tests that look at losses."""
    given: dict[str, Any] = {"boxes": target.boxes, "labels": target.labels}
    if iou_type == "segm":
        given["masks"] = target.masks
    if iou_type == "keypoints":
        given["keypoints"] = target.keypoints
    return given
