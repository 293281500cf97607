from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit.errors import DataError, ParamsError
from cocokit.eval.proposals import ProposalReport, average_recall, of_report
from tests.eval import oracle
from tests.eval.naive import Settings
from tests.eval.strategies import make_dataset


def data(iou_type: str, seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    gt, dt = make_dataset(iou_type, 2, 2, 10, 300, False, seed)
    gt["annotations"] = [{**t, "id": n + 1} for n, t in enumerate(gt["annotations"]) if t["category_id"] != 999]
    return gt, [row for row in dt if row["category_id"] != 999]


@pytest.mark.parametrize("iou_type", ["bbox", "segm"])
def test_recall_at_every_count_is_pycocotools_recall_at_that_max_dets(iou_type: str) -> None:
    counts = [1, 2, 5, 17, 100, 1000]
    for seed in range(6):
        gt, dt = data(iou_type, seed)
        found = average_recall(gt, dt, iou_type, counts=counts)
        for first in (0, 3):
            some = counts[first : first + 3]
            expected = oracle.evaluate(gt, dt, Settings(iou_type, max_dets=some, use_cats=False)).recall
            ours = found.recall[:, :, np.array(some) - 1]
            assert ours.view(np.int64).tolist() == np.ascontiguousarray(expected[:, 0]).view(np.int64).tolist()


def test_average_recall_is_the_reports_own() -> None:
    gt, dt = data("bbox", 1)
    report = cocokit.evaluate(gt, dt, use_cats=False, max_dets=(10, 100, 1000))
    found = average_recall(gt, dt)
    assert [found.ar(k) for k in (10, 100, 1000)] == pytest.approx(report.stats[6:9].tolist(), abs=1e-15)
    assert np.array_equal(of_report(report, (10, 100, 1000)).recall, found.recall)
    assert found.recall_over_iou(100).tolist() == report.recall[:, 0, 0, 1].tolist()


def made(values: list[float]) -> ProposalReport:
    recall = np.array([[values]])
    return ProposalReport("bbox", (1, len(values)), np.array([0.5]), ("all",), np.array([1]), recall, 1, len(values))


def test_auc_is_the_mean_over_a_logarithmic_scale() -> None:
    assert made([0.3] * 50).auc() == pytest.approx(0.3)
    rising = np.log(np.arange(1, 1001)) / np.log(1000)  # a straight line over log k
    assert made(rising.tolist()).auc() == pytest.approx(0.5, abs=1e-12)
    assert made(rising.tolist()).auc(scale="linear") == pytest.approx(rising.mean())
    assert made([0.25]).auc() == 0.25


def test_auc_agrees_with_the_published_relation_to_average_recall() -> None:
    # Two rows of the SharpMask paper's table: AR@10, AR@100, AR@1000, AUC; AR@1 is not printed, and is near a third
    # of AR@10.
    for at, auc in (((14.4, 25.8, 33.1), 19.4), ((15.6, 27.6, 35.5), 20.9)):
        k = np.arange(1, 1001)
        curve = np.interp(np.log10(k), [0, 1, 2, 3], [at[0] / 3, *at])
        assert made(curve.tolist()).auc() == pytest.approx(auc, abs=0.6)
        assert made(curve.tolist()).auc(scale="linear") > auc + 9


def test_any_category_id_will_do() -> None:
    gt, dt = data("bbox", 2)
    one = {c["id"]: gt["categories"][0]["id"] for c in gt["categories"]}
    for row in (*gt["annotations"], *dt):
        row["category_id"] = one[row["category_id"]]
    expected = average_recall(gt, dt).recall
    assert np.array_equal(average_recall(gt, [{**row, "category_id": 12345} for row in dt]).recall, expected)


def test_the_summary_names_every_count_and_area() -> None:
    gt, dt = data("bbox", 3)
    found = average_recall(gt, dt, counts=(300, 7))
    assert list(found.stats())[:4] == ["AR@7", "AR@300", "AUC", "AR@7 small"]
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["counts"] == [7, 300]
    assert found.lines()[0].split() == ["area", "AR@7", "AR@300", "AUC"]
    assert len({len(line) for line in found.lines()}) == 1


def test_an_area_without_ground_truth_is_minus_one() -> None:
    gt, dt = data("bbox", 4)
    found = average_recall(gt, dt, area_rng={"all": (0, 1e10), "vast": (1e11, 1e12)})
    assert found.ar(10, "vast") == found.auc("vast") == -1
    assert found.lines()[2].split() == ["vast", "-", "-", "-", "-"]


def test_settings_that_cannot_work_are_refused() -> None:
    gt, dt = data("bbox", 5)
    found = average_recall(gt, dt, counts=[5])
    for wrong, message in (
        (lambda: average_recall(gt, dt, "keypoints"), "iou_type is 'keypoints'; proposals are boxes or masks"),
        (lambda: average_recall(gt, dt, counts=[0]), "counts is .0.; give numbers of proposals of 1 or more"),
        (lambda: found.ar(6), "count is 6; give 1 to 5"),
        (lambda: found.auc(scale="cubic"), "scale is 'cubic'; use log or linear"),
        (lambda: found.auc("tiny"), "area is 'tiny'; use one of all, small"),
        (lambda: of_report(cocokit.evaluate(gt, dt), [10]), "evaluate with use_cats=False"),
        (lambda: of_report(cocokit.evaluate(gt, dt, use_cats=False), [500]), "made with at most 100"),
    ):
        with pytest.raises(ParamsError, match=message):
            wrong()


def test_a_fault_is_named_by_its_file(tmp_path: Any) -> None:
    gt, dt = data("bbox", 6)
    dt[3]["image_id"] = 4711
    path = tmp_path / "proposals.json"
    path.write_text(json.dumps(dt))
    with pytest.raises(DataError, match=r"proposals.json: .*4711"):
        average_recall(gt, str(path))
