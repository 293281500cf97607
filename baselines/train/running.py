"""A run: a folder with a training's config, log and checkpoint, begun, gone on with, and predicted from."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import torch

from cocokit.errors import DataError, ParamsError

from . import checkpoint as checkpoints
from .checkpoint import Checkpoint, build
from .config import TrainConfig, default_config, entry_of
from .data import ImageSet
from .evaluating import measure, require_perfect
from .log import NAME as LOG
from .log import Log
from .loop import Place, train
from .parallel import choose_device, crew, memory_in_words
from .predicting import predict
from .proposals import read_proposals
from .reading import Known, Wanted, read_set
from .settings import changed
from .source import Source, find_source, splits_of
from .stopping import Patience
from .traces import alone, begin


class Teller(Protocol):
    """What a run tells whoever waits for it."""

    def doing(self, what: str, done: int, total: int) -> None:
        """So much of something is done."""
        ...

    def step(self, done: int, total: int, loss: float, measured: dict[str, float]) -> None:
        """So many steps are done."""
        ...


@dataclass(frozen=True)
class Order:
    """What somebody asks for.

    Attributes:
        baseline: the name of the detector.
        data: a file, an export, a folder or a workspace.
        folder: of the run.
        changes: words such as ``steps=200``.
        split: what is learnt from; "" for train, or the whole.
        judged: what it is evaluated on: a split or a file; "" for val, or the training images where there is none.
        images: the folder of the photographs; "" to look for it.
        proposals: results files with regions, for detectors that are given them.
        device: "auto", "cpu", "cuda", ...
        resume: go on with the run in the folder.
    """

    baseline: str
    data: str
    folder: str
    changes: tuple[str, ...] = ()
    split: str = ""
    judged: str = ""
    images: str = ""
    proposals: tuple[str, ...] = ()
    device: str = "auto"
    resume: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a training came to.

    Attributes:
        checkpoint: the last.
        judged: the file that it was evaluated on.
        own: whether that is what it was trained on.
        leads: whether this process is the one that speaks.
    """

    checkpoint: Checkpoint
    judged: str
    own: bool
    leads: bool


def run_training(order: Order, teller: Teller) -> Outcome:
    """Train as ordered; nothing is written before everything that can be refused was looked at.

    Raises:
        NotFoundError: no such baseline, data or split.
        ParamsError: a setting that does not exist or cannot work.
        DataError: data or a checkpoint that do not fit; a folder that has a run already.
    """
    path = os.path.join(order.folder, checkpoints.NAME)
    before = _before(order, path)
    config = changed(before.config if before else default_config(order.baseline), order.changes)
    entry = entry_of(config)
    if entry.learns == "nothing":
        raise ParamsError("baseline", order.baseline, f"it learns nothing: run cocokit predict {order.baseline}")
    if before is not None:
        _require_same_way(config, before)
    device = choose_device(order.device)
    if entry.learns == "fit" and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise ParamsError("baseline", order.baseline, "it learns in its own way, in one process: leave out torchrun")
    with memory_in_words(device), crew(device) as together, ExitStack() as held:
        together.require_share(config.batch)
        images, judged = _sets(order, config, before, device, teller)
        if not any(len(item.labels) for item in images.items):
            remedy = "give a split that has some, other than crowd regions"
            raise DataError(images.file, "annotations", "there are none to learn from", remedy)
        name = os.path.basename(judged.file)
        require_perfect(judged, lambda *at: teller.doing(f"checking {name}", *at))
        log, patience = Log(os.path.join(order.folder, LOG)), Patience()

        def start() -> None:
            held.enter_context(alone(order.folder))
            begin(order.folder, config, log, before.step if before else -1)
            if entry.learns != "fit" and together.size == 1:  # several would have to stop after the same step
                held.enter_context(patience)

        place = Place(path, log, teller.step, start, patience, teller.doing)
        if entry.learns == "fit":
            made = _fit(config, images, judged, device, place)
        else:
            made = train(config, images, judged, place, device, together, before)
    return Outcome(made, judged.file, judged.file == images.file, together.leads)


def wanted_of(config: TrainConfig, training: bool = False) -> Wanted:
    """What a detector asks of its images."""
    entry = entry_of(config)
    masks, points = (word in (*entry.needs, *entry.predicts) for word in ("masks", "keypoints"))
    largest, posed = config.scales[1] if training else 1.0, "keypoints" in entry.needs
    return Wanted(config.size, config.square, largest, masks and training, points, posed)


def _before(order: Order, path: str) -> Checkpoint | None:
    """The checkpoint to go on from; refuses to overwrite one, or to go on with another baseline's."""
    if not order.resume:
        if os.path.exists(path):
            raise DataError(order.folder, "", "has a run in it", "go on with it by --resume, or give -o a new folder")
        return None
    before = checkpoints.read(path)
    if before.config.baseline != order.baseline:
        raise DataError(path, "", f"is of {before.config.baseline}", f"resume it as {before.config.baseline}")
    return before


def _sets(
    order: Order, config: TrainConfig, before: Checkpoint | None, device: torch.device, teller: Teller
) -> tuple[ImageSet, ImageSet]:
    """What is learnt from, and what it is evaluated on."""
    entry = entry_of(config)
    source = find_source(order.data, order.split, order.images, "keypoints" in entry.needs)
    proposals = read_proposals(order.proposals, config)
    known = Known(before.categories, "the checkpoint") if before else None
    wanted = wanted_of(config, training=True)
    images = read_set(source, wanted, device, known, proposals, _reading(source, teller))
    if before is not None and images.digest != before.digest:
        reason = "is not what the checkpoint was trained on: the file or its images have changed"
        raise DataError(images.file, "", reason, "bring the old one back, or start a new training")
    other = _judged(order, source, "keypoints" in entry.needs)
    if other is None:
        return images, images
    known = Known(images.categories, os.path.basename(images.file))
    return images, read_set(other, wanted_of(config), device, known, proposals, _reading(other, teller))


def _reading(source: Source, teller: Teller) -> Callable[[int, int], None]:
    return lambda done, total: teller.doing(f"reading {source.split}", done, total)


def _judged(order: Order, source: Source, keypoints: bool) -> Source | None:
    """The split of the evaluations; None for that of the training."""
    if order.judged and os.path.isfile(order.judged):
        return find_source(order.judged, "", order.images)
    if order.judged:
        return find_source(order.data, order.judged, order.images, keypoints)
    if os.path.isfile(order.data) or source.split == "val" or "val" not in splits_of(order.data, keypoints):
        return None
    return find_source(order.data, "val", order.images, keypoints)


def _require_same_way(config: TrainConfig, before: Checkpoint) -> None:
    """Refuse changes that a training cannot go on with. Raises ParamsError."""
    if config.steps < before.step:
        raise ParamsError("steps", config.steps, f"{before.step} are done already: give that many or more")
    if config.optimizer != before.config.optimizer:
        raise ParamsError("optimizer", config.optimizer, f"the run has {before.config.optimizer}: start a new training")


def _fit(
    config: TrainConfig, images: ImageSet, judged: ImageSet, device: torch.device, place: Place
) -> Checkpoint:
    """Let a detector learn in its own way."""
    detector = build(config, images.categories).to(device)
    place.begin()
    detector.fit(images, lambda done, total, what: place.doing(what, done, total))
    rows = predict(detector, judged, config.batch, progress=lambda *at: place.doing("evaluating", *at))
    measured = measure(rows, judged, entry_of(config))
    made = Checkpoint(config, images.categories, images.digest, 0, detector.state_dict(), {}, {}, measured)
    checkpoints.save(made, place.checkpoint)
    return made
