"""The table of what baselines come to: each is trained by the command, and its numbers are the evaluator's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocokit.baselines.detectors import DETECTORS
from cocokit.baselines.train.shapes import write_shapes
from tests.benchmarks import baselines_trained as trained


def test_every_baseline_that_finds_things_is_in_it() -> None:
    wanted = {name for name, entry in DETECTORS.items() if entry.predicts != ("proposals",)}
    assert set(trained.SETTINGS) == wanted
    assert set(trained.GIVEN) == {
        name for name, entry in DETECTORS.items() if "proposals" in (*entry.needs, *entry.takes)
    }


def test_where_data_lie() -> None:
    assert trained.options_of("splits,photos") == ["--data", "splits", "--images", "photos"]
    assert trained.options_of("export") == ["--data", "export"]


@pytest.mark.slow
def test_a_row_is_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = "model.backbone=tiny model.width=16 model.hidden=16 model.neck=fpn size=64 batch=2"
    monkeypatch.setitem(trained.SETTINGS, "fast_rcnn", small)
    folder = write_shapes(tmp_path / "shapes", 2, 64, val=2)
    head, row = trained.lines({"shapes": trained.options_of(str(folder))}, ["fast_rcnn"], 2, tmp_path / "runs")
    assert head.splitlines()[0].count("|") == row.count("|")
    title, data, ap, _, mask, minutes = (cell.strip() for cell in row.strip("|").split("|"))
    assert (title, data, mask) == ("Fast R-CNN", "shapes", "")
    assert 0 <= float(ap) <= 1
    assert float(minutes) > 0
    assert (tmp_path / "runs" / "shapes" / "fast_rcnn" / "checkpoint.pt").exists()
