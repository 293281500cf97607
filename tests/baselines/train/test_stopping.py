"""Ctrl+C in a training: the step is finished and kept, and what goes on from it is what was never interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from cocokit.baselines.train import checkpoint as checkpoints
from cocokit.baselines.train.log import Log
from cocokit.baselines.train.loop import Place, train
from cocokit.baselines.train.stopping import Patience, Stopped
from tests.baselines.train.test_loop import ROOT, config_of, equal, images_of, run
from tests.baselines.train.test_running import train as command

WORKER = """
import sys
from tests.baselines.train import toy
toy.register()
from cocokit.cli import main
sys.argv = ["cocokit", *sys.argv[1:]]
main()
"""


def test_an_interrupted_training_keeps_its_last_step(shapes: Path, tmp_path: Path) -> None:
    def tell(step: int, *_: object) -> None:
        if step == 4:
            signal.raise_signal(signal.SIGINT)

    path = tmp_path / checkpoints.NAME
    images, judged, device = images_of(shapes), images_of(shapes, "val"), torch.device("cpu")
    patience = Patience()
    place = Place(str(path), Log(str(tmp_path / "log.jsonl")), tell, patience=patience)
    with patience, pytest.raises(Stopped) as stopped:
        train(config_of(), images, judged, place, device)
    assert stopped.value.step == 5  # the one that was begun when nobody had looked yet
    kept = checkpoints.read(str(path))
    assert kept.step == 5
    again = run(shapes, tmp_path / "again", before=kept)
    whole = run(shapes, tmp_path / "whole")
    for name in ("model", "average", "optimizer", "measured", "step"):
        assert equal(getattr(again, name), getattr(whole, name)), name


def test_a_second_one_waits_for_nothing() -> None:
    with Patience() as patience:
        signal.raise_signal(signal.SIGINT)
        assert patience.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):  # and afterwards things are as they were
        signal.raise_signal(signal.SIGINT)


def test_it_keeps_out_of_threads_and_of_what_ignores_it() -> None:
    def elsewhere() -> None:
        with Patience():
            found.append(signal.getsignal(signal.SIGINT))

    before, found = signal.getsignal(signal.SIGINT), list[object]()
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [before]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Patience():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_real_interrupt_says_how_to_go_on(shapes: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ["train", "toy", "--data", str(shapes), "-o", str(out), "--device", "cpu", "--threads", "1",
             "--set", "steps=1000000", "--set", "evaluate_every=0", "--set", "save_every=0"]  # fmt: skip
    child = subprocess.Popen([sys.executable, "-c", WORKER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    deadline = time.monotonic() + 240
    while not (out / "log.jsonl").exists() or not (out / "log.jsonl").read_text():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=240)[1]
    assert child.returncode == 130, said
    kept = checkpoints.read(str(out / checkpoints.NAME))
    assert kept.step >= 1
    assert f"{out}: kept after {kept.step:,} step" in said
    assert "--resume goes on from there" in said
    assert "Traceback" not in said
    assert command(shapes, out, "--resume", "--set", f"steps={kept.step + 2}").exit_code == 0
    assert checkpoints.read(str(out / checkpoints.NAME)).step == kept.step + 2
