"""How a detector is trained: everything that decides what comes of it, but the data."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Literal

from cocokit.errors import ParamsError

from ..detectors import Entry, find_detector, load
from .settings import from_json


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides what a training comes to, but the data.

    Attributes:
        baseline: the name of the detector.
        model: the ``Config`` of its module.
        steps: how many in all.
        batch: images of a step, over all processes.
        lr_per_16_images: the learning rate for steps of 16 images; :func:`learning_rate` makes it that of the batch.
        optimizer: AdamW, or SGD with momentum 0.9.
        weight_decay: of all weights.
        warmup: steps over which the learning rate rises.
        decay: how it falls: to 0 by a cosine, by tenths at 2/3 and 8/9 of the steps, or not at all.
        clip: the largest norm of the gradients; 0 for any.
        ema: how much of the averaged weights, which are those that predict, each step keeps; 0 to go without.
        precision: of the forward pass: bfloat16 where it may be, or float32.
        size: the longer side of an image, px; detectors with an input of one size have theirs in ``model.size``.
        scales: the least and the largest share of ``size`` by which images are seen in training; where the input has
            one size, a smaller image lies somewhere in it, and of a larger one a part is seen.
        flip: the share of images that are seen mirrored in training.
        proposals: regions of an image at most, for detectors that are given them.
        evaluate_every, save_every: steps; 0 for at the end alone.
        seed: of the weights, of the order of the images, of what a step draws.
    """

    baseline: str
    model: Any
    steps: int = 1000
    batch: int = 8
    lr_per_16_images: float = 0.001
    optimizer: Literal["adamw", "sgd"] = "adamw"
    weight_decay: float = 1e-4
    warmup: int = 100
    decay: Literal["cosine", "steps", "constant"] = "cosine"
    clip: float = 10.0
    ema: float = 0.998
    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    size: int = 320
    scales: tuple[float, float] = (1.0, 1.0)
    flip: float = 0.5
    proposals: int = 1000
    evaluate_every: int = 200
    save_every: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model is not None and type(self.model) is not load(self.baseline)[0]:
            raise ParamsError("baseline", self.baseline, "these settings are another's: name it behind cocokit train")
        if self.seed >= 2**63:
            raise ParamsError("seed", self.seed, "give one below 2^63")
        limits = {"steps": 1, "batch": 1, "size": 32, "proposals": 1, "warmup": 0, "evaluate_every": 0,
                  "save_every": 0, "seed": 0}  # fmt: skip
        for name, least in limits.items():
            if getattr(self, name) < least:
                raise ParamsError(name, getattr(self, name), f"give {least} or more")
        for name in ("lr_per_16_images", "weight_decay", "clip", "ema", "flip"):
            if getattr(self, name) < 0:
                raise ParamsError(name, getattr(self, name), "give 0 or more")
        for name in ("ema", "flip"):
            if getattr(self, name) > 1:
                raise ParamsError(name, getattr(self, name), "give a share, 0 to 1")
        if not 0 < self.scales[0] <= self.scales[1] <= 4:
            raise ParamsError("scales", self.scales, "give two rising shares of the size, such as 0.5,1")

    @property
    def square(self) -> int:
        """The side of the input of a detector that takes one size alone; 0 for all others."""
        return int(getattr(self.model, "square", 0))


def default_config(baseline: str) -> TrainConfig:
    """The settings that a detector has when nobody says anything; its module may know better by ``TRAIN``.

    Raises:
        NotFoundError: no baseline has the name.
    """
    config, _ = load(baseline)
    return TrainConfig(baseline, config(), **getattr(import_module(config.__module__), "TRAIN", {}))


def entry_of(config: TrainConfig) -> Entry:
    """What a detector is given and predicts with its settings: no masks where they are left out."""
    entry = find_detector(config.baseline)
    if getattr(config.model, "masks", True):
        return entry
    needs = tuple(word for word in entry.needs if word != "masks")
    return replace(entry, needs=needs, predicts=tuple(word for word in entry.predicts if word != "masks"))


def learning_rate(config: TrainConfig, step: int) -> float:
    """The learning rate of a step: the only place where it is scaled, by the batch and by how far the training is."""
    full = config.lr_per_16_images * config.batch / 16
    if step < config.warmup:
        return full * (step + 1) / (config.warmup + 1)
    done = (step - config.warmup) / max(1, config.steps - config.warmup)
    if config.decay == "cosine":
        return full * (1 + math.cos(math.pi * done)) / 2
    if config.decay == "steps":
        return float(full * 0.1 ** ((done >= 2 / 3) + (done >= 8 / 9)))
    return full


def train_config(value: Any, where: str = "config") -> TrainConfig:
    """A training's config from parsed JSON.

    Raises:
        NotFoundError: no baseline has its name.
        ParamsError: a name that does not exist, or a value of another type.
    """
    if not isinstance(value, dict) or not isinstance(value.get("baseline"), str):
        raise ParamsError(where, value, "give a config as a training has written it")
    model = from_json(load(value["baseline"])[0], value.get("model", {}), "model")
    return replace(from_json(TrainConfig, value | {"model": None}), model=model)
