"""ONNX files are torch's networks, or are not written."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import torch

from cocokit.baselines.detectors import load
from cocokit.baselines.train import onnx as exporting
from cocokit.baselines.train.applying import read_run
from tests.baselines.train.test_running import cocokit, refused, trained


@pytest.fixture
def run(shapes: Path, tmp_path: Path) -> Path:
    small = "model.backbone=tiny model.width=16 model.convs=1 size=64 batch=2 steps=1".split()
    return trained(shapes, tmp_path / "run", *(word for name in small for word in ("--set", name)), name="retinanet")


def test_the_file_is_the_network(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    done = cocokit("onnx", run, "-o", path, "--size", "64x96", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["size"] == [64, 96]
    assert list(told["differences"]) == ["logits", "codes", "anchors"]
    assert max(told["differences"].values()) < 1e-4

    import onnx
    import onnxruntime

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    detector = read_run(str(run))[1]
    pixels = torch.rand(3, 3, 64, 96)
    with torch.no_grad():
        logits, codes, anchors = detector(pixels)
    for mine, theirs in zip(session.run(None, {"pixels": pixels.numpy()}), (logits, codes, torch.cat(anchors)),
                            strict=True):  # fmt: skip
        assert torch.allclose(torch.from_numpy(mine), theirs, atol=1e-4)
    notes = {prop.key: prop.value for prop in onnx.load(path).metadata_props}
    assert [row["name"] for row in json.loads(notes["categories"])] == ["circle", "square", "triangle"]


@pytest.mark.parametrize("name, settings", [("ssd", {"size": 96}), ("yolo1", {"grid": 2, "width": 16, "hidden": 32})])
def test_detectors_of_squares_are_networks_too(name: str, settings: dict[str, int], tmp_path: Path) -> None:
    kind, detector = load(name)
    config = kind(backbone="tiny", **settings)
    found = exporting.export(detector(config, 3), name, (), (config.size, config.size), str(tmp_path / "model.onnx"))
    assert tuple(found) == exporting.OUTPUTS[name]
    assert (tmp_path / "model.onnx").stat().st_size > 10_000


def test_other_outputs_are_not_written(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_model", lambda *_: b"")
    monkeypatch.setattr(exporting, "_compare", lambda *_: {"logits": 0.5, "codes": float("nan"), "anchors": 0.0})
    done = cocokit("onnx", run, "-o", tmp_path / "model.onnx")
    refused(done, "its outputs are not torch's (logits by 0.5, codes by nan)")
    assert not (tmp_path / "model.onnx").exists()


def test_what_cannot_be_exported(run: Path, shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "model.onnx"
    refused(cocokit("onnx", run, "-o", out, "--size", "60x64"), "size is '60x64'; give multiples of 32")
    refused(cocokit("onnx", trained(shapes, tmp_path / "toy"), "-o", out), "it is no single network")
    assert cocokit("onnx", run, "-o", out, "--size", "large").exit_code == 2
    find = importlib.util.find_spec
    monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == "onnxscript" else find(name))
    refused(cocokit("onnx", run, "-o", out), "ONNX needs onnxscript: pip install 'cocokit[onnx]'")
    assert not out.exists()
