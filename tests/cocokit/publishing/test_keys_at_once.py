"""Two processes that publish into one folder: the key that stays is that of the folder that stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cocokit.publishing import verify
from cocokit.splitting.sealed import read_seal
from tests.cocokit.splitting.made import drawn, instances
from tests.test_packaging import ROOT

#: The process with seed 1 waits when all its files are written, until the other has overtaken it.
SLOW = """
import sys, time
from pathlib import Path
import cocokit.folders as folders
flush, seed = folders._flush, int(sys.argv[1])
def slowly(part):
    flush(part)
    if seed == 1:
        Path("ready").touch()
        while not Path("go").exists():
            time.sleep(0.01)
folders._flush = slowly
"""
PUBLISH = """
from cocokit.dataset import Dataset
from cocokit.publishing import divide, publish
from tests.cocokit.publishing.test_publishing import value
import numpy as np
dataset = Dataset.from_dict(value())
rows = np.random.default_rng(seed).permutation(8)
publish(divide(dataset, {"train": rows[:6], "test": rows[6:]}), "out", keys={"test": "out.key.json"}, seed=seed)
"""
SPLIT = """
from tests.cocokit.splitting.test_writing import written
written(Path("all.json"), Path("out"), seed=seed)
"""


@pytest.mark.parametrize("code", [PUBLISH, SPLIT], ids=["publish", "split"])
def test_the_key_fits_the_folder_that_stays(tmp_path: Path, code: str) -> None:
    (tmp_path / "all.json").write_text(json.dumps(instances(drawn(40, 4, 0))))

    def start(seed: int) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", SLOW + code, str(seed)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)

    first = start(1)
    while not (tmp_path / "ready").exists() and first.poll() is None:
        time.sleep(0.01)
    second = start(2)
    said = second.communicate(timeout=60)[1]
    (tmp_path / "go").touch()
    assert first.communicate(timeout=60)[1] + said == ""
    seal = read_seal(tmp_path / "out.key.json")
    assert seal is not None
    if code == SPLIT:
        manifest = json.loads((tmp_path / "out/split.json").read_text())
        assert (manifest["seed"], manifest["withheld"]["annotations_sha256"]) == (1, seal.sha256)
    else:
        manifest = json.loads((tmp_path / "out/manifest.json").read_text())
        assert (manifest["seed"], manifest["seals"]) == (1, {"test": {"instances": seal.sha256}})
        assert verify(tmp_path / "out") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.json", "go", "out", "out.key.json", "ready"]
