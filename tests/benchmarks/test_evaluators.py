"""The benchmark compares the same numbers, on data that are the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.data import generate
from tests.benchmarks.evaluators import command_of, compare, measure


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    generate(folder, images=12, seed=1)
    return folder


def test_the_same_seed_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    generate(tmp_path, images=12, seed=1)
    for path in data.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


@pytest.mark.parametrize("iou_type", ["bbox", "segm"])
def test_the_table_says_that_the_stats_are_equal(data: Path, iou_type: str, capsys: pytest.CaptureFixture[str]) -> None:
    compare(data / "instances.json", data / f"dt_{iou_type}_lite.json", iou_type, reps=1)
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("| cocokit", "| pycocotools"))]
    assert len(rows) == 2
    assert all(row.endswith("| equal |") for row in rows)


def test_a_command_that_fails_is_named(tmp_path: Path) -> None:
    command = command_of("cocokit", tmp_path / "gt.json", tmp_path / "dt.json", "bbox")
    with pytest.raises(SystemExit, match="exited with 1"):
        measure(command)
