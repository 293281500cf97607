"""Two processes, each with one of two images, have the losses of one process with both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from cocokit.baselines.detectors import retinanet, ssd
from cocokit.baselines.parts.counting import shared_count, shared_length
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches

ROOT = Path(__file__).parents[3]
WORKER = """
import json, sys, torch
from torch import distributed
from tests.baselines.parts.test_counting import losses_of
torch.set_num_threads(1)
rank, folder = int(sys.argv[1]), sys.argv[2]
distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
losses = losses_of([rank])
json.dump(losses, open(f"{folder}/{rank}.json", "w"))
distributed.destroy_process_group()
"""


def losses_of(images: list[int]) -> dict[str, float]:
    """Of every detector that divides by something counted, for some of two images with unlike numbers of shapes."""
    both = [shapes_batches(1, 96, 1, domain)[0] for domain in ("iconic", "scales")]
    narrow = retinanet.Config(backbone="tiny", width=16, convs=1, base=2.0)
    found: dict[str, float] = {}
    for name, make in (
        ("focal", lambda: retinanet.RetinaNet(narrow, 3)),
        ("ohem", lambda: retinanet.RetinaNet(replace(narrow, loss="ohem"), 3)),
        ("ssd", lambda: ssd.SSD(ssd.Config(backbone="tiny", size=96, width=16), 3)),
    ):
        torch.manual_seed(0)
        losses = make().loss(collate([both[i] for i in images]))
        found |= {f"{name}.{key}": loss.item() for key, loss in losses.items()}
    return found


def test_two_processes_have_the_losses_of_one(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    (tmp_path / "worker.py").write_text(WORKER)
    command = [sys.executable, str(tmp_path / "worker.py")]
    running = [subprocess.Popen([*command, str(i), str(tmp_path)], env=environment, cwd=ROOT) for i in range(2)]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    each: list[dict[str, Any]] = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    whole = losses_of([0, 1])
    assert {key: (each[0][key] + each[1][key]) / 2 for key in whole} == pytest.approx(whole, rel=1e-4)
    alone = [losses_of([0]), losses_of([1])]  # each by its own count is another loss
    assert abs((alone[0]["focal.box"] + alone[1]["focal.box"]) / 2 / whole["focal.box"] - 1) > 0.01


def test_nothing_counts_as_one() -> None:
    assert shared_count(torch.zeros(2, 3, dtype=torch.bool)).item() == 1
    assert shared_count(torch.tensor([True, False, True])).item() == 2
    assert shared_length(torch.rand(5)).item() == 5
