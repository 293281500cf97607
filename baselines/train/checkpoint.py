"""A training kept on disk: everything that it takes to go on, or to predict; written whole or not at all.

There is no state of a random generator in it, nor one of the schedule: both are functions of the seed and the step.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from cocokit.atomic import atomic_write
from cocokit.errors import CocokitError, DataError

from ..detectors import load, weights_follow
from .categories import Category, from_rows, keypoint_count
from .config import TrainConfig, default_config, train_config
from .settings import to_json

#: The file in a run's folder.
NAME = "checkpoint.pt"
_FORMAT = "cocokit checkpoint 1"
_REMEDY = "take another copy of it, or train anew"


@dataclass(frozen=True)
class Checkpoint:
    """What is kept.

    Attributes:
        config: of the training.
        categories: what labels stand for.
        digest: of the data; hexadecimal.
        step: how many steps were done.
        model: the detector's state.
        average: the state of the averaged weights, which predict; empty where nothing is trained by gradients.
        optimizer: its state; empty where nothing is trained by gradients.
        measured: the numbers of the last evaluation.
    """

    config: TrainConfig
    categories: tuple[Category, ...]
    digest: str
    step: int
    model: dict[str, Any]
    average: dict[str, Any]
    optimizer: dict[str, Any]
    measured: dict[str, float]

    def detector(self) -> Any:
        """The detector that predicts: with the averaged weights, where there are any. Raises DataError."""
        made = build(self.config, self.categories, fresh=False)
        restore(made, self.average or self.model, NAME)
        return made.eval()


def build(config: TrainConfig, categories: Sequence[Category], fresh: bool = True) -> Any:
    """A new detector; its weights depend on the seed alone, or are anything where a state follows (not ``fresh``)."""
    torch.manual_seed(config.seed)
    kind = load(config.baseline)[1]
    with nullcontext() if fresh else weights_follow():
        return kind(config.model, len(categories), keypoint_count(categories))


def parameter_count(baseline: str, categories: int) -> int:
    """How many numbers a baseline with its default settings learns by gradients.

    Raises:
        NotFoundError: no baseline has the name.
    """
    config = default_config(baseline)
    with torch.device("meta"):  # nothing is allocated
        made = load(baseline)[1](config.model, categories)
    return sum(weight.numel() for weight in made.parameters())


def restore(owner: Any, state: dict[str, Any], path: str) -> None:
    """Give a detector or an optimizer its state back. Raises DataError where it does not fit."""
    try:
        owner.load_state_dict(state)
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        reason = " ".join(str(error).split())[:200]
        remedy = "leave out changes of model settings, take another copy of it, or train anew"
        raise DataError(path, "", f"does not fit its baseline with these settings ({reason})", remedy) from error


def save(checkpoint: Checkpoint, path: str) -> None:
    """Write a checkpoint in place of the one before. Raises DataError where it cannot be written."""
    names = ("digest", "step", "model", "average", "optimizer", "measured")
    value = {name: getattr(checkpoint, name) for name in names}
    rows = [category.to_json() for category in checkpoint.categories]
    with atomic_write(path) as file:
        try:
            torch.save({"format": _FORMAT, "config": to_json(checkpoint.config), "categories": rows, **value}, file)
        except RuntimeError as error:  # torch's own, about a file that came out too short: the disk's is behind it
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise


def read(path: str) -> Checkpoint:
    """Read a checkpoint; nothing in it is executed.

    Raises:
        DataError: it is not there, it is damaged, or it is no checkpoint.
    """
    if not os.path.isfile(path):
        raise DataError(path, "", "there is no checkpoint", "give the folder of a training that has begun")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about files of old torch, which are refused below
            value = torch.load(path, map_location="cpu", weights_only=True)
    except PermissionError as error:
        raise DataError(path, "", f"cannot be read: {error.strerror}", "choose a run that you may read") from error
    except Exception as error:  # whatever bytes may do to the reader of zip files, pickles and tensors
        reason = "is a damaged checkpoint, or none of cocokit's"
        raise DataError(path, "", reason, _REMEDY) from error
    return _checked(value, path)


def _checked(value: Any, path: str) -> Checkpoint:
    """The parts, each of its type."""
    if not isinstance(value, dict) or value.get("format") != _FORMAT:
        raise DataError(path, "", "is no checkpoint of this version of cocokit", _REMEDY)
    kinds = {"digest": str, "step": int, "model": dict, "average": dict, "optimizer": dict, "measured": dict}
    odd = [name for name, kind in kinds.items() if not isinstance(value.get(name), kind)]
    if odd:
        raise DataError(path, odd[0], "is missing or of another type", _REMEDY)
    try:
        config, categories = train_config(value.get("config"), path), from_rows(value.get("categories", ()))
    except CocokitError as error:
        raise DataError(path, "config", str(error), _REMEDY) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(path, "categories", "are damaged", _REMEDY) from error
    return Checkpoint(config, categories, **{name: value[name] for name in kinds})
