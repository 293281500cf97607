"""A detector small enough for tests of what is around detectors: one box an image, the same loss for every image."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cocokit.baselines.batch import Batch, Result
from cocokit.baselines.detectors import DETECTORS, Entry
from cocokit.errors import ParamsError

#: What suits the toy better than the defaults.
TRAIN = {"size": 64, "warmup": 2, "batch": 4}


@dataclass(frozen=True)
class Config:
    width: int = 8
    gamma: float = 2.0
    noise: float = 0.0
    levels: tuple[str, ...] = ("P2", "P3")
    broken_at: int = -1

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ParamsError("model.width", self.width, "give 1 or more")


class Toy(nn.Module):
    """Where the first box of an image is, from a grid of means."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        self.config = config
        self.body = nn.Sequential(nn.Conv2d(3, config.width, 3, 2, 1), nn.GroupNorm(1, config.width), nn.ReLU(),
                                  nn.AdaptiveAvgPool2d(4), nn.Flatten())  # fmt: skip
        self.box = nn.Linear(16 * config.width, 4)
        self.label = nn.Linear(16 * config.width, categories)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        assert batch.targets is not None
        seen = self.body(batch.pixels)
        if self.config.noise:
            seen = seen + self.config.noise * torch.randn_like(seen)
        self.steps += 1
        scale = batch.pixels.shape[-1]
        wanted = torch.stack([t.boxes[0] if len(t.boxes) else torch.zeros(4) for t in batch.targets]) / scale
        labels = torch.cat([t.labels[:1] if len(t.labels) else torch.zeros(1).long() for t in batch.targets])
        box = (self.box(seen) - wanted).square().sum(1).mean()
        if int(self.steps) == self.config.broken_at:
            box = box * float("nan")
        return {"box": box.float(), "class": nn.functional.cross_entropy(self.label(seen).float(), labels)}

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        seen = self.body(batch.pixels)
        boxes, scores = self.box(seen) * batch.pixels.shape[-1], self.label(seen).softmax(1)
        return [self._one(box, score, size) for box, score, size in zip(boxes, scores, batch.sizes, strict=True)]

    def _one(self, box: Tensor, score: Tensor, size: tuple[int, int]) -> Result:
        limit = torch.tensor([size[1], size[0]] * 2, device=box.device)
        box = torch.minimum(box.clamp(min=0), limit)
        best = score.argmax()
        return Result(box[None], score[best][None], best[None])


class Oracle(nn.Module):
    """Learns by heart in its own way: where boxes are in images of such a mean colour."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        self.register_buffer("colours", torch.zeros(0, 3))
        self.register_buffer("boxes", torch.zeros(0, 4))
        self.register_buffer("labels", torch.zeros(0, dtype=torch.int64))

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *rest: Any) -> None:
        for name in ("colours", "boxes", "labels"):
            setattr(self, name, torch.zeros_like(state[prefix + name]))
        super()._load_from_state_dict(state, prefix, *rest)

    def fit(self, batches: Any, progress: Any = None) -> None:
        colours, boxes, labels = [], [], []
        for place in range(len(batches)):
            target = batches[place].targets[0]
            colours += [batches[place].pixels.mean(dim=(0, 2, 3))] * len(target.boxes)
            boxes += list(target.boxes)
            labels += list(target.labels)
            progress(place + 1, len(batches), "looking")
        self.colours, self.boxes, self.labels = torch.stack(colours), torch.stack(boxes), torch.stack(labels)

    def detect(self, batch: Batch) -> list[Result]:
        found = []
        for pixels in batch.pixels:
            far = (self.colours - pixels.mean(dim=(1, 2))).abs().sum(1)
            rows = (far < far.min() + 1e-5).nonzero()[:, 0]
            found.append(Result(self.boxes[rows], torch.ones(len(rows)), self.labels[rows]))
        return found


class Whole(nn.Module):
    """Proposes the whole image and learns nothing."""

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()

    def detect(self, batch: Batch) -> list[Result]:
        boxes = [torch.tensor([[0.0, 0.0, width, height]]) for height, width in batch.sizes]
        return [Result(box, torch.ones(1), torch.zeros(1, dtype=torch.int64)) for box in boxes]


#: What is registered for tests.
ENTRIES = {
    "toy": Entry("toy", "Toy", "Toy", "nobody", "gradients"),
    "oracle": Entry("toy", "Oracle", "Oracle", "nobody", "fit"),
    "whole": Entry("toy", "Whole", "Whole", "nobody", "nothing", predicts=("proposals",)),
    "given": Entry("toy", "Toy", "Given", "nobody", "gradients", needs=("proposals",)),
}


def register(add: Any = None) -> None:
    """Put them into the table; ``add(mapping, name, value)`` is how, such as a monkeypatch's ``setitem``."""
    add = add or (lambda mapping, name, value: mapping.__setitem__(name, value))
    add(sys.modules, "cocokit.baselines.detectors.toy", sys.modules[__name__])
    for name, entry in ENTRIES.items():
        add(DETECTORS, name, entry)
