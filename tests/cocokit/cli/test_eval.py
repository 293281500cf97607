"""``cocokit eval``: what it prints, writes and exits with."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cocokit.eval import evaluate
from tests.cocokit.cli.data import Folder, box_results, dataset, pose_dataset, pose_results


def oracle(folder: Folder, capsys: pytest.CaptureFixture[str]) -> tuple[COCOeval, list[str]]:
    """pycocotools' evaluation of the folder's files, and the lines that it prints."""
    gt = COCO(str(folder.path / "gt.json"))
    run = COCOeval(gt, gt.loadRes(str(folder.path / "dt.json")), "bbox")
    run.evaluate()
    run.accumulate()
    capsys.readouterr()
    run.summarize()
    return run, capsys.readouterr().out.splitlines()


def test_it_prints_the_lines_of_pycocotools(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    result = folder.eval(dataset(), box_results(), "--iou-type", "bbox")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:12] == oracle(folder, capsys)[1]
    assert result.stderr == ""


def test_json_is_one_line_with_the_stats_in_order(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    result = folder.eval(dataset(), box_results(), "--iou", "bbox", "--json")
    assert result.stdout.count("\n") == 1
    report = json.loads(result.stdout)
    assert report["stats"] == oracle(folder, capsys)[0].stats.tolist()
    assert report["stat_names"][:3] == ["AP", "AP50", "AP75"]
    assert report["counts"] == {"images": 3, "annotations": 6, "detections": 12}
    assert report["failed"] == []


def test_arrays_are_those_of_pycocotools(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.eval(dataset(), box_results(), "--arrays", "out.npz")
    want = oracle(folder, capsys)[0].eval
    with np.load(folder.path / "out.npz") as arrays:
        for name in ("precision", "recall", "scores"):
            assert arrays[name].dtype == np.float64
            assert arrays[name].tobytes() == want[name].tobytes()


def test_the_iou_type_is_guessed_from_the_first_result_and_said(folder: Folder) -> None:
    result = folder.eval(pose_dataset(), pose_results())
    assert result.stdout.splitlines()[0].endswith("maxDets= 20 ] = 0.700")
    assert folder.shown(result) == (
        "dt.json: evaluated with --iou-type keypoints, as its first result has keypoints\n"
    )


def test_quirks_that_the_input_meets_are_listed_with_their_counts(folder: Folder) -> None:
    lines = folder.eval(dataset(), box_results()).stdout.splitlines()
    assert any(line.split()[:3] == ["A1", "12", "detections"] for line in lines[12:])


def test_the_workspace_names_the_ground_truth(folder: Folder) -> None:
    folder.write("val.json", dataset())
    folder.write("cocokit.toml", 'gt = "val.json"\niou_type = "bbox"\n')
    result = folder.run("eval", folder.write("dt.json", box_results()))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(" Average Precision")


def test_without_ground_truth_it_says_how_to_give_one(folder: Folder) -> None:
    result = folder.run("eval", folder.write("dt.json", box_results()))
    assert result.exit_code == 2
    assert "give --gt FILE" in result.stderr


def test_settings_reach_the_evaluator(folder: Folder) -> None:
    words = ["--iou-thrs", "0.5:0.9:0.1", "--area-rng", "all=0:1e10,tiny=0:1300", "--max-dets", "2,5"]
    words += ["--img-ids", "1,3", "--cat-ids", "2", "--class-agnostic", "-o", "report.json"]
    result = folder.eval(dataset(), box_results(), *words)
    assert result.exit_code == 0, result.stderr
    params = json.loads((folder.path / "report.json").read_text())["params"]
    assert params["iou_thrs"] == np.linspace(0.5, 0.9, 5).tolist()
    assert params["area_rng"] == {"all": [0.0, 1e10], "tiny": [0.0, 1300.0]}
    assert (params["max_dets"], params["img_ids"], params["cat_ids"]) == ([2, 5], [1, 3], [2])
    assert params["use_cats"] is False


def test_own_sigmas_make_other_poses_possible(folder: Folder) -> None:
    result = folder.eval(pose_dataset(5), pose_results(5), "--sigmas", "0.1,0.1,0.1,0.1,0.1", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["stats"][0] > 0


def test_sigmas_per_category_come_from_a_file(folder: Folder) -> None:
    words = ["--sigmas", folder.write("sigmas.json", {"1": [0.1] * 5, "2": [0.2] * 5}), "--json"]
    both = folder.eval(pose_dataset(5), pose_results(5), *words)
    assert both.exit_code == 0, both.stderr
    want = evaluate(pose_dataset(5), pose_results(5), "keypoints", sigmas={1: [0.1] * 5, 2: [0.2] * 5})
    assert json.loads(both.stdout)["stats"] == want.stats.tolist()
    for text in ("[1]", "{", '{"a": [1]}', '{"1": 5}'):
        result = folder.run("eval", "x", "--gt", "x", "--sigmas", folder.write("bad.json", text))
        assert result.exit_code == 2
        assert "bad.json does not hold" in result.stderr


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--iou-thrs", "0.5;0.9"], "'0.5;0.9' is not a number"),
        (["--iou-thrs", "0.5:0.9"], "low:high:step such as 0.5:0.95:0.05"),
        (["--iou-thrs", "1.5"], "outside 0 to 1"),
        (["--area-rng", "small"], "'small' is not NAME=LOW:HIGH"),
        (["--area-rng", "x=9:1"], "ends before it starts"),
        (["--max-dets", "many"], "comma-separated list of whole numbers"),
        (["--sigmas", "nan"], "not a finite number"),
        (["--fail-under", "AP=high"], "'high' is not a number"),
        (["--fail-under", "mAP=0.3"], "--fail-under names 'mAP'; this report has AP, AP50"),
        (["--fail-drop", "0.005"], "BASELINE.json:DROP"),
        (["--iou-type", "boxes"], "'boxes' is not one of 'bbox', 'segm', 'keypoints'"),
    ],
)
def test_wrong_settings_are_wrong_usage(words: list[str], sentence: str, folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), *words)
    assert result.exit_code == 2
    assert sentence in " ".join(result.stderr.split())


def test_the_table_has_a_row_per_category(folder: Folder) -> None:
    lines = folder.eval(dataset(), box_results(), "--per-category", "--csv", "table.csv").stdout.splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("id  name"))
    assert [line.split()[:3] for line in lines[head + 2 : head + 4]] == [["1", "a", "3"], ["2", "b", "3"]]
    with open(folder.path / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    want = evaluate(dataset(), box_results()).per_category()
    assert [float(row["AP"]) for row in rows] == [row["AP"] for row in want]


def test_a_report_is_written_whole_and_read_back_as_a_baseline(folder: Folder) -> None:
    assert folder.eval(dataset(), box_results(), "-o", "base.json").exit_code == 0
    report = json.loads((folder.path / "base.json").read_text())
    assert report["stats"] == evaluate(dataset(), box_results()).stats.tolist()
    assert folder.eval(dataset(), box_results(), "--fail-drop", "base.json:0").exit_code == 0
    worse = folder.eval(dataset(), box_results()[2:], "--fail-drop", "base.json:AP=0.005,AP50=1")
    assert worse.exit_code == 3
    assert worse.stderr.splitlines()[-1].startswith("Failed: AP fell by 0.")


def test_gates_name_every_number_that_is_too_low(folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), "--fail-under", "AP=0.9,AP50=0.5,APs=0.1", "--json")
    assert result.exit_code == 3
    low, empty = json.loads(result.stdout)["failed"]
    assert low.startswith("AP is 0.7337, below 0.9")
    assert empty == "APs is -1 (nothing to measure), below 0.1"


def test_a_baseline_that_is_no_report_fails_before_the_evaluation(folder: Folder) -> None:
    for text in ("{}", "[1]", "{", '{"stats": [1, 2], "stat_names": ["AP"]}', '{"stats": [NaN], "stat_names": ["AP"]}'):
        folder.write("base.json", text)
        result = folder.run("eval", "missing.json", "--gt", "missing.json", "--fail-drop", "base.json:0.01")
        assert result.exit_code == 1
        assert "base.json: is not a report with stats and stat_names" in result.stderr


def test_a_file_that_cannot_be_written_is_one_sentence(folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), "-o", "no/such/folder/report.json")
    assert result.exit_code == 1
    assert "no/such/folder/report.json: cannot be written" in result.stderr


def test_fixed_and_lenient_reach_the_evaluator(folder: Folder) -> None:
    zero = dataset()
    zero["annotations"][0]["id"] = 0
    stats = [json.loads(folder.eval(zero, box_results(), "--json", *w).stdout)["stats"][0] for w in ((), ("--fixed",))]
    assert stats[0] < stats[1]


def test_operating_points_are_printed_and_join_the_table(folder: Folder) -> None:
    words = ["--at-score", "0.5", "--per-category", "-o", "report.json"]
    lines = folder.eval(dataset(), box_results(), *words).stdout.splitlines()
    at = lines.index("Keeping the detections above a score, at IoU 0.5, all categories together:")
    assert lines[at + 2].split() == ["score", "precision", "recall", "F1", "TP", "FP", "FN"]
    assert lines[at + 4].split() == [">=", "0.500", "1.000", "1.000", "1.000", "6", "0", "0"]
    assert "(best F1)" in lines[at + 5]
    assert any(line.split()[-3:] == ["F1", "score", "F1"] or line.endswith("best score  best F1") for line in lines)
    report = json.loads((folder.path / "report.json").read_text())
    assert report["at_score"]["micro"]["tp"] == 6
    assert len(report["best_threshold"]["per_category"]) == 2


def test_a_score_that_nothing_reaches_gives_dashes(folder: Folder) -> None:
    lines = folder.eval(dataset(), box_results(), "--at-score", "0.99").stdout.splitlines()
    row = next(line.split() for line in lines if line.startswith(">= 0.99"))
    assert row == [">=", "0.990", "-", "0.000", "0.000", "0", "0", "6"]


def test_operating_points_are_read_at_the_lowest_threshold_without_one_half(folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), "--at-score", "0.5", "--iou-thrs", "0.7,0.6")
    assert "at IoU 0.6, all categories together:" in result.stdout


def test_curves_are_written_as_csv(folder: Folder) -> None:
    gt = dataset()
    gt["categories"].append({"id": 3, "name": "nothing"})
    assert folder.eval(gt, box_results(), "--pr", "curves.csv").exit_code == 0
    with open(folder.path / "curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 10 * 101
    report = evaluate(gt, box_results())
    mean = sum(float(row["precision"]) for row in rows) / len(rows)
    assert mean == pytest.approx(report.stats[0], abs=1e-12)
    assert [rows[101][name] for name in ("id", "name", "iou_thr", "recall")] == ["1", "a", "0.55", "0.0"]
    assert float(rows[0]["score"]) == report.scores[0, 0, 0, 0, -1]


def test_curves_are_drawn(folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), "--plot", "curves.svg", "--iou-thrs", "0.7,0.6")
    assert result.exit_code == 0
    drawing = (folder.path / "curves.svg").read_text()
    assert drawing.startswith("<svg ")
    assert "IoU 0.60, not interpolated" in drawing


@pytest.mark.parametrize("metric, rule", [("voc07", "11 points"), ("voc10", "every point")])
def test_voc_has_one_number_and_the_same_gates_and_tables(metric: str, rule: str, folder: Folder) -> None:
    words = ["--metric", metric, "--per-category", "--fail-under", "0.99", "-o", "report.json", "--csv", "voc.csv"]
    result = folder.eval(dataset(), box_results(), "--iou-type", "bbox", *words)
    assert result.exit_code == 0, result.stderr
    assert f"mean AP ({rule}, IoU 0.5) = 1.0000" in result.stdout
    report = json.loads((folder.path / "report.json").read_text())
    assert (report["stat_names"], report["stats"]) == (["AP"], [1.0])
    with open(folder.path / "voc.csv", newline="") as file:
        assert [row["AP"] for row in csv.DictReader(file)] == ["1.0", "1.0"]
    assert folder.eval(dataset(), box_results()[2:], "--metric", metric, "--fail-drop", "report.json:0").exit_code == 3


@pytest.mark.parametrize(
    "words", [["--fixed"], ["--max-dets", "1"], ["--class-agnostic"], ["--pr", "x.csv"], ["--plot", "x.svg"],
              ["--iou-thrs", "0.5,0.6"]],
)
def test_options_that_would_change_nothing_are_wrong_usage(words: list[str], folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), "--metric", "voc07", *words)
    assert result.exit_code == 2
    assert "--metric voc07" in result.stderr


def test_proposals_have_a_row_per_area_range(folder: Folder) -> None:
    words = ["--proposals", "1,2", "-o", "report.json", "--csv", "table.csv", "--fail-under", "AR@2=0.2,AUC=0.99"]
    result = folder.eval(dataset(), box_results(), "--iou-type", "bbox", *words)
    assert result.exit_code == 3
    lines = result.stdout.splitlines()
    assert lines[0] == "Average recall of 6 proposals in 3 images:"
    assert lines[2].split() == ["area", "AR@1", "AR@2", "AUC"]
    assert [line.split()[0] for line in lines[3:7]] == ["all", "small", "medium", "large"]
    (failed,) = result.stderr.splitlines()
    assert failed.startswith("Failed: AUC is 0.")
    report = json.loads((folder.path / "report.json").read_text())
    assert dict(zip(report["stat_names"], report["stats"], strict=True))["AR@2"] > 0.2
    assert folder.eval(dataset(), box_results(), *words[:2], "--fail-drop", "report.json:AUC=0").exit_code == 0
    with open(folder.path / "table.csv", newline="") as file:
        assert [row["area"] for row in csv.DictReader(file)] == ["all", "small", "medium", "large"]


@pytest.mark.parametrize("words", [["--proposals", "0"], ["--proposals", "9", "--per-category"], ["--proposals", "x"]])
def test_wrong_proposals_are_wrong_usage(words: list[str], folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), *words)
    assert result.exit_code == 2
    assert "--proposals" in result.stderr


@pytest.mark.parametrize("words", [["--proposals", "9", "--metric", "voc07"], ["--pixel-boxes"]])
def test_measures_do_not_mix(words: list[str], folder: Folder) -> None:
    assert folder.eval(dataset(), box_results(), *words).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--max-dets", "1,10,300"],
        ["--max-dets", "100"],
        ["--max-dets", "100,10,1"],
        ["--iou-thrs", "0.3,0.5"],
        ["--area-rng", "all=0:1e10,tiny=0:1300"],
    ],
)
def test_settings_that_break_other_tools_give_a_number(words: list[str], folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), *words, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["stats"][0] > 0.7


@pytest.mark.parametrize(("flag", "name"), [("--plot", "curves.png"), ("--arrays", "arrays.txt")])
def test_a_file_name_that_says_another_kind_is_wrong_usage(flag: str, name: str, folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), flag, name)
    assert result.exit_code == 2
    assert f"'{name}' does not end in" in result.stderr
    assert not (folder.path / name).exists()


def test_what_was_not_measured_is_empty_in_csv(folder: Folder) -> None:
    assert folder.eval(dataset(), box_results(), "--csv", "table.csv").exit_code == 0
    with open(folder.path / "table.csv", newline="") as file:
        cells = [cell for row in csv.DictReader(file) for cell in row.values()]
    assert "" in cells
    assert "-1.0" not in cells


def test_area_ranges_with_own_names_have_lines_columns_and_gates(folder: Folder) -> None:
    words = ["--area-rng", "all=0:1e10,tiny=0:256", "--per-category", "--fail-under", "AP_tiny=1", "-o", "report.json"]
    result = folder.eval(dataset(), box_results(), *words)
    lines = result.stdout.splitlines()
    assert [line.partition("area=")[2][:6] for line in lines[12:14]] == ["  tiny", "  tiny"]
    assert lines[15].split()[-2:] == ["AP_tiny", "AR_tiny"]
    assert result.exit_code == 3
    report = json.loads((folder.path / "report.json").read_text())
    assert report["stat_names"][12:] == ["AP_tiny", "AR_tiny"]
    assert report["stats"] == list(evaluate(dataset(), box_results(), area_rng={"all": (0, 1e10), "tiny": (0, 256)})
                                   .named_stats().values())  # fmt: skip


def test_ids_that_the_ground_truth_does_not_have_are_named(folder: Folder) -> None:
    result = folder.eval(dataset(), box_results(), "--img-ids", "1,98,99", "--cat-ids", "1,77")
    assert result.exit_code == 0
    assert "gt.json: has no image with the id 98, which img_ids asks for (1 more like it)" in result.stderr
    assert "gt.json: has no category with the id 77, which cat_ids asks for" in result.stderr


def test_the_counts_say_what_was_evaluated(folder: Folder) -> None:
    lines = folder.eval(dataset(), box_results(), "--fixed").stdout.splitlines()
    assert lines[13] == "Evaluated: 3 images, 6 annotations, 12 detections (bbox, fixed)."


def test_a_report_has_one_line_for_a_list_of_numbers(folder: Folder) -> None:
    folder.eval(dataset(), box_results(), "-o", "report.json")
    text = (folder.path / "report.json").read_text()
    assert '  "max_dets": [1, 10, 100],\n' in text
    assert json.loads(text)["params"]["rec_thrs"][100] == 1


def test_the_help_has_the_options_in_sections(folder: Folder) -> None:
    text = folder.run("eval", "-h").stdout
    headings = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings[0] == "What to compare:"
    assert len(headings) == len(set(headings)) > 4
    assert text.index("--iou-thrs") < text.index("Other measures:") < text.index("--proposals")
