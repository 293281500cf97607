"""The loop: what is resumed is what was never interrupted; two processes do what one does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from cocokit.baselines.train import checkpoint as checkpoints
from cocokit.baselines.train.average import Average
from cocokit.baselines.train.checkpoint import Checkpoint
from cocokit.baselines.train.config import TrainConfig, default_config
from cocokit.baselines.train.data import ImageSet
from cocokit.baselines.train.log import Log
from cocokit.baselines.train.loop import Place, train
from cocokit.baselines.train.parallel import Crew
from cocokit.baselines.train.reading import Wanted, read_set
from cocokit.baselines.train.running import Order, run_training
from cocokit.baselines.train.settings import changed
from cocokit.baselines.train.source import find_source
from cocokit.errors import DataError
from tests.baselines.train import toy

ROOT = Path(__file__).resolve().parents[3]


def config_of(**settings: Any) -> TrainConfig:
    model = toy.Config(noise=0.1)
    return replace(default_config("toy"), **({"steps": 10, "evaluate_every": 4, "model": model} | settings))


def images_of(shapes: Path, split: str = "train") -> ImageSet:
    return read_set(find_source(str(shapes), split), Wanted(64))


def place_in(folder: Path, tell: Callable[..., None] = lambda *_: None) -> Place:
    folder.mkdir(exist_ok=True)
    return Place(str(folder / checkpoints.NAME), Log(str(folder / "log.jsonl")), tell)


def run(shapes: Path, folder: Path, before: Checkpoint | None = None, until: int | None = None, **settings: Any
        ) -> Checkpoint:  # fmt: skip
    images = images_of(shapes)
    return train(config_of(**settings), images, images_of(shapes, "val"), place_in(folder), torch.device("cpu"),
                 before=before, until=until)  # fmt: skip


def equal(one: Any, other: Any) -> bool:
    """Whether two states are the same, bit for bit."""
    if isinstance(one, torch.Tensor):
        return bool(torch.equal(one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(equal(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_ten_steps_are_five_and_five(optimizer: str, shapes: Path, tmp_path: Path) -> None:
    whole = run(shapes, tmp_path / "whole", optimizer=optimizer)
    run(shapes, tmp_path / "parts", until=5, optimizer=optimizer)
    torch.manual_seed(12345)  # nothing may hang on what was drawn before
    torch.rand(17)
    half = checkpoints.read(str(tmp_path / "parts" / checkpoints.NAME))
    assert half.step == 5
    resumed = run(shapes, tmp_path / "parts", before=half, optimizer=optimizer)
    for name in ("model", "average", "optimizer", "measured", "step", "config", "categories", "digest"):
        assert equal(getattr(resumed, name), getattr(whole, name)), name
    assert not equal(whole.model, half.model)
    on_disk = [checkpoints.read(str(tmp_path / name / checkpoints.NAME)) for name in ("whole", "parts")]
    assert equal(on_disk[0].model, on_disk[1].model)


def test_the_seed_decides(shapes: Path, tmp_path: Path) -> None:
    one, same, other = (run(shapes, tmp_path / name, seed=seed) for name, seed in [("a", 1), ("b", 1), ("c", 2)])
    assert equal(one.model, same.model)
    assert not equal(one.model, other.model)


def test_the_loss_falls_and_the_log_says_so(shapes: Path, tmp_path: Path) -> None:
    run(shapes, tmp_path / "run", steps=60, lr_per_16_images=0.04)
    lines = Log(str(tmp_path / "run" / "log.jsonl")).lines()
    losses = [line for line in lines if "loss" in line]
    assert [line["step"] for line in losses] == [1, 20, 40, 60]
    assert losses[-1]["loss"] < losses[0]["loss"] / 2
    assert all(line["loss"] == pytest.approx(sum(line["losses"].values())) for line in losses)
    judged = [line for line in lines if "AP" in line]
    assert [line["step"] for line in judged] == [*range(4, 61, 4)]
    assert all(-1 <= line["AP50"] <= 1 for line in judged)


def test_everything_long_is_told(shapes: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    class Ear:
        def doing(self, what: str, done: int, total: int) -> None:
            told.append((what, done, total))

        def step(self, done: int, total: int, loss: float, measured: dict[str, float]) -> None:
            told.append(("step", done, total))

    order = Order("toy", str(shapes), str(tmp_path / "run"), ("steps=2", "evaluate_every=1", "batch=2"), device="cpu")
    run_training(order, Ear())
    train, val = (len(images_of(shapes, split)) for split in ("train", "val"))
    before = [(what, n, count) for what, count in (("reading train", train), ("reading val", val),
              ("checking instances_val.json", val)) for n in range(1, count + 1)]  # fmt: skip
    seen = [("evaluating", n, val) for n in [*range(2, val, 2), val]]
    assert told == [*before, *seen, ("step", 1, 2), *seen, ("step", 2, 2)]


def test_a_loss_that_is_not_finite_stops_with_the_images_named(shapes: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        run(shapes, tmp_path / "run", model=toy.Config(broken_at=3), save_every=2)
    text = str(error.value)
    assert "the loss of step 3 on them is not finite (box nan, class " in text
    named = [int(word) for word in text.split("images ")[1].split(":")[0].split(", ")]
    assert len(named) == 4
    assert set(named) <= set(range(1, 9))
    assert checkpoints.read(str(tmp_path / "run" / checkpoints.NAME)).step == 2  # the last good one


def test_short_trainings_are_not_averaged_with_their_start() -> None:
    model = torch.nn.Linear(2, 1)
    average = Average(model, 0.999)
    with torch.no_grad():
        model.weight.fill_(1.0)
    naive = average.detector.weight.clone()
    for step in range(30):
        average.update(model, step)
        keep = min(0.999, (1 + step) / (10 + step))
        naive = keep * naive + (1 - keep) * model.weight
    assert torch.allclose(average.detector.weight, naive)
    assert torch.allclose(naive, model.weight, atol=1e-3)
    off = Average(model, 0.0)
    with torch.no_grad():
        model.weight.fill_(7.0)
    off.update(model, 100)
    assert torch.equal(off.detector.weight, model.weight)


WORKER = """
import json, sys, torch
from pathlib import Path
from tests.baselines.train import toy
toy.register()
from tests.baselines.train.test_loop import configs, follow
from cocokit.baselines.train.parallel import crew
torch.set_num_threads(1)
shapes, folder = Path(sys.argv[1]), Path(sys.argv[2])
with crew(torch.device("cpu")) as together:
    told = [follow(config, shapes, folder / config.baseline, together) for config in configs()]
    if together.leads:
        (folder / "told.json").write_text(json.dumps(told))
"""


def configs() -> list[TrainConfig]:
    """The toy, and a detector whose loss is divided by what all processes count."""
    words = "steps=2 size=64 batch=4 model.backbone=tiny model.width=16 model.convs=1 optimizer=sgd lr=0.1".split()
    return [config_of(steps=6, model=toy.Config()), changed(default_config("retinanet"), words)]


def follow(config: TrainConfig, shapes: Path, folder: Path, together: Crew) -> list[Any]:
    """Train; the loss of every step, and the numbers of the evaluation."""
    losses: list[float] = []
    place = place_in(folder, lambda done, total, loss, measured: losses.append(loss))
    made = train(config, images_of(shapes), images_of(shapes, "val"), place, torch.device("cpu"), together)
    return [losses, made.measured]


def test_two_processes_have_the_losses_of_one(shapes: Path, tmp_path: Path) -> None:
    script, folder = tmp_path / "worker.py", tmp_path / "two"
    script.write_text(WORKER)
    folder.mkdir()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, str(shapes), str(folder)], capture_output=True, text=True, env=environment,
                          cwd=ROOT, timeout=300, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads((folder / "told.json").read_text())
    for config, (losses, measured) in zip(configs(), told, strict=True):
        alone = follow(config, shapes, tmp_path / config.baseline, Crew())
        assert len(losses) == config.steps
        assert losses == pytest.approx(alone[0], rel=1e-4)
        assert measured == pytest.approx(alone[1], abs=1e-3)
        one, two = (checkpoints.read(str(place / config.baseline / checkpoints.NAME)) for place in (tmp_path, folder))
        for name, weight in one.model.items():
            assert torch.allclose(weight.float(), two.model[name].float(), atol=1e-4), name
