"""Bad input at the command: one sentence with file, place, value, how many and remedy; never a traceback.

``refused`` cases exit with 1; ``mentioned`` ones count as pycocotools counts them, with a warning.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cocokit.cli.data import (
    Change,
    Folder,
    box_results,
    changed,
    check_sentence,
    dataset,
    in_all,
    of,
    pose_dataset,
    pose_results,
    unchanged,
    without,
)

#: name -> (change of the ground truth, change of the results, words that the sentence has)
REFUSED_BOXES: dict[str, tuple[Change, Change, list[str]]] = {
    "image unknown": (
        unchanged,
        of(0, image_id=99),
        ["dt.json: [0].image_id: is 99", "3 images of gt.json", "remove them"],
    ),
    "score NaN": (unchanged, of(0, score=float("nan")), ["dt.json: [0].score (image_id 1): is NaN", "--lenient"]),
    "score infinite": (unchanged, of(1, score=float("inf")), ["[1].score", "Infinity"]),
    "score missing": (unchanged, without(2, "score"), ["dt.json: [2].score (image_id 1): is missing"]),
    "score a string": (unchanged, of(0, score="0.9"), ["[0].score", 'the string "0.9"', "without quotes"]),
    "score null": (unchanged, of(3, score=None), ["[3].score", "is missing"]),
    "score true": (unchanged, of(3, score=True), ["[3].score", "true"]),
    "image_id a string": (unchanged, in_all(image_id="1"), ["[0].image_id", 'the string "1"', "(11 more like it)"]),
    "image_id a fraction": (unchanged, of(0, image_id=1.5), ["[0].image_id", "1.5"]),
    "image_id missing": (unchanged, without(4, "image_id"), ["[4].image_id", "is missing"]),
    "image_id beyond 64 bits": (unchanged, of(0, image_id=2**70), ["[0].image_id", str(2**70)]),
    "category_id missing": (unchanged, without(4, "category_id"), ["[4].category_id", "is missing"]),
    "category_id a list": (unchanged, of(4, category_id=[1]), ["[4].category_id", "[1]"]),
    "box NaN": (unchanged, of(0, bbox=[float("nan"), 0, 10, 10]), ["[0].bbox (image_id 1)", "NaN", "--lenient"]),
    "box of three": (unchanged, of(0, bbox=[50, 10, 38]), ["[0].bbox", "[50, 10, 38]", "four numbers"]),
    "box of strings": (unchanged, of(0, bbox=["50", 10, 38, 4]), ["[0].bbox", '"50"']),
    "box empty": (unchanged, of(0, bbox=[]), ["dt.json: [0]", "bbox"]),
    "box missing": (unchanged, without(5, "bbox"), ["[5].bbox", "missing", "first"]),
    "box nested": (unchanged, of(0, bbox=[[1, 2, 3, 4]]), ["[0].bbox"]),
    "result id twice": (unchanged, in_all(id=7), ["[1].id", "is 7 once more", "(10 more like it)", "--lenient"]),
    "a result that is a number": (unchanged, lambda d: d.insert(1, 5), ["dt.json: [1]", "5"]),
    "gt image_id a string": (of(0, image_id="1"), unchanged, ["gt.json: annotations[0].image_id", '"1"']),
    "gt without id": (without(1, "id"), unchanged, ["gt.json: annotations[1].id", "missing"]),
    "gt without box": (without(1, "bbox"), unchanged, ["gt.json: annotations[1].bbox", "missing"]),
    "gt without category": (without(1, "category_id"), unchanged, ["gt.json: annotations[1].category_id", "missing"]),
    "gt area a string": (of(2, area="big"), unchanged, ["gt.json: annotations[2].area", '"big"']),
    "gt box NaN": (
        of(2, bbox=[0, 0, float("nan"), 1]),
        unchanged,
        ["gt.json: annotations[2].bbox (image_id 2)", "NaN"],
    ),
    "gt image without id": (lambda g: g["images"][1].pop("id"), unchanged, ["gt.json: images[1].id"]),
    "gt images an object": (lambda g: g.update(images={}), unchanged, ["gt.json", "images"]),
    "gt category without id": (lambda g: g["categories"][0].pop("id"), unchanged, ["gt.json: categories[0].id"]),
}


@pytest.mark.parametrize("name", REFUSED_BOXES)
def test_bad_boxes_are_refused(name: str, folder: Folder) -> None:
    gt, dt, words = REFUSED_BOXES[name]
    result = folder.eval(changed(dataset(), gt), changed(box_results(), dt), "--iou-type", "bbox")
    check_sentence(folder, result, words)


REFUSED_POSES: dict[str, tuple[Any, Any, list[str]]] = {
    "16 points": (
        pose_dataset(),
        [*pose_results()[:2], *pose_results(16)[2:]],
        ["dt.json: [2].keypoints", "16 points", "17"],
    ),
    "5 points, 17 sigmas": (
        pose_dataset(5),
        pose_results(5),
        ["gt.json: annotations[0].keypoints", "5 points", "--sigmas"],
    ),
    "50 numbers": (pose_dataset(), changed(pose_results(), of(1, keypoints=[1] * 50)), ["[1].keypoints", "50"]),
    "NaN": (pose_dataset(), changed(pose_results(), of(1, keypoints=[float("nan")] * 51)), ["[1].keypoints", "NaN"]),
    "missing": (pose_dataset(), changed(pose_results(), without(1, "keypoints")), ["[1].keypoints", "missing"]),
    "gt without": (
        changed(pose_dataset(), without(1, "keypoints")),
        pose_results(),
        ["annotations[1].keypoints", "missing"],
    ),
}


@pytest.mark.parametrize("name", REFUSED_POSES)
def test_bad_poses_are_refused(name: str, folder: Folder) -> None:
    gt, dt, words = REFUSED_POSES[name]
    check_sentence(folder, folder.eval(gt, dt, "--iou-type", "keypoints"), words)


#: name -> (change of the ground truth, change of the results, words that the warning has)
MENTIONED: dict[str, tuple[Change, Change, list[str]]] = {
    "gt id 0": (of(0, id=0), unchanged, ["gt.json: annotations[0].id (image_id 1): is 0", "(X1)"]),
    "gt id twice": (of(1, id=1), unchanged, ["gt.json: annotations[1].id (image_id 1): is 1 once more", "(X2)"]),
    "no results": (unchanged, lambda d: d.clear(), ["dt.json: holds no results", "(X4)"]),
    "category unknown": (unchanged, of(0, category_id=99), ["dt.json: [0].category_id (image_id 1): is 99", "(X6)"]),
    "gt category unknown": (of(0, category_id=99), unchanged, ["gt.json: annotations[0].category_id", "is 99", "(X6)"]),
    "negative width": (unchanged, of(0, bbox=[50, 10, -38, 31]), ["[0].bbox (image_id 1)", "-38", "negative width"]),
    "gt without area": (
        lambda g: [a.pop("area") for a in g["annotations"]],
        unchanged,
        ["area", "(5 more like it)", "(X5)"],
    ),
    "gt without iscrowd": (without(0, "iscrowd"), unchanged, ["annotations[0].iscrowd", "taken as 0", "(X5)"]),
    "gt image not listed": (of(0, image_id=77), unchanged, ["annotations[0].image_id", "is 77", "left out"]),
}


@pytest.mark.parametrize("name", MENTIONED)
def test_odd_input_counts_with_a_warning(name: str, folder: Folder) -> None:
    gt, dt, words = MENTIONED[name]
    result = folder.eval(changed(dataset(), gt), changed(box_results(), dt), "--iou-type", "bbox")
    assert result.exit_code == 0, result.stderr
    (line,) = folder.shown(result).splitlines()
    assert line.startswith("Warning: ")
    assert all(word in line for word in words), line
    assert len(result.stdout.splitlines()) >= 12


@pytest.mark.parametrize("change", [in_all(iscrowd=1), lambda d: [r.update(image_id=float(r["image_id"])) for r in d]])
def test_input_that_means_the_same_counts_without_a_word(change: Change, folder: Folder) -> None:
    result = folder.eval(dataset(), changed(box_results(), change), "--iou-type", "bbox")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0].endswith("0.734")


LENIENT: dict[str, Change] = {
    "score NaN": of(0, score=float("nan")),
    "box NaN": of(0, bbox=[float("nan"), 0, 10, 10]),
    "result id twice": in_all(id=7),
}


@pytest.mark.parametrize("name", LENIENT)
def test_lenient_gives_the_number_of_pycocotools_with_a_warning(name: str, folder: Folder) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    dt = changed(box_results(), LENIENT[name])
    result = folder.eval(dataset(), dt, "--iou-type", "bbox", "--lenient", "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert len(report["warnings"]) == 1
    assert "counted as pycocotools counts it" in report["warnings"][0]
    gt = COCO(str(folder.path / "gt.json"))
    run = COCOeval(gt, gt.loadRes(str(folder.path / "dt.json")), "bbox")
    run.evaluate()
    run.accumulate()
    run.summarize()
    assert report["stats"] == run.stats.tolist()


FILES: dict[str, tuple[Any, list[str]]] = {
    "empty": (b"", ["dt.json", "empty"]),
    "blank": (b"  \n", ["dt.json"]),
    "cut off": (json.dumps(box_results())[:200], ["dt.json: line 1 column 201", "cut off"]),
    "cut off in a string": ('[{"image_id": 1, "categ', ["dt.json: line 1 column"]),
    "binary": (os.urandom(100) + b"\xff\x00", ["dt.json"]),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(64), ["dt.json"]),
    "gzip": (gzip.compress(json.dumps(box_results()).encode()), ["dt.json", "gzip"]),
    "not JSON": ("image_id,score\n1,0.5\n", ["dt.json: line 1 column 1"]),
    "JSON lines": ("\n".join(map(json.dumps, box_results())), ["dt.json"]),
    "a comma too many": ('[{"image_id": 1},]', ["dt.json: line 1 column"]),
    "a number": ("3", ["dt.json", "3"]),
    "null": ("null", ["dt.json", "null"]),
    "a list of lists": ("[[1, 2]]", ["dt.json: [0]"]),
    "a dataset": (dataset(), ["dt.json"]),
    "nested deeply": ("[" * 100_000, ["dt.json"]),
    "an object": ({"annotations": box_results()}, ["dt.json", "object", "list"]),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_results_are_refused(name: str, folder: Folder) -> None:
    data, words = FILES[name]
    check_sentence(folder, folder.eval(dataset(), data, "--iou-type", "bbox"), words)


@pytest.mark.parametrize("data", [b"", b"[", b"[]", b"\xff\xfe", b"7", b"{}", box_results()])
def test_files_that_are_no_dataset_are_refused(data: Any, folder: Folder) -> None:
    check_sentence(folder, folder.eval(data, box_results(), "--iou-type", "bbox"), ["gt.json"])


def test_a_file_that_is_not_there_is_refused(folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    result = folder.run("eval", "nowhere.json", "--gt", gt)
    assert result.exit_code == 1
    assert "nowhere.json: no such file" in result.stderr
    check_sentence(folder, folder.run("eval", str(folder.path), "--gt", gt, "--iou-type", "bbox"), ["folder"])


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Root may read everything; as root, be somebody else for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to anybody else
        Path(name).chmod(0o755)
        folder = Folder(Path(name))
        gt, dt = folder.write("gt.json", dataset()), folder.write("dt.json", box_results())
        words = ("eval", dt, "--gt", gt, "--iou-type", "bbox")
        assert folder.run(*words).exit_code == 0
        folder.run("eval", folder.write("bad.json", b"["), *words[2:])  # every module that an error needs is loaded now
        Path(dt).chmod(0)
        with nobody():
            result = folder.run(*words)
        check_sentence(folder, result, ["dt.json", "ermission"])


def test_gigabytes_of_nothing_are_refused_quickly(folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    sparse = folder.path / "dt.json"
    with open(sparse, "wb") as file:
        file.truncate(1 << 32)
    check_sentence(folder, folder.run("eval", str(sparse), "--gt", gt, "--iou-type", "bbox"), ["dt.json"])


@pytest.mark.parametrize("words", [["check"], ["show", "--image", "1", "-o", "x.png"]])
@pytest.mark.parametrize("data", [b"", b"[]", b"\xff\xfe", b'{"images": 3}'])
def test_other_commands_refuse_what_is_no_dataset(words: list[str], data: bytes, folder: Folder) -> None:
    check_sentence(folder, folder.run(words[0], folder.write("gt.json", data), *words[1:]), ["gt.json"])
