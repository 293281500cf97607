"""Every baseline of the table goes through the same commands: trained, resumed, predicted with, evaluated."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from cocokit.baselines.detectors import DETECTORS, find_detector, load
from cocokit.baselines.train import checkpoint as checkpoints
from cocokit.baselines.train.shapes import write_shapes
from tests.baselines.train.test_running import cocokit, train

#: What makes a detector small, where its config has such a setting.
SMALL = {"backbone": "tiny", "width": 16, "convs": 1, "hidden": 32, "count": 10, "regions": 32, "mask_convs": 1,
         "mask_width": 16, "keypoint_convs": 1, "keypoint_width": 16}  # fmt: skip


def smaller(name: str) -> list[str]:
    known = {field.name for field in fields(load(name)[0])}
    words = [f"model.{key}={value}" for key, value in SMALL.items() if key in known]
    words += ["model.size=128"] if "size" in known else ["size=64"]
    return [word for setting in words for word in ("--set", setting)]


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    return Path(write_shapes(tmp_path / "scenes", 4, 64, seed=5, domain="iconic", val=2, kinds=("circle", "figure")))


@pytest.mark.parametrize("name", [name for name, entry in DETECTORS.items() if entry.learns == "gradients"])
def test_by_gradients(name: str, scenes: Path, tmp_path: Path) -> None:
    run, regions = tmp_path / "run", list[object]()
    if "proposals" in find_detector(name).needs:
        for split in ("train", "val"):
            found = cocokit("predict", "whole", "--data", scenes, "--split", split, "-o", tmp_path / split)
            assert found.exit_code == 0, found.stderr
            regions += ["--proposals", tmp_path / split]
    words = [*regions, *smaller(name), "--set", "batch=2", "--set", "steps=2"]
    done = train(scenes, run, *words, name=name)
    assert done.exit_code == 0, done.stderr
    done = train(scenes, run, *regions, "--resume", "--set", "steps=3", "--set", "precision=bfloat16", name=name)
    assert done.exit_code == 0, done.stderr
    kept = checkpoints.read(str(run / checkpoints.NAME))
    assert kept.step == 3
    told = cocokit("predict", run, "--data", scenes, "-o", tmp_path / "p.json", "--json", "--threads", 1, *regions)
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["measured"] == pytest.approx(kept.measured, abs=1e-5)
