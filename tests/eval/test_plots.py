from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import cocokit
from cocokit.errors import NotFoundError, ParamsError
from cocokit.eval.curves import best_threshold
from cocokit.eval.evaluator import Evaluator
from cocokit.eval.plots import plot, write_plot
from cocokit.eval.svg import Chart, Line, document, ticks
from tests.eval.strategies import make_dataset

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(name="report")
def report_fixture() -> Any:
    gt, dt = make_dataset("bbox", 3, 3, 14, 80, False, 12)
    for category, name in zip(gt["categories"], ("<cat> & dog", "b", "c"), strict=True):
        category["name"] = name
    return cocokit.evaluate(gt, dt)


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_sentences_name_the_reports_own_numbers(report: Any) -> None:
    said = " ".join(texts(plot(report)))
    stats = report.named_stats()
    assert f"{stats['AP50']:.3f} at IoU 0.50" in said
    assert f"{stats['AP75']:.3f} at IoU 0.75" in said
    best = best_threshold(report).micro
    assert f"the best F1, {best.f1:.2f}" in said
    assert f"{best.tp:,} right, {best.fp:,} wrong, {best.fn:,} missed." in said


def test_one_category_is_drawn_by_its_name(report: Any) -> None:
    said = " ".join(texts(plot(report, cat_id=next(i for i, n in zip(report.cat_ids, report.cat_names, strict=True)
                                                   if n.startswith("<")))))  # fmt: skip
    assert "AP of <cat> & dog is" in said
    with pytest.raises(NotFoundError, match="has no category 4711"):
        plot(report, cat_id=4711)
    with pytest.raises(ParamsError, match="iou_thr is 0.33"):
        plot(report, iou_thr=0.33)


def test_every_number_of_a_path_lies_inside_the_picture(report: Any) -> None:
    root = ElementTree.fromstring(plot(report))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    paths = [path.get("d", "") for path in root.iter(f"{SVG}path")]
    numbers = [float(n) for d in paths for n in re.findall(r"[\d.]+", d)]
    assert len(paths) >= 2 * 6 + 5
    assert max(numbers) < max(width, height)
    assert "nan" not in plot(report)


def test_labels_do_not_stand_on_each_other() -> None:
    x = np.linspace(0, 1, 50)
    lines = [Line(x, x * 0.5 + shift, "second", f"line {i}") for i, shift in enumerate((0.2, 0.21, 0.22))]
    root = ElementTree.fromstring(document([Chart("t", ["s"], "c", (0, 1), lines)], "name"))
    places = [
        (float(text.get("x", 0)), float(text.get("y", 0)))
        for text in root.iter(f"{SVG}text")
        if (text.text or "").startswith("line ")
    ]
    assert len(places) == 3
    for i, (ax, ay) in enumerate(places):
        assert all(abs(ax - bx) > 40 or abs(ay - by) >= 16 for bx, by in places[:i])


def test_nothing_to_find_is_said_and_nothing_is_drawn() -> None:
    said = texts(plot(Evaluator(cat_ids=(1,)).compute()))
    assert said.count("There is no ground truth to find.") == 2


def test_detections_that_are_all_wrong_have_no_best_score() -> None:
    evaluator = Evaluator()
    evaluator.update([1], [{"boxes": [[50, 50, 5, 5]], "labels": [1], "scores": [-3.0]}],
                     [{"boxes": [[0, 0, 5, 5]], "labels": [1]}])  # fmt: skip
    svg = plot(evaluator.compute())
    assert "No detection is right at any score." in texts(svg)
    assert "circle" not in svg


@pytest.mark.parametrize("score", [1e308, -1e308, float("inf"), -float("inf"), float("nan"), 1e9, 5e-324])
def test_scores_beyond_any_axis_leave_a_picture(score: float) -> None:
    gt, dt = make_dataset("bbox", 2, 2, 10, 30, False, 12)
    dt[3]["score"] = dt[7]["score"] = score
    for _ in range(2):
        drawn = re.findall(r' d="([^"]*)"', plot(cocokit.evaluate(gt, dt, lenient=True)))
        assert drawn
        assert not re.search(r"nan|inf", " ".join(drawn))
        for row in dt:
            row["score"] = score


def test_a_report_without_categories_is_drawn_empty() -> None:
    gt, dt = make_dataset("bbox", 2, 2, 10, 30, False, 12)
    assert "There is no ground truth to find." in " ".join(texts(plot(cocokit.evaluate({**gt, "categories": []}, dt))))


def test_ticks_are_round_and_cover_the_range() -> None:
    assert ticks(0, 1, 5) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    for lo, hi in ((-7.3, 12.9), (0.0012, 0.0039), (1e6, 3e6)):
        marks = ticks(lo, hi)
        assert lo <= marks[0]
        assert marks[-1] <= hi
        assert 2 <= len(marks) <= 7


def test_the_file_is_the_document(report: Any, tmp_path: Path) -> None:
    write_plot(report, tmp_path / "p.svg")
    assert (tmp_path / "p.svg").read_text(encoding="utf-8") == plot(report)
