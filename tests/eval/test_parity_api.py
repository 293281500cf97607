"""Quirks that no file shows: those of pycocotools' functions, objects and mask strings.

Each test runs on pycocotools itself and on the drop-in, so that it says what both do.
"""

from __future__ import annotations

import contextlib
import copy
import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pycocotools.coco
import pycocotools.cocoeval
import pycocotools.mask
import pytest

from cocokit.eval import dropin
from tests.eval.naive_masks import read_string
from tests.eval.parity.scenes import Row, counts, found, rectangle, truth, world

#: pycocotools' decode uses NumPy in a way that NumPy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LIBRARIES = {
    "pycocotools": SimpleNamespace(
        COCO=pycocotools.coco.COCO,
        COCOeval=pycocotools.cocoeval.COCOeval,
        Params=pycocotools.cocoeval.Params,
        mask=pycocotools.mask,
    ),
    "drop-in": dropin,
}


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Any:
    return LIBRARIES[request.param]


@pytest.fixture
def mask(library: Any) -> Any:
    return library.mask


def evaluated(library: Any, gt: Row, dt: list[Row], iou_type: str = "bbox", **params: Any) -> Any:
    """A COCOeval after evaluate(), quietly."""
    with contextlib.redirect_stdout(io.StringIO()):
        ground = library.COCO()
        ground.dataset = copy.deepcopy(gt)
        ground.createIndex()
        run = library.COCOeval(ground, ground.loadRes(copy.deepcopy(dt)), iou_type)
        vars(run.params).update(params)
        run.evaluate()
    return run


def accumulated(run: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        run.accumulate()
    return run.eval


def two_images() -> tuple[Row, list[Row]]:
    """One object found in image 1, one missed and a false positive in image 2, of kind 2."""
    gt = world(truth(0, 0, 10, 10), truth(0, 0, 50, 50, image=2, category=2), images=2, categories=2)
    return gt, [found(0, 0, 10, 10), found(60, 60, 9, 9, image=2, category=2)]


def plane(*runs: int, size: int = 4) -> Row:
    """An uncompressed square mask exactly as given."""
    return {"size": [size, size], "counts": list(runs)}


def test_a3_ranges_that_change_before_accumulate_are_read_by_their_place(library: Any) -> None:
    run = evaluated(library, *two_images())
    before = accumulated(run)["precision"].copy()
    run.params.areaRng = run.params.areaRng[::-1]
    assert accumulated(run)["precision"].tolist() == before.tolist()


def test_d7_getannids_leaves_out_both_ends_of_an_area_range(library: Any) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        coco = library.COCO()
        coco.dataset = world(truth(0, 0, 10, 10), truth(0, 0, 10, 20), truth(0, 0, 10, 30))
        coco.createIndex()
    assert coco.getAnnIds(areaRng=[100, 300]) == [2]


def test_e3_the_crowd_flags_of_iou_are_those_of_the_ground_truth(mask: Any) -> None:
    small, large = [0.0, 0.0, 5.0, 10.0], [0.0, 0.0, 10.0, 10.0]
    assert mask.iou([small], [large], [1]).tolist() == [[1.0]]
    assert mask.iou([large], [small], [1]).tolist() == [[0.5]]
    with pytest.raises(AssertionError):
        mask.iou([small, small], [large], [1, 1])


def test_g1_mask_strings_have_five_bits_a_character(mask: Any) -> None:
    rle = mask.frPyObjects(plane(1, 15), 4, 4)
    assert rle["counts"] == b"1?"
    assert mask.frPyObjects(plane(0, 16), 4, 4)["counts"] == b"0`0"


def test_g2_from_the_fourth_count_on_strings_hold_differences(mask: Any) -> None:
    assert mask.frPyObjects(plane(3, 2, 3, 2, 6), 4, 4)["counts"] == b"32303"
    assert read_string(b"32303") == (3, 2, 3, 2, 6)


def test_g3_negative_differences_are_extended_by_their_sign(mask: Any) -> None:
    rle = mask.frPyObjects(plane(1, 9, 2, 1, 3), 4, 4)
    assert read_string(rle["counts"]) == (1, 9, 2, 1, 3)
    assert mask.decode(rle).ravel(order="F").tolist() == [0] + [1] * 9 + [0] * 2 + [1] + [0] * 3


def test_g4_runs_of_length_zero_are_legal(mask: Any) -> None:
    rle = mask.frPyObjects(plane(2, 0, 2, 4, 0, 4, 4), 4, 4)
    assert mask.area(rle) == 8
    assert mask.toBbox(rle).tolist() == [1.0, 0.0, 2.0, 4.0]


def test_g5_the_first_run_is_background(mask: Any) -> None:
    rle = mask.encode(np.ones((2, 2), np.uint8, order="F"))
    assert read_string(rle["counts"]) == (0, 4)


def test_g6_any_byte_but_zero_is_foreground(mask: Any) -> None:
    rle = mask.encode(np.full((2, 2), 200, np.uint8, order="F"))
    assert mask.decode(rle).tolist() == [[1, 1], [1, 1]]
    assert len(read_string(mask.encode(np.array([[1], [2]], np.uint8, order="F"))["counts"])) == 3


def test_h1_decode_refuses_runs_longer_than_the_mask(mask: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        mask.decode(mask.frPyObjects(plane(4, 20), 4, 4))


def test_h2_masks_of_different_sizes_merge_to_nothing(mask: Any) -> None:
    merged = mask.merge([mask.frPyObjects(plane(0, 16), 4, 4), mask.frPyObjects(plane(0, 4, size=2), 2, 2)])
    assert merged["size"] == [0, 0]


def test_h6_boxes_are_drawn_as_polygons_of_four_corners(mask: Any) -> None:
    boxes = np.array([[2.5, 3.3, 10.2, 7.9], [0.0, 0.0, 30.0, 30.0]])
    drawn = mask.frPyObjects(boxes, 20, 20)
    polygons = [[x, y, x, y + h, x + w, y + h, x + w, y] for x, y, w, h in boxes.tolist()]
    assert drawn == mask.frPyObjects(polygons, 20, 20)


def test_i5_iou_with_an_empty_side_is_an_empty_list(mask: Any) -> None:
    assert mask.iou([], [[0.0, 0.0, 1.0, 1.0]], [0]) == []
    assert mask.iou([[0.0, 0.0, 1.0, 1.0]], [], []) == []


def test_i6_iou_cannot_use_a_single_row_of_numbers(mask: Any) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011
        mask.iou(np.array([4, 0, 1, 1]), [[0.0, 0.0, 1.0, 1.0]], [0])


def test_k4_iou_refuses_boxes_against_masks(mask: Any) -> None:
    with pytest.raises(Exception, match="same data type|different kinds"):
        mask.iou([[0.0, 0.0, 1.0, 1.0]], [mask.frPyObjects(plane(0, 16), 4, 4)], [0])


def test_l3_the_deprecated_usesegm_overrides_the_iou_type(library: Any) -> None:
    gt = world(truth(10, 10, 20, 20, segmentation=rectangle(60, 60, 20, 20)))
    run = evaluated(library, gt, [found(10, 10, 20, 20)], "segm", useSegm=0)
    assert run.params.iouType == "bbox"
    assert accumulated(run)["recall"].max() == 1.0


def test_l5_summarize_prints_and_gives_nothing_back(library: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = evaluated(library, *two_images())
    accumulated(run)
    capsys.readouterr()
    assert run.summarize() is None
    assert len(capsys.readouterr().out.splitlines()) == len(run.stats) == 12


def test_l6_a_cocoeval_cannot_be_made_a_string(library: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = evaluated(library, *two_images())
    accumulated(run)
    with pytest.raises(TypeError):
        str(run)
    assert "Average Precision" in capsys.readouterr().out


def test_l7_thresholds_as_a_list_break_the_summary(library: Any) -> None:
    run = evaluated(library, *two_images(), iouThrs=[0.3, 0.5])
    accumulated(run)
    with pytest.raises(ValueError, match="0d arrays|NumPy array"), contextlib.redirect_stdout(io.StringIO()):
        run.summarize()


def test_l8_sigmas_stay_when_the_type_of_the_params_changes(library: Any) -> None:
    params = library.Params("keypoints")
    params.iouType = "bbox"
    assert params.kpt_oks_sigmas.tolist()[:2] == [0.26 / 10, 0.25 / 10]


def test_l9_ap_is_read_at_100_detections(library: Any) -> None:
    run = evaluated(library, *two_images(), maxDets=[1, 10, 300])
    accumulated(run)
    with contextlib.redirect_stdout(io.StringIO()):
        run.summarize()
    assert run.stats[0] == -1
    assert run.stats[1] > 0


def test_x8_mask_evaluation_rewrites_the_callers_outlines(library: Any) -> None:
    gt = world(truth(10, 10, 20, 20, segmentation=rectangle(10, 10, 20, 20)))
    rle = pycocotools.mask.frPyObjects(counts(0, 100), 100, 100)
    run = evaluated(library, gt, [found(segmentation=rle)], "segm")
    assert set(run.cocoGt.anns[1]["segmentation"]) == {"size", "counts"}


@pytest.mark.parametrize("change", [{"imgIds": [1]}, {"catIds": [1]}, {"maxDets": [10]}])
def test_x12_less_may_be_accumulated_than_was_evaluated(library: Any, change: Row) -> None:
    run = evaluated(library, *two_images())
    vars(run.params).update(change)
    less = accumulated(run)
    directly = accumulated(evaluated(library, *two_images(), **change))
    if "imgIds" in change or "catIds" in change:
        assert less["precision"].tolist() == directly["precision"].tolist()
    assert less["precision"].shape[-1] == len(run.params.maxDets)
    assert less["precision"].max() > 0.99
