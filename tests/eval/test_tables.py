from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit.errors import DataError
from cocokit.eval.curves import pr_curves
from cocokit.eval.tables import write_category_csv, write_interpolated_csv, write_pr_csv
from tests.eval.strategies import make_dataset


@pytest.fixture(name="report")
def report_fixture() -> Any:
    gt, dt = make_dataset("bbox", 3, 3, 12, 60, False, 11)
    gt["categories"][0]["name"] = 'one, "two"\nthree'
    return cocokit.evaluate(gt, dt)


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_of_categories_has_their_own_stats(report: Any, tmp_path: Path) -> None:
    write_category_csv(report, tmp_path / "a.csv")
    for row, expected in zip(rows_of(tmp_path / "a.csv"), report.per_category(), strict=True):
        assert (row["name"], int(row["id"])) == (expected["name"], expected["id"])
        for name in report.stat_names:
            assert float(row[name] or -1) == expected[name]


def test_raw_curves_are_written_to_the_last_digit(report: Any, tmp_path: Path) -> None:
    write_pr_csv(report, tmp_path / "a.csv")
    rows = rows_of(tmp_path / "a.csv")
    assert len(rows) == sum(len(curve.scores) for curve in pr_curves(report, 0.5)) > 10
    at = 0
    for curve in pr_curves(report, 0.5):
        for i in range(len(curve.scores)):
            row = rows[at]
            assert (float(row["score"]), int(row["tp"])) == (curve.scores[i], curve.tp[i])
            assert float(row["precision"]) == curve.precision[i]
            assert int(row["tp"]) + int(row["fn"]) == curve.positives
            at += 1


def test_all_thresholds_are_written_when_none_is_named(report: Any, tmp_path: Path) -> None:
    write_pr_csv(report, tmp_path / "a.csv", iou_thr=None, area="small", max_dets=1)
    rows = rows_of(tmp_path / "a.csv")
    assert {float(row["iou_thr"]) for row in rows} == set(report.params.iou_thrs.round(10).tolist())
    assert {(row["area"], row["max_dets"]) for row in rows} == {("small", "1")}


def test_interpolated_curves_are_the_reports_own(report: Any, tmp_path: Path) -> None:
    write_interpolated_csv(report, tmp_path / "a.csv")
    rows = rows_of(tmp_path / "a.csv")
    counted = np.flatnonzero(report.npig[:, 0])
    assert len(rows) == len(counted) * 10 * 101
    written = np.array([float(row["precision"]) for row in rows]).reshape(len(counted), 10, 101)
    assert np.array_equal(written, report.precision[:, :, counted, 0, -1].transpose(2, 0, 1))


def test_a_file_that_cannot_be_written_is_named(report: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        write_pr_csv(report, tmp_path / "nowhere" / "a.csv")
