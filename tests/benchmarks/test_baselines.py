"""The table of speeds has a row for each detector, and says why where there is no peer."""

from __future__ import annotations

import pytest

from cocokit.baselines.detectors import DETECTORS
from tests.benchmarks import baselines
from tests.benchmarks.baselines import Setup, config_of, lines, speed_of

TINY = Setup("cpu", size=64, batch=1, reps=1, backbone="tiny")


def test_speed_is_the_median_after_a_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    walls, cpus = iter([0.0, 2.0, 10.0, 11.0, 20.0, 24.0]), iter([0.0, 1.0, 5.0, 8.0, 10.0, 12.0])
    monkeypatch.setattr(baselines.time, "perf_counter", lambda: next(walls))
    monkeypatch.setattr(baselines.time, "process_time", lambda: next(cpus))
    done: list[int] = []
    speed = speed_of(lambda: done.append(1), 4, 3, "cpu")
    assert len(done) == 4
    assert (speed.images, speed.cpu) == (2.0, 0.5)


def test_a_row_has_both_speeds() -> None:
    head, row, *_ = lines(["retinanet"], TINY)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:2] == ["retinanet", "cocokit"]
    assert all(float(cell) > 0 for cell in cells[2:])
    assert len(cells) == head.splitlines()[0].count("|") - 1


def test_what_learns_nothing_has_no_speed_of_training() -> None:
    (name,) = [name for name, entry in DETECTORS.items() if entry.learns == "nothing"][:1]
    cells = [cell.strip() for cell in list(lines([name], TINY))[1].strip("|").split("|")]
    assert cells[3:5] == ["-", "-"]


def test_peers_are_detectors_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(baselines.PEERS) <= set(DETECTORS)
    monkeypatch.setattr(baselines, "torchvision_works", lambda: "ImportError: no")
    assert list(lines(["retinanet"], TINY))[-1] == "\ntorchvision's models were not measured: ImportError: no"


@pytest.mark.parametrize("name", DETECTORS)
def test_each_config_takes_what_the_benchmark_says(name: str) -> None:
    assert config_of(name, TINY) is not None
