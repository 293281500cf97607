"""ONNX files are torch's networks, or are not written."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from cocokit.baselines.detectors import load
from cocokit.baselines.detectors.graphs import OUTPUTS
from cocokit.baselines.ops.coding import decode
from cocokit.baselines.parts.classifying import WEIGHTS
from cocokit.baselines.parts.post import best, finish
from cocokit.baselines.parts.proposing import Looks
from cocokit.baselines.train import onnx as exporting
from cocokit.baselines.train.applying import read_run
from cocokit.baselines.train.collate import collate
from cocokit.baselines.train.shapes import shapes_batches
from tests.baselines.train.test_running import cocokit, refused, trained


@pytest.fixture
def run(shapes: Path, tmp_path: Path) -> Path:
    small = "model.backbone=tiny model.width=16 model.convs=1 size=64 batch=2 steps=1".split()
    return trained(shapes, tmp_path / "run", *(word for name in small for word in ("--set", name)), name="retinanet")


def test_the_file_is_the_network(run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "model.onnx"
    done = cocokit("onnx", run, "-o", path, "--size", "64x96", "--json")
    assert done.exit_code == 0, done.stderr
    assert not [entry for entry in caplog.records if entry.levelname != "DEBUG"]
    told = json.loads(done.stdout)
    assert told["size"] == [64, 96]
    assert list(told["files"]) == [str(path)]
    differences = told["files"][str(path)]
    assert list(differences) == ["logits", "codes", "anchors"]
    assert max(differences.values()) < 1e-4

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
    config, path = kind(backbone="tiny", **settings), str(tmp_path / "model.onnx")
    found = exporting.export(detector(config, 3), name, (), (config.size, config.size), path)
    assert {place: tuple(of) for place, of in found.items()} == {path: OUTPUTS[name]}
    assert (tmp_path / "model.onnx").stat().st_size > 10_000


MAPS = ["P2", "P3", "P4", "P5"]
LOOKS = ["logits", "codes", "anchors"]
FIRST, SECOND = {"": [*LOOKS, *MAPS]}, {"regions": ["scores", "codes"]}


@pytest.mark.parametrize(
    "name, settings, wanted",
    [
        pytest.param("rpn", {"width": 16}, {"": LOOKS}, marks=pytest.mark.slow),
        pytest.param("faster_rcnn", {"width": 16, "hidden": 32}, FIRST | SECOND, marks=pytest.mark.slow),
        pytest.param("faster_rcnn", {"neck": "c4", "sides": (32.0,)}, {"": [*LOOKS, "C4"]} | SECOND,
                     marks=pytest.mark.slow),
        pytest.param("mask_rcnn", {"width": 16, "hidden": 32, "mask_width": 8, "keypoint_width": 8},
                     FIRST | SECOND | {"drawn": ["masks", "keypoints"]}, marks=pytest.mark.slow),
        pytest.param("fast_rcnn", {"hidden": 32}, {"": ["C4"]} | SECOND, marks=pytest.mark.slow),
        ("rcnn", {"size": 64, "context": 4, "width": 16}, {"": ["scores", "codes"]}),
        ("sppnet", {"width": 16}, {"": ["C4"]} | SECOND),
    ],
    ids=["rpn", "fpn", "c4", "mask", "fast", "crops", "spatial"],
)  # fmt: skip
def test_two_stages_are_files_of_their_own(
    name: str, settings: dict[str, Any], wanted: dict[str, list[str]], tmp_path: Path
) -> None:
    kind, detector = load(name)
    torch.manual_seed(0)
    made = detector(kind(backbone="tiny", **settings), 3, 5 if name == "mask_rcnn" else 0)
    for value in made.state_dict().values():
        if not value.any():  # SVMs and boxes learned after the network begin as zeros, which any file would give
            value.normal_() if value.is_floating_point() else value.fill_(1)
    found = exporting.export(made, name, (), (64, 96), str(tmp_path / "model.onnx"))
    paths = [str(tmp_path / f"model{part and '-'}{part}.onnx") for part in wanted]
    assert {place: list(of) for place, of in found.items()} == dict(zip(paths, wanted.values(), strict=True))
    assert sorted(map(str, tmp_path.iterdir())) == sorted(paths)


def test_the_stages_together_are_the_detector(tmp_path: Path) -> None:
    """Run as somebody would who has the files alone: choose regions, classify them, suppress, draw."""
    import onnxruntime

    kind, detector = load("mask_rcnn")
    torch.manual_seed(1)
    made = detector(kind(backbone="tiny", width=16, hidden=32, mask_width=8, floor=0.2), 3).eval()
    paths = exporting.export(made, "mask_rcnn", (), (64, 96), str(tmp_path / "model.onnx"))
    first, second, third = (onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]) for path in paths)
    batch = collate(shapes_batches(2, (64, 96)))
    (looks, codes, anchors, *maps) = map(torch.from_numpy, first.run(None, {"pixels": batch.pixels.numpy()}))
    levels = dict(zip(MAPS, (x.numpy() for x in maps), strict=True))
    sides = [len(of) for of in made.rpn.anchors.levels([(64 // s, -(-96 // s)) for s in (4, 8, 16, 32, 64)], "cpu")]
    for row, wanted in enumerate(made.detect(batch)):
        parts = Looks(*([x.split(sides) for x in (looks[row][:, None], codes[row], anchors)]))
        regions = made.rpn.propose(
            Looks([x[None] for x in parts.logits], [x[None] for x in parts.codes], parts.anchors), batch.sizes[:1]
        )[0].boxes
        rows = functional.pad(regions, (1, 0), value=row)
        scores, moves = map(torch.from_numpy, second.run(None, {"regions": rows.numpy(), **levels}))
        chosen, labels, values = best(scores[:, :-1], scores.numel(), 0.2)
        boxes = decode(moves[chosen, labels], regions[chosen], weights=WEIGHTS)
        found = finish(boxes, values, labels, batch.sizes[row], iou_thr=0.5, count=100)
        assert len(found.boxes) == len(wanted.boxes) > 0
        assert torch.allclose(found.boxes, wanted.boxes, atol=1e-2)
        drawn = third.run(["masks"], {"regions": functional.pad(found.boxes, (1, 0), value=row).numpy(), **levels})[0]
        mine = torch.from_numpy(drawn)[torch.arange(len(found.labels)), found.labels]
        assert wanted.masks is not None
        assert torch.allclose(mine, wanted.masks, atol=1e-3)


def test_other_outputs_are_not_written(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_model", lambda *_: b"")
    monkeypatch.setattr(exporting, "_compare", lambda *_: {"logits": 0.5, "codes": float("nan"), "anchors": 0.0})
    done = cocokit("onnx", run, "-o", tmp_path / "model.onnx")
    refused(done, "its outputs are not torch's (logits by 0.5, codes by nan)")
    assert not (tmp_path / "model.onnx").exists()


def test_what_cannot_be_exported(run: Path, shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "model.onnx"
    refused(cocokit("onnx", run, "-o", out, "--size", "60x64"), "size is '60x64'; give multiples of 32")
    refused(cocokit("onnx", trained(shapes, tmp_path / "toy"), "-o", out), "there is no network in it")
    assert cocokit("onnx", run, "-o", out, "--size", "large").exit_code == 2
    find = importlib.util.find_spec
    monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == "onnxscript" else find(name))
    refused(cocokit("onnx", run, "-o", out), "ONNX needs onnxscript: pip install 'cocokit[onnx]'")
    assert not out.exists()
