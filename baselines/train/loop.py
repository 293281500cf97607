"""The training loop, to be read from top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn.utils import clip_grad_norm_

from cocokit.errors import DataError

from .average import Average
from .checkpoint import Checkpoint, build, restore, save
from .config import TrainConfig, entry_of, learning_rate
from .curve import write_curve
from .data import ImageSet
from .evaluating import measure
from .log import Log
from .parallel import Crew, shared_losses
from .predicting import predict
from .stopping import Patience, Stopped

#: Steps between two lines of the log, at most.
LOG_EVERY = 20


@dataclass(frozen=True)
class Place:
    """Where a training leaves its traces.

    Attributes:
        checkpoint: path of the checkpoint.
        log: one line of JSON a moment.
        tell: called with (steps done, steps in all, loss, the numbers of the last evaluation).
        begin: called before the first step, when all that can be refused was looked at: nothing is written earlier.
        patience: whether somebody has asked to stop after the step.
        doing: called with (what, so much, in all) while something else than a step takes long.
    """

    checkpoint: str
    log: Log
    tell: Callable[[int, int, float, dict[str, float]], None]
    begin: Callable[[], None] = lambda: None
    patience: Patience = field(default_factory=Patience)
    doing: Callable[[str, int, int], None] = lambda what, done, total: None


def train(
    config: TrainConfig, images: ImageSet, judged: ImageSet, place: Place, device: torch.device,
    together: Crew | None = None, before: Checkpoint | None = None, until: int | None = None,
) -> Checkpoint:  # fmt: skip
    """Train a detector by gradients; the checkpoint after the last step.

    Args:
        config: how.
        images: what it learns from.
        judged: what it is evaluated on.
        place: where the traces go.
        device: where it is computed; the images are there already.
        together: the processes that share the work.
        before: the checkpoint to go on from.
        until: stop after so many steps, as if interrupted.

    Raises:
        DataError: a loss that is not finite, with the images of its batch; a checkpoint that does not fit.
        ParamsError: a batch that the processes cannot share.
        Stopped: somebody asked to stop; the checkpoint is written.
    """
    together = together or Crew()
    together.require_share(config.batch)
    detector = build(config, images.categories, fresh=before is None).to(device)
    optimizer = _optimizer(config, detector)
    average = Average(detector, config.ema)
    start, measured = 0, dict[str, float]()
    if before is not None:
        start, measured = before.step, before.measured
        restore(detector, before.model, place.checkpoint)
        restore(average.detector, before.average, place.checkpoint)
        restore(optimizer, before.optimizer, place.checkpoint)
    losses_of = shared_losses(detector.train(), together)
    weights = [weight for weight in detector.parameters() if weight.requires_grad]
    low = low_precision(config, device)
    if together.leads:
        place.begin()

    began, done = time.monotonic(), 0
    end = config.steps if until is None else until
    for step in range(start, end):
        torch.manual_seed(_seed(config.seed, step, together.rank))  # all that the step draws follows from it
        batch, ids = images.training_batch(config, step, together.rank, together.size)
        with torch.autocast(device.type, torch.bfloat16, enabled=low):
            losses = losses_of(batch)
        parts = torch.stack([loss.float() for loss in losses.values()])
        shared = dict(zip(losses, together.mean(parts.detach()).tolist(), strict=True))
        loss = sum(shared.values())
        if not math.isfinite(loss):
            raise _not_finite(images.file, step, ids, shared)

        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, step)
        optimizer.zero_grad()
        parts.sum().backward()  # type: ignore[no-untyped-call]
        if config.clip:
            clip_grad_norm_(weights, config.clip)
        optimizer.step()
        average.update(detector, step)

        step, done = step + 1, done + config.batch
        last = step == config.steps
        if together.leads and (step % LOG_EVERY == 0 or last or step == 1):
            place.log.add(step=step, loss=loss, losses=shared, lr=learning_rate(config, step - 1),
                          images_per_second=round(done / (time.monotonic() - began), 2))  # fmt: skip
        if together.leads and (_due(step, config.evaluate_every) or last):
            measured = _evaluate(average.detector, judged, config, low, place)
            place.log.add(step=step, **measured)
            write_curve(place.log)
        stopped = place.patience.asked and not last
        if together.leads and (_due(step, config.save_every) or step == end or stopped):
            save(_checkpoint(config, images, step, detector, average, optimizer, measured), place.checkpoint)
        if together.leads:
            place.tell(step, config.steps, loss, measured)
        if stopped:
            raise Stopped(step)
    together.wait()
    return _checkpoint(config, images, max(start, end), detector, average, optimizer, measured)


def low_precision(config: TrainConfig, device: torch.device) -> bool:
    """Whether the forward pass is in bfloat16: where it is asked for, and on GPUs that have it."""
    able = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return config.precision == "bfloat16" or (config.precision == "auto" and able)


def _optimizer(config: TrainConfig, detector: Any) -> torch.optim.Optimizer:
    weights = [weight for weight in detector.parameters() if weight.requires_grad]
    if config.optimizer == "sgd":
        return torch.optim.SGD(weights, config.lr_per_16_images, 0.9, weight_decay=config.weight_decay)
    return torch.optim.AdamW(weights, config.lr_per_16_images, weight_decay=config.weight_decay)


def _due(step: int, every: int) -> bool:
    return every > 0 and step % every == 0


def _evaluate(
    detector: Any, judged: ImageSet, config: TrainConfig, low: bool, place: Place
) -> dict[str, float]:
    context = torch.autocast(judged.device.type, torch.bfloat16, enabled=low)
    rows = predict(detector, judged, config.batch, context, lambda *at: place.doing("evaluating", *at))
    return measure(rows, judged, entry_of(config))


def _seed(seed: int, step: int, rank: int) -> int:
    return ((seed * 1_000_003 + step) * 1009 + rank) % 2**63


def _not_finite(file: str, step: int, ids: list[int], losses: dict[str, float]) -> DataError:
    parts = ", ".join(f"{name} {value:g}" for name, value in losses.items())
    where = f"images {', '.join(map(str, ids))}"
    return DataError(file, where, f"the loss of step {step + 1} on them is not finite ({parts})",
                     "look at these images, or train with a smaller lr")  # fmt: skip


def _checkpoint(
    config: TrainConfig, images: ImageSet, step: int, detector: Any, average: Average,
    optimizer: torch.optim.Optimizer, measured: dict[str, float],
) -> Checkpoint:  # fmt: skip
    return Checkpoint(config, images.categories, images.digest, step, detector.state_dict(),
                      average.detector.state_dict(), optimizer.state_dict(), measured)  # fmt: skip
