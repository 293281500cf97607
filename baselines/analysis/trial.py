"""One trial of an experiment: made pictures, a short training, the evaluator's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cocokit.errors import CocokitError, ParamsError
from cocokit.eval.evaluator import Evaluator

from ..batch import Batch, Result, Target
from ..ops.masks import paste
from ..parts.backbone import Name
from ..train.collate import collate
from ..train.shapes import shapes_batches
from . import Telling


@dataclass(frozen=True)
class Trial:
    """How an experiment tries each of its rows: what all settings have.

    Attributes:
        images, judged: made pictures to learn from, and others to be judged on.
        size: their side, px.
        domain: how they look, see :data:`cocokit.baselines.train.scenes.DOMAINS`.
        steps, batch, lr: of the training, AdamW.
        seeds: each gives other pictures, other first weights and a number of its own.
        backbone, width: of the detector.
    """

    images: int = 256
    judged: int = 64
    size: int = 64
    domain: str = "plain"
    steps: int = 200
    batch: int = 8
    lr: float = 4e-3
    seeds: tuple[int, ...] = (0, 1, 2)
    backbone: Name = "tiny"
    width: int = 32

    def __post_init__(self) -> None:
        if not self.seeds:
            raise ParamsError("seeds", self.seeds, "give at least one")
        for name in ("images", "judged", "batch", "steps"):
            if getattr(self, name) < 1:
                raise ParamsError(name, getattr(self, name), "give 1 or more")
        if self.size < 32 or self.size % 32:
            raise ParamsError("size", self.size, "give a multiple of 32, in px")


def pictures(trial: Trial, seed: int, domain: str = "", proposals: int = 0) -> tuple[list[Batch], list[Batch]]:
    """Those to learn from and those to be judged on, of which none is among both.

    Args:
        trial: how many, how large.
        seed: of the pictures.
        domain: in place of the trial's.
        proposals: regions of each picture, for detectors that are given them.
    """
    made = shapes_batches(trial.images + trial.judged, trial.size, seed, domain or trial.domain, proposals=proposals)
    return made[: trial.images], made[trial.images :]


def learn(detector: Any, batches: Sequence[Batch], trial: Trial, seed: int, device: str, tell: Counter) -> Any:
    """Train a detector: by gradients, or in its own way; the detector, ready to detect.

    Raises:
        CocokitError: a loss that is not finite.
    """
    if hasattr(detector, "fit"):
        detector.to(device).fit(batches)
        tell.skip(trial.steps)
        return detector.eval()
    torch.manual_seed(seed)
    weights = [p for p in detector.to(device).train().parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, trial.lr, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, falling(trial.steps))
    order = torch.Generator().manual_seed(seed)
    for step in range(trial.steps):
        chosen = torch.randint(len(batches), (trial.batch,), generator=order).tolist()
        losses = detector.loss(collate([batches[n] for n in chosen]).to(device))
        loss: Tensor = sum(losses.values(), torch.zeros((), device=device))
        if not math.isfinite(loss.item()):
            raise CocokitError(f"the loss of step {step + 1} is not finite; make lr smaller than {trial.lr:g}")
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimizer.step()
        schedule.step()
        tell.step()
    return detector.eval()


def falling(steps: int) -> Callable[[int], float]:
    """The rate's factor by step: rising over the first tenth, then falling by a cosine.

    >>> [round(falling(100)(step), 2) for step in (0, 9, 50, 99)]
    [0.1, 1.0, 0.59, 0.01]
    """
    warm = max(steps // 10, 1)

    def factor(step: int) -> float:
        cosine = 0.505 + 0.495 * math.cos(math.pi * max(0, step - warm) / max(1, steps - warm))
        return min((step + 1) / warm, cosine)

    return factor


def look(detector: Any, batches: Sequence[Batch], device: str) -> list[Result]:
    """The detections of each image, on the CPU."""
    found = [result for batch in batches for result in detector.detect(batch.to(device))]
    return [mapped(result, lambda value: value.detach().cpu()) for result in found]


def mapped(result: Result, act: Callable[[Tensor], Tensor]) -> Result:
    """The same detections with something done to all that is said of them."""
    made: dict[str, Any] = {name: None if value is None else act(value) for name, value in vars(result).items()}
    return Result(**made)


def targets_of(batches: Sequence[Batch]) -> list[Target]:
    """The ground truth of each image."""
    return [target for batch in batches for target in batch.targets or ()]


def measure(results: Sequence[Result], batches: Sequence[Batch], iou_type: str = "bbox") -> dict[str, float]:
    """The evaluator's numbers, AP, AP50 ...; labels are the ids of categories.

    Args:
        results: of each image.
        batches: the images with their targets; crowd regions have no category there and are left out.
        iou_type: "bbox" or "segm".
    """
    evaluator = Evaluator(iou_type, box_format="xyxy")
    targets = targets_of(batches)
    given = [detections(r, t, iou_type) for r, t in zip(results, targets, strict=True)]
    wanted: list[dict[str, Any]] = [{"boxes": t.boxes, "labels": t.labels} for t in targets]
    if iou_type == "segm":
        wanted = [one | {"masks": t.masks} for one, t in zip(wanted, targets, strict=True)]
    evaluator.update(range(1, len(targets) + 1), given, wanted)
    return {name: float(value) for name, value in evaluator.compute().named_stats().items()}


def detections(result: Result, target: Target, iou_type: str) -> dict[str, Any]:
    """What the evaluator is given of an image.

    Args:
        result: what was found in it.
        target: its ground truth, whose masks say how large it is.
        iou_type: "bbox", "segm" or "keypoints".
    """
    given: dict[str, Any] = {"boxes": result.boxes, "scores": result.scores, "labels": result.labels}
    if iou_type == "segm":
        assert result.masks is not None
        assert target.masks is not None
        given["masks"] = paste(result.masks, result.boxes, *target.masks.shape[1:])
    if iou_type == "keypoints":
        given["keypoints"] = result.keypoints
    return given


class Counter:
    """Counts the steps of all trials, and tells.

    Args:
        tell: is told, or nobody.
        total: steps in all.
    """

    def __init__(self, tell: Telling | None, total: int) -> None:
        self._tell, self._total, self._done, self._what = tell, total, 0, ""

    def about(self, what: str) -> Counter:
        """The same, at another row."""
        self._what = what
        return self

    def step(self) -> None:
        """One more."""
        self.skip(1)

    def skip(self, steps: int) -> None:
        """So many more."""
        self._done += steps
        if self._tell is not None:
            self._tell(self._what, self._done, self._total)
