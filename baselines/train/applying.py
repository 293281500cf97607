"""A trained detector, or one that learns nothing, over the images of a split or of a folder of photographs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

import torch

from cocokit.errors import NotFoundError

from ..detectors import DETECTORS, find_detector
from . import checkpoint as checkpoints
from .categories import Category
from .checkpoint import Checkpoint, build
from .config import TrainConfig, default_config, entry_of
from .data import ImageSet
from .evaluating import measure
from .examine import has_annotations
from .folder import is_photo_folder, photo_dataset
from .loop import low_precision
from .parallel import choose_device, memory_in_words
from .predicting import predict
from .proposals import read_proposals
from .reading import Known, read_images, read_set
from .running import Teller, wanted_of
from .settings import changed
from .source import WHOLE, find_source, splits_of

#: What labels of proposals stand for.
_ANYTHING = (Category(1, "anything"),)


@dataclass(frozen=True)
class Question:
    """What somebody asks for.

    Attributes:
        run: the folder of a run, or the name of a baseline that learns nothing.
        data: as for training, or a folder of photographs.
        split: "" for val, or the whole where nothing was divided.
        images: the folder of the photographs; "" to look for it.
        proposals: results files with regions, for detectors that are given them.
        device: "auto", "cpu", "cuda", ...
        changes: settings to change, such as ``size=640``.
    """

    run: str
    data: str
    split: str = ""
    images: str = ""
    proposals: tuple[str, ...] = ()
    device: str = "auto"
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Predicted:
    """What was found.

    Attributes:
        rows: of a results file; those of a folder of photographs have their file's name.
        images: what was looked at.
        measured: the evaluator's numbers; empty where there is nothing to compare with.
    """

    rows: list[dict[str, Any]]
    images: ImageSet
    measured: dict[str, float]


def run_prediction(question: Question, teller: Teller) -> Predicted:
    """Predict as asked.

    Raises:
        NotFoundError: no such run, baseline, data or split.
        DataError: a checkpoint that is damaged; data that do not fit it.
    """
    config, detector, known = read_run(question.run, question.changes)
    device = choose_device(question.device)
    context = torch.autocast(device.type, torch.bfloat16, enabled=low_precision(config, device))
    with memory_in_words(device):
        images = _images(question, config, known, device, teller)
        detector.to(device)
        rows = predict(detector, images, config.batch, context, lambda *at: teller.doing("predicting", *at))
    if not has_annotations(images.dataset):
        names = {item.id: item.name for item in images.items}
        photos = is_photo_folder(question.data)
        return Predicted([row | {"file_name": names[row["image_id"]]} for row in rows] if photos else rows, images, {})
    return Predicted(rows, images, measure(rows, images, entry_of(config)))


def read_run(run: str, changes: tuple[str, ...] = ()) -> tuple[TrainConfig, Any, Known | None]:
    """The config and the detector of a run, and what its labels stand for; None where it learns nothing.

    Raises:
        NotFoundError: there is no such run.
        DataError: its checkpoint is damaged.
    """
    if not os.path.exists(run) and run in DETECTORS and find_detector(run).learns == "nothing":
        config = changed(default_config(run), changes)
        return config, build(config, _ANYTHING).eval(), None
    if not os.path.isdir(run):
        nothing = [name for name, entry in DETECTORS.items() if entry.learns == "nothing"]
        others = f", or one of {', '.join(nothing)}, which learn nothing" if nothing else ""
        raise NotFoundError(f"{run}: there is no such run; give the folder of a training{others}")
    made: Checkpoint = checkpoints.read(os.path.join(run, checkpoints.NAME))
    made = replace(made, config=changed(made.config, changes))
    return made.config, made.detector(), Known(made.categories, "the checkpoint")


def _images(
    question: Question, config: TrainConfig, known: Known | None, device: torch.device, teller: Teller
) -> ImageSet:
    entry, wanted = entry_of(config), wanted_of(config)
    proposals = read_proposals(question.proposals, config)

    def tell(done: int, total: int) -> None:
        teller.doing("reading images", done, total)

    if is_photo_folder(question.data):
        categories = known.categories if known else _ANYTHING
        dataset = photo_dataset(question.data, categories)
        return read_images(dataset, question.data, categories, question.data, wanted, device, proposals, tell)
    split = question.split
    if not split and os.path.isdir(question.data):
        split = next((name for name in ("val", WHOLE) if name in splits_of(question.data)), "")
    source = find_source(question.data, split, question.images, "keypoints" in entry.needs)
    return read_set(source, wanted, device, known, proposals, tell)
