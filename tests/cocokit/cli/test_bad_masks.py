"""Bad masks at the command: one sentence each, as for other bad input."""

from __future__ import annotations

import json

import pytest

from tests.cocokit.cli.data import (
    Change,
    Folder,
    box_results,
    changed,
    check_sentence,
    dataset,
    mask_results,
    of,
    rectangle,
    unchanged,
    without,
)

REFUSED_MASKS: dict[str, tuple[Change, Change, list[str]]] = {
    "another size": (
        unchanged,
        of(0, segmentation=rectangle(5, 20, 50)),
        ["[0].segmentation", "50 x 100", "100 x 100", "(I2)"],
    ),
    "bad characters": (
        unchanged,
        of(1, segmentation={"size": [100, 100], "counts": "\x01zz"}),
        ["[1].segmentation", "(X11)"],
    ),
    "a sum too large": (
        unchanged,
        of(1, segmentation={"size": [100, 100], "counts": [5000, 6000]}),
        ["[1].segmentation", "sum"],
    ),
    "a sum too small": (
        unchanged,
        of(1, segmentation={"size": [100, 100], "counts": [50, 60]}),
        ["[1].segmentation", "sum"],
    ),
    "no size": (unchanged, of(0, segmentation={"counts": "abc"}), ["[0].segmentation", "without size"]),
    "no counts": (unchanged, of(0, segmentation={"size": [100, 100]}), ["[0].segmentation", "without counts"]),
    "counts of strings": (
        unchanged,
        of(0, segmentation={"size": [100, 100], "counts": ["1"]}),
        ["[0].segmentation", '"1"'],
    ),
    "no mask": (unchanged, without(3, "segmentation"), ["[3].segmentation", "missing"]),
    "polygons": (unchanged, of(3, segmentation=[[1, 1, 9, 1, 9, 9]]), ["[3].segmentation", "polygons", "RLE"]),
    "empty": (unchanged, of(3, segmentation=[]), ["[3].segmentation", "is empty"]),
    "text": (unchanged, of(3, segmentation="abc"), ["[3].segmentation", '"abc"']),
    "gt empty": (
        of(0, segmentation=[]),
        unchanged,
        ["gt.json: annotations[0].segmentation (image_id 1)", "(X10)", "--fixed"],
    ),
    "gt two points": (
        of(0, segmentation=[[10, 10, 40, 40]]),
        unchanged,
        ["annotations[0].segmentation", "(K1)", "--fixed"],
    ),
    "gt coordinates NaN": (
        of(0, segmentation=[[10, 10, 40, 40, float("nan"), 8]]),
        unchanged,
        ["annotations[0].segmentation", "NaN"],
    ),
    "gt flat polygon": (
        of(0, segmentation=[10, 10, 40, 40, 50, 0]),
        unchanged,
        ["annotations[0].segmentation", "brackets"],
    ),
    "gt image without height": (
        lambda g: g["images"][0].pop("height"),
        unchanged,
        ["images[0].height (image_id 1)", "px"],
    ),
    "gt mask of another size": (
        of(2, segmentation=rectangle(5, 9, 100, 99)),
        unchanged,
        ["annotations[2].segmentation", "(I2)"],
    ),
}


@pytest.mark.parametrize("name", REFUSED_MASKS)
def test_bad_masks_are_refused(name: str, folder: Folder) -> None:
    gt, dt, words = REFUSED_MASKS[name]
    result = folder.eval(changed(dataset(), gt), changed(mask_results(), dt), "--iou-type", "segm")
    check_sentence(folder, result, words)


def test_a_polygon_with_a_number_too_many_is_mentioned(folder: Folder) -> None:
    gt = changed(dataset(), of(0, segmentation=[[10, 10, 40, 40, 50, 0, 7]]))
    result = folder.eval(gt, mask_results(), "--iou-type", "segm")
    assert result.exit_code == 0
    assert "annotations[0].segmentation (image_id 1): has a polygon of 7 numbers" in folder.shown(result)


@pytest.mark.parametrize("mask", [rectangle(5, 20, 50), {"size": [100, 100], "counts": "\x01zz"}])
def test_lenient_gives_the_number_of_pycocotools_for_odd_masks(mask: dict[str, object], folder: Folder) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    from cocokit.rle import compress, to_coco

    dt = mask_results()
    dt[0]["segmentation"] = mask if isinstance(mask["counts"], str) else to_coco(compress(mask))
    result = folder.eval(dataset(), dt, "--iou-type", "segm", "--lenient", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    (warning,) = report["warnings"]
    assert "counted as pycocotools counts it" in warning
    gt = COCO(str(folder.path / "gt.json"))
    run = COCOeval(gt, gt.loadRes(str(folder.path / "dt.json")), "segm")
    run.evaluate()
    run.accumulate()
    run.summarize()
    assert report["stats"] == run.stats.tolist()


def test_box_results_are_rectangles_in_strict_and_refused_in_fixed(folder: Folder) -> None:
    boxes = box_results()
    strict = folder.eval(dataset(), boxes, "--iou-type", "segm")
    assert strict.stdout.splitlines()[0].endswith("0.734")
    fixed = folder.eval(dataset(), boxes, "--iou-type", "segm", "--fixed")
    check_sentence(folder, fixed, ["[0].segmentation (image_id 1)", "(J2)", "(11 more like it)", "--iou-type bbox"])
