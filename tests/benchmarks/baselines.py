"""The reference detectors' speed: images a second in training and in use, beside torchvision's where it imports.

    python -m tests.benchmarks.baselines [NAME ...] [--device cpu cuda] [--size 320] [--batch 2] [--reps 3]

Made pictures, random weights, batch normalisation, ResNet-50 unless --backbone says otherwise; nothing is left out for
its low score, so that suppression, masks and keypoints have work. A training step is forward, backward and SGD; on a
GPU in bfloat16. One warm-up, then the median of the repetitions; CPU seconds are those of all threads. torchvision's
models are the same networks with the same settings of anchors, sampling and suppression as far as both have them.
Detectors with a training of their own learn a little, of four pictures, so that there is something to detect.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from typing import Any

import torch

from cocokit.baselines.batch import Batch
from cocokit.baselines.detectors import DETECTORS, load
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from cocokit.errors import CocokitError

CATEGORIES = 3
HEAD = ("| detector | of | weights, M | train images/s | train CPU s/image | detect images/s | detect CPU s/image |\n"
        "|---|---|---|---|---|---|---|")
#: torchvision's builders, and what says that nothing is left out for its score.
PEERS = {"mask_rcnn": ("maskrcnn_resnet50_fpn", {"box_score_thresh": 0.0}),
         "faster_rcnn": ("fasterrcnn_resnet50_fpn", {"box_score_thresh": 0.0}),
         "retinanet": ("retinanet_resnet50_fpn", {"score_thresh": 0.0})}  # fmt: skip


@dataclass(frozen=True)
class Speed:
    """Of one thing done often: images a second, and CPU seconds an image."""

    images: float
    cpu: float


@dataclass(frozen=True)
class Setup:
    """How everything is measured."""

    device: str
    size: int
    batch: int
    reps: int
    backbone: str
    norm: str = "batch"

    def pictures(self, proposals: int = 0) -> Batch:
        """One batch, on the device."""
        made = shapes_batches(self.batch, self.size, 0, "cluttered", proposals=proposals)
        return collate(made).to(self.device)

    def context(self) -> Any:
        """Half of the digits on a GPU, all of them on a CPU."""
        return torch.autocast("cuda", torch.bfloat16) if self.device.startswith("cuda") else nullcontext()


def speed_of(act: Callable[[], object], images: int, reps: int, device: str) -> Speed:
    """Do something once, then some times, and say how long it takes."""
    act()
    walls, cpus = [], []
    for _ in range(reps):
        _settle(device)
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        _settle(device)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Speed(images / statistics.median(walls), statistics.median(cpus) / images)


def _settle(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def training_step(model: Any, losses: Callable[[], dict[str, Any]], setup: Setup) -> Callable[[], None]:
    """Forward, backward and a step of SGD so short that the weights stay what they were."""
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 1e-6, 0.9)

    def act() -> None:
        with setup.context():
            loss = sum(losses().values())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[union-attr]
        optimizer.step()

    return act


def config_of(name: str, setup: Setup) -> Any:
    """The config of a detector, with what the benchmark says of all of them; trainings of one's own are cut short."""
    short = {"steps": 5, "root_rounds": 1, "part_rounds": 1}
    wanted = {"backbone": setup.backbone, "norm": setup.norm}
    wanted |= {"floor": 0.0} if DETECTORS[name].learns == "gradients" else short
    kind = load(name)[0]
    known = {field.name for field in fields(kind)}
    return kind(**{key: value for key, value in wanted.items() if key in known})


def ours(name: str, setup: Setup) -> tuple[float, Speed | None, Speed]:
    """Weights in millions, the speed of training (None where it has no steps of a batch) and that of detection."""
    entry = DETECTORS[name]
    batch = setup.pictures(proposals=300 if "proposals" in entry.needs else 0)
    torch.manual_seed(0)
    detector = load(name)[1](config_of(name, setup), CATEGORIES).to(setup.device)
    training = None
    if entry.learns == "gradients":
        detector.train()
        step = training_step(detector, lambda: detector.loss(batch), setup)
        training = speed_of(step, setup.batch, setup.reps, setup.device)
    elif entry.learns == "fit":
        given = shapes_batches(4, setup.size, 0, proposals=300 if "proposals" in entry.needs else 0)
        detector.fit([one.to(setup.device) for one in given])
    detector.eval()

    def look() -> None:
        with torch.no_grad(), setup.context():
            detector.detect(batch)

    found = speed_of(look, setup.batch, setup.reps, setup.device)
    return sum(p.numel() for p in detector.parameters()) / 1e6, training, found


def theirs(name: str, setup: Setup) -> tuple[float, Speed, Speed]:
    """The same of torchvision's model."""
    models: Any = importlib.import_module("torchvision.models.detection")
    builder, changes = PEERS[name]
    sizes = {"min_size": setup.size, "max_size": setup.size}
    torch.manual_seed(0)
    build = getattr(models, builder)
    model = build(weights=None, weights_backbone=None, num_classes=CATEGORIES + 1, **sizes, **changes).to(setup.device)
    batch = setup.pictures()
    images, targets = list(batch.pixels), [_target(t) for t in batch.targets or ()]
    step = training_step(model.train(), lambda: model(images, targets), setup)
    training = speed_of(step, setup.batch, setup.reps, setup.device)
    model.eval()

    def look() -> None:
        with torch.no_grad(), setup.context():
            model(images)

    found = speed_of(look, setup.batch, setup.reps, setup.device)
    return sum(p.numel() for p in model.parameters()) / 1e6, training, found


def _target(target: Any) -> dict[str, Any]:
    return {"boxes": target.boxes, "labels": target.labels + 1, "masks": target.masks.to(torch.uint8)}


def torchvision_works() -> str:
    """Nothing where torchvision imports and its operations are there; else why not."""
    try:
        ops: Any = importlib.import_module("torchvision.ops")
        ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except (ImportError, RuntimeError, AttributeError, OSError) as error:
        return " ".join(f"{type(error).__name__}: {error}".split())[:120]
    return ""


def lines(names: Sequence[str], setup: Setup) -> Iterator[str]:
    """The table, row by row."""
    yield HEAD
    missing = torchvision_works()
    for name in names:
        try:
            yield _row(name, "cocokit", *ours(name, setup))
        except CocokitError as error:
            yield f"| {name} | cocokit | {error} | | | | |"
        if name in PEERS and setup.backbone == "resnet50" and not missing:
            yield _row(name, "torchvision", *theirs(name, setup))
    if missing:
        yield f"\ntorchvision's models were not measured: {missing}"


def _row(name: str, whose: str, weights: float, training: Speed | None, found: Speed) -> str:
    cells = [name, whose, f"{weights:.1f}", *(_cells(training) if training else ("-", "-")), *_cells(found)]
    return f"| {' | '.join(cells)} |"


def _cells(speed: Speed) -> tuple[str, str]:
    return f"{speed.images:.3g}", f"{speed.cpu:.3g}"


def devices() -> list[str]:
    """The CPU, and a GPU where there is one."""
    return ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def main() -> None:
    """Print a table for each device."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    arguments.add_argument("--device", nargs="+", default=devices())
    arguments.add_argument("--size", type=int, default=320)
    arguments.add_argument("--batch", type=int, default=2)
    arguments.add_argument("--reps", type=int, default=3)
    arguments.add_argument("--backbone", default="resnet50")
    arguments.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    for device in given.device:
        setup = Setup(device, given.size, given.batch, given.reps, given.backbone)
        what = torch.cuda.get_device_name() if device.startswith("cuda") else f"{given.threads} threads"
        how = f"{given.size} px, batch {given.batch}, {given.backbone}"
        print(f"\n{device} ({what}), torch {torch.__version__}, {how}\n")
        for line in lines(given.names or list(DETECTORS), setup):
            print(line, flush=True)


if __name__ == "__main__":
    main()
