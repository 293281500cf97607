from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit.errors import NotFoundError, ParamsError
from cocokit.eval.curves import at_score, best_threshold, pooled_curve, pr_curves
from cocokit.eval.evaluator import Evaluator
from tests.eval import raw
from tests.eval.feeding import fed, per_image
from tests.eval.strategies import make_dataset

Data = tuple[dict[str, Any], list[dict[str, Any]]]


def data(iou_type: str, seed: int, results: int = 40) -> Data:
    gt, dt = make_dataset(iou_type, 3, 3, 12, results, False, seed)
    gt["annotations"] = [{**truth, "id": n + 1} for n, truth in enumerate(gt["annotations"])]
    return gt, dt


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_points_at_a_score_are_counted_from_pycocotools_own_matches(iou_type: str) -> None:
    for seed in range(12):
        gt, dt = data(iou_type, seed)
        report = cocokit.evaluate(gt, dt, iou_type)
        for t, a, most in ((0, 0, 10), (5, 1, 1), (9, 0, 10)):
            thr, label = report.params.iou_thrs[t], report.params.area_labels[a]
            expected = raw.outcomes(gt, dt, iou_type, t, a, most)
            for score in (0.0, 0.25, 0.5, 0.9, 2.0):
                found = at_score(report, score, thr, label, most)
                want = {k: raw.point(rows, counted, score) for k, (rows, counted) in expected.items()}
                assert {p.cat_id: (p.tp, p.fp, p.fn) for p in found.per_category} == want
                micro = found.micro
                assert (micro.tp, micro.fp, micro.fn) == tuple(map(sum, zip(*want.values(), strict=True)))


@pytest.mark.parametrize("iou_type", ["bbox", "segm"])
def test_the_best_score_is_that_of_a_search_over_all_scores(iou_type: str) -> None:
    found = 0
    for seed in range(25):
        gt, dt = data(iou_type, seed)
        points = best_threshold(cocokit.evaluate(gt, dt, iou_type), 0.5)
        expected = raw.outcomes(gt, dt, iou_type, 0, 0, 100)
        everything = [row for rows, _ in expected.values() for row in rows], sum(n for _, n in expected.values())
        want = [raw.best(*expected[point.cat_id]) for point in points.per_category] + [raw.best(*everything)]
        for point, one in zip([*points.per_category, points.micro], want, strict=True):
            if one is None:
                assert math.isnan(point.score)
            else:
                assert (point.score, point.tp, point.fp, point.fn) == one
                found += 1
    assert found > 40


def test_the_envelope_of_the_raw_curve_is_the_interpolated_one() -> None:
    gt, dt = data("bbox", 4, results=200)
    for row, score in zip(dt, np.random.default_rng(0).permutation(200), strict=True):
        row["score"] = float(score)  # no ties, so that every detection is a point of its own
    report = cocokit.evaluate(gt, dt)
    for k, curve in enumerate(pr_curves(report, 0.5)):
        assert curve.precision.shape == curve.recall.shape == curve.f1.shape == curve.scores.shape
        if not curve.positives:
            assert np.isnan(curve.recall).all()
            continue
        wanted = [curve.precision[curve.recall >= r].max(initial=0) for r in report.params.rec_thrs]
        assert np.allclose(wanted, report.precision[0, :, k, 0, -1], atol=1e-12)


def test_curves_come_threshold_after_threshold_and_are_strictly_falling_in_score() -> None:
    gt, dt = data("bbox", 6)
    report = cocokit.evaluate(gt, dt)
    curves = pr_curves(report)
    assert [(c.iou_thr, c.cat_id) for c in curves] == [
        (thr, k) for thr in report.params.iou_thrs.tolist() for k in report.cat_ids
    ]
    for curve in [*curves, pooled_curve(report)]:
        assert (np.diff(curve.scores) < 0).all()
        assert (np.diff(curve.tp) >= 0).all()
        assert (np.diff(curve.fp) >= 0).all()


def test_macro_means_leave_out_what_is_undefined() -> None:
    gt = {
        "images": [{"id": 1, "width": 9, "height": 9}],
        "categories": [{"id": i, "name": str(i)} for i in (1, 2, 3, 4)],
        "annotations": [
            {"id": i, "image_id": 1, "category_id": i, "bbox": [0, 0, 9, 9], "area": 81, "iscrowd": 0} for i in (1, 2)
        ],
    }
    dt = [{"image_id": 1, "category_id": k, "bbox": [0, 0, 9, 9], "score": 0.5} for k in (1, 3)]
    macro = at_score(cocokit.evaluate(gt, dt), 0.5).macro()
    assert macro == {"precision": 0.5, "recall": 0.5, "f1": pytest.approx(1 / 3)}  # 1 found, 2 missed, 3 invented


def test_a_merged_evaluator_gives_the_same_points() -> None:
    gt, dt = data("bbox", 8)
    report = cocokit.evaluate(gt, dt)
    parts = fed(3, per_image(gt, dt, "bbox"), 8, {"cat_names": {c["id"]: c["name"] for c in gt["categories"]}})
    for other in parts[1:]:
        parts[0].merge(other)
    assert repr(best_threshold(parts[0].compute())) == repr(best_threshold(report))


def test_what_the_report_was_not_made_with_is_refused() -> None:
    gt, dt = data("bbox", 1)
    report = cocokit.evaluate(gt, dt, iou_thrs=[0.5, 0.75])
    with pytest.raises(ParamsError, match="iou_thr is 0.6; the report was made with 0.5, 0.75"):
        at_score(report, 0.5, iou_thr=0.6)
    with pytest.raises(ParamsError, match="area is 'tiny'; the report was made with all, small"):
        best_threshold(report, area="tiny")
    with pytest.raises(ParamsError, match="max_dets is 500; the report was made with at most 100"):
        pr_curves(report, max_dets=500)
    report.details = None
    with pytest.raises(NotFoundError, match="holds no outcome per detection"):
        pr_curves(report)


def test_nothing_fed_gives_points_without_numbers() -> None:
    report = Evaluator(cat_ids=(3,)).compute()
    assert math.isnan(best_threshold(report).micro.f1)
    assert repr(at_score(report, 0.5).macro()) == "{'precision': nan, 'recall': nan, 'f1': nan}"
