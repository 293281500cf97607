"""A process that is killed while it writes a checkpoint leaves the one before, and a run that goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cocokit.baselines.train import checkpoint as checkpoints
from tests.baselines.train.test_running import ROOT, train, trained

WORKER = """
import os, signal, sys
from tests.baselines.train import toy
toy.register()
import cocokit.atomic
from cocokit.cli import main

when = sys.argv[1]

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

class Slow:
    # A file whose second half never comes.
    def __init__(self, file): self.file = file
    def __getattr__(self, name): return getattr(self.file, name)
    def __enter__(self): return self
    def __exit__(self, *_): self.file.close()
    def write(self, data):
        self.file.write(bytes(data)[: len(data) // 2])
        self.file.flush()
        killed()

def slow(path, mode):
    file = open(path, mode)
    return Slow(file) if str(path).endswith(".part") and done["checkpoints"] else file

done = {"checkpoints": 0}
from cocokit.baselines.train import loop
save = loop.save
def counted(*given):
    if done["checkpoints"] == 1:
        if when == "half": cocokit.atomic.open = slow
        else: setattr(cocokit.atomic.os, when, killed)
    save(*given)
    done["checkpoints"] += 1
loop.save = counted
sys.argv = ["cocokit", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize("when", ["half", "fsync", "replace"])
def test_killed_in_a_checkpoint(when: str, shapes: Path, tmp_path: Path) -> None:
    words = ["--device", "cpu", "--threads", "1", "--set", "steps=6", "--set", "save_every=2"]
    command = [sys.executable, "-c", WORKER, when, "train", "toy", "--data", str(shapes), "-o", str(tmp_path / "run")]
    done = subprocess.run([*command, *words], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    path = tmp_path / "run" / "checkpoint.pt"
    assert checkpoints.read(str(path)).step == 2
    assert len(list((tmp_path / "run").glob("*.part"))) == 1
    assert train(shapes, tmp_path / "run", "--resume").exit_code == 0
    assert not list((tmp_path / "run").glob("*.part"))
    whole = checkpoints.read(str(trained(shapes, tmp_path / "whole", "--set", "steps=6") / "checkpoint.pt"))
    again = checkpoints.read(str(path))
    assert again.step == 6
    assert all(bool((again.model[name] == whole.model[name]).all()) for name in whole.model)
