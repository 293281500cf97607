"""R-CNN, SPP-net and Selective Search through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cocokit.baselines.train.shapes import write_shapes
from tests.baselines.train.test_running import cocokit, train

SMALL = ("size=64", "model.backbone=tiny", "model.width=16", "model.steps=2", "model.rois=8", "model.search.smallest=4")


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(write_shapes(tmp_path_factory.mktemp("scenes"), 4, 64, seed=5, domain="cluttered", val=2))


@pytest.mark.parametrize(
    ("name", "more"), [("rcnn", ("model.context=2", "model.size=32")), ("sppnet", ("model.side=64",))]
)
def test_trained_and_predicted_with(name: str, more: tuple[str, ...], scenes: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    done = train(scenes, run, *(word for setting in (*SMALL, *more) for word in ("--set", setting)), name=name)
    assert done.exit_code == 0, done.stderr
    told = [cocokit("predict", run, "--data", scenes, "-o", tmp_path / f"{n}.json", "--json") for n in range(2)]
    assert [one.exit_code for one in told] == [0, 0], told[0].stderr
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
    assert set(json.loads(told[0].stdout)["measured"]) >= {"AP", "AP50"}


def test_proposals_as_a_results_file(scenes: Path, tmp_path: Path) -> None:
    told = cocokit("predict", "selective_search", "--data", scenes, "-o", tmp_path / "p.json", "--json")
    assert told.exit_code == 0, told.stderr
    measured = json.loads(told.stdout)["measured"]
    assert measured["AR1000"] > 0.4
    rows = json.loads((tmp_path / "p.json").read_text())
    scores = [row["score"] for row in rows if row["image_id"] == rows[0]["image_id"]]
    assert scores == sorted(scores, reverse=True)
