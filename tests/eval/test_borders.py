"""What the evaluator's border refuses, what it only mentions, and in which words."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cocokit.columns import KIND_NONE, KIND_POLYGONS, Annotations, CategoryRow, Field, Images, Ragged, Segmentations
from cocokit.errors import DataError
from cocokit.eval.borders import check_borders

GT_FIELDS = Field.ID | Field.IMAGE_ID | Field.CATEGORY_ID | Field.BBOX | Field.AREA | Field.ISCROWD
DT_FIELDS = Field.IMAGE_ID | Field.CATEGORY_ID | Field.BBOX | Field.SCORE


def columns(n: int, fields: Field) -> Annotations:
    ids = np.arange(n, dtype=np.int64)
    return Annotations(
        np.full(n, int(fields), np.int64),
        id=ids + 1,
        image_id=ids % 3 + 10,
        category_id=ids % 2 + 1,
        bbox=np.full((n, 4), 5.0),
        area=np.full(n, 25.0),
        score=np.full(n, 0.5),
    )


def dataset(annotations: Annotations | None = None) -> Any:
    side = np.full(3, 100, np.int64)
    images = Images(np.array([12, 10, 11]), side, side.copy())
    rows = columns(6, GT_FIELDS) if annotations is None else annotations
    return SimpleNamespace(images=images, annotations=rows, categories=[CategoryRow(1, "a"), CategoryRow(2, "b")])


def results(n: int = 6) -> Annotations:
    return columns(n, DT_FIELDS)


def refusal(gt: Any, dt: Annotations, iou_type: str = "bbox", **settings: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        check_borders(gt, dt, iou_type, gt_path="gt.json", dt_path="dt.json", **settings)
    return caught.value


def test_plain_input_passes_without_a_word() -> None:
    assert check_borders(dataset(), results()) == []


def test_a_result_for_an_unknown_image_is_refused_even_when_lenient() -> None:
    dt = results()
    assert dt.image_id is not None
    dt.image_id[[2, 5]] = [99, 4]
    error = refusal(dataset(), dt, lenient=True)
    assert (error.path, error.where, error.count) == ("dt.json", "[2].image_id", 2)
    assert str(error) == (
        "dt.json: [2].image_id: is 99, none of the 3 images of gt.json (1 more like it); "
        "evaluate against the ground truth of these results, or remove them"
    )


@pytest.mark.parametrize("value, word", [(np.nan, "NaN"), (np.inf, "Infinity"), (-np.inf, "-Infinity")])
def test_x3_a_score_that_is_no_number_is_refused_unless_lenient(value: float, word: str) -> None:
    dt = results()
    assert dt.score is not None
    dt.score[4] = value
    error = refusal(dataset(), dt)
    assert error.where == "[4].score (image_id 11)"
    assert f"is {word}" in str(error)
    assert "--lenient" in error.remedy
    (warning,) = check_borders(dataset(), dt, lenient=True)
    assert word in warning
    assert "counted as pycocotools counts it" in warning
    assert word in refusal(dataset(), dt, lenient=True, fixed=True).reason


def test_x3_a_box_with_nan_is_refused_on_either_side() -> None:
    dt, gt = results(), dataset()
    assert dt.bbox is not None
    dt.bbox[1, 0] = np.nan
    assert "holds NaN" in refusal(gt, dt).reason
    gt.annotations.bbox[3, 2] = np.inf
    assert refusal(gt, results()).where == "annotations[3].bbox (image_id 10)"


def test_j3_a_pose_without_points_is_refused_where_its_extent_is_its_box() -> None:
    gt, dt = dataset(), columns(3, Field.IMAGE_ID | Field.CATEGORY_ID | Field.SCORE | Field.KEYPOINTS)
    dt.keypoints = Ragged(np.full(6, 2.0), np.array([0, 3, 3, 6]))
    dt.bbox = None
    assert refusal(gt, dt).where.startswith("[1].keypoints")
    dt.bbox = np.full((3, 4), 5.0)
    dt.present |= int(Field.BBOX)
    check_borders(gt, dt)


def test_large_finite_scores_whose_sum_overflows_are_accepted() -> None:
    dt = results()
    dt.score = np.full(6, 1e308)
    assert check_borders(dataset(), dt) == []


def test_nan_keypoints_are_found_in_their_row() -> None:
    fields = Field.KEYPOINTS | Field.NUM_KEYPOINTS
    gt, dt = columns(6, GT_FIELDS | fields), columns(6, DT_FIELDS | fields)
    for side in (gt, dt):
        side.keypoints = Ragged(np.ones(18), np.arange(0, 21, 3))
    assert dt.keypoints is not None
    dt.keypoints.values[[9, 10, 17]] = np.nan
    error = refusal(dataset(gt), dt, "keypoints")
    assert (error.where, error.count) == ("[3].keypoints (image_id 10)", 2)


@pytest.mark.parametrize("field", [Field.IMAGE_ID, Field.CATEGORY_ID, Field.SCORE, Field.BBOX])
def test_a_result_without_a_field_it_needs_is_refused(field: Field) -> None:
    dt = results()
    dt.present[3] &= ~int(field)
    error = refusal(dataset(), dt, lenient=True)
    assert error.where.startswith(f"[3].{(field.name or '').lower()}")
    assert error.reason == "is missing"


def test_j6_the_first_result_decides_what_all_need() -> None:
    dt = columns(4, DT_FIELDS & ~Field.BBOX | Field.SEGMENTATION)
    dt.bbox = None
    assert check_borders(dataset(), dt) == []
    dt.present[2] = int(DT_FIELDS)
    assert refusal(dataset(), dt).where.startswith("[2].segmentation")


def test_j2_box_results_are_refused_as_masks_only_in_fixed() -> None:
    gt = columns(6, GT_FIELDS | Field.SEGMENTATION)
    assert check_borders(dataset(gt), results(), "segm") == []
    assert refusal(dataset(gt), results(), "segm", fixed=True).where.startswith("[0].segmentation")


def test_a_result_id_used_twice_is_refused_unless_lenient() -> None:
    dt = columns(6, DT_FIELDS | Field.ID)
    assert dt.id is not None
    dt.id[:] = [7, 3, 7, 1, 3, 7]
    error = refusal(dataset(), dt)
    assert (error.where, error.count) == ("[2].id (image_id 12)", 3)
    assert len(check_borders(dataset(), dt, lenient=True)) == 1


def test_result_ids_that_are_absent_are_not_compared() -> None:
    dt = results()
    dt.id = np.zeros(6, np.int64)
    assert check_borders(dataset(), dt) == []


def test_x1_x2_ground_truth_ids_zero_and_twice_warn_in_strict_only() -> None:
    gt = dataset()
    gt.annotations.id[:] = [0, 1, 2, 2, 4, 5]
    zero, twice = check_borders(gt, results(), gt_path="gt.json")
    assert zero.startswith("gt.json: annotations[0].id (image_id 10): is 0")
    assert "(X1)" in zero
    assert "annotations[3].id" in twice
    assert "is 2 once more" in twice
    assert "(X2)" in twice
    assert check_borders(gt, results(), fixed=True) == []


def test_x6_unlisted_categories_warn_on_both_sides_unless_pooled() -> None:
    gt, dt = dataset(), results()
    gt.annotations.category_id[1] = 77
    assert dt.category_id is not None
    dt.category_id[5] = -3
    first, second = check_borders(gt, dt)
    assert "is 77" in first
    assert "is -3" in second
    assert check_borders(gt, dt, use_cats=False) == []


def test_without_any_category_every_row_is_unlisted() -> None:
    gt = dataset()
    gt.categories = []
    assert ["(5 more like it)" in text for text in check_borders(gt, results())] == [True, True]


def test_x4_no_results_is_a_warning() -> None:
    (warning,) = check_borders(dataset(), results(0))
    assert "holds no results" in warning


def test_x5_missing_ground_truth_fields_are_derived_with_a_warning() -> None:
    warnings = check_borders(dataset(columns(6, GT_FIELDS & ~Field.AREA & ~Field.ISCROWD)), results())
    assert [("area" in text, "iscrowd" in text, "(X5)" in text) for text in warnings] == [
        (True, False, True),
        (False, True, True),
    ]


def test_an_annotation_of_an_unlisted_image_is_left_out_with_a_warning() -> None:
    gt = dataset()
    gt.annotations.image_id[0] = 77
    (warning,) = check_borders(gt, results())
    assert "is 77, which is not among the images" in warning


def test_a_negative_width_warns() -> None:
    dt = results()
    assert dt.bbox is not None
    dt.bbox[2] = [50, 10, -38, 31]
    (warning,) = check_borders(dataset(), dt)
    assert "[50.0, 10.0, -38.0, 31.0], with a negative width" in warning


def outlines(*rings: list[int]) -> Segmentations:
    """One annotation per argument: the lengths of its rings, none for an empty outline."""
    n, lengths = len(rings), [length for each in rings for length in each]
    none = Ragged(np.empty(0, np.uint8), np.zeros(n + 1, np.int64))
    return Segmentations(
        kind=np.array([KIND_POLYGONS if each else KIND_NONE for each in rings], np.uint8),
        size=np.zeros((n, 2), np.int64),
        rings=np.cumsum([0, *map(len, rings)]),
        xy=Ragged(np.ones(sum(lengths)), np.cumsum([0, *lengths])),
        text=none,
        counts=none,
    )


@pytest.mark.parametrize("rings, quirk", [([8, 4], None), ([4, 8], "K1"), ([], "X10")])
def test_outlines_that_pycocotools_cannot_draw_are_refused_in_strict(rings: list[int], quirk: str | None) -> None:
    gt = columns(2, GT_FIELDS | Field.SEGMENTATION)
    gt.segmentation = outlines([8], rings)
    if quirk is None:
        assert check_borders(dataset(gt), results(), "segm") == []
        return
    error = refusal(dataset(gt), results(), "segm", lenient=True)
    assert error.where == "annotations[1].segmentation (image_id 11)"
    assert quirk in error.reason
    dt = columns(2, DT_FIELDS | Field.SEGMENTATION)
    (warning,) = check_borders(dataset(gt), dt, "segm", fixed=True)
    assert "counted as an empty mask" in warning


def test_an_image_without_height_is_refused_only_where_masks_need_it() -> None:
    gt = dataset(columns(6, GT_FIELDS | Field.SEGMENTATION))
    gt.images.height[1] = 0
    assert check_borders(gt, results()) == []
    error = refusal(gt, results(), "segm")
    assert (error.path, error.where) == ("gt.json", "images[1].height (image_id 10)")
    gt.annotations.image_id[:], dt = 11, results()
    assert dt.image_id is not None
    dt.image_id[:] = 12
    assert check_borders(gt, dt, "segm") == []


def test_half_a_million_results_cost_a_few_milliseconds() -> None:
    n, rng = 500_000, np.random.default_rng(0)
    known = np.sort(rng.choice(581_930, 5000, replace=False))
    gt, dt = dataset(), columns(n, DT_FIELDS)
    gt.images = Images(known, known, known)
    gt.annotations.image_id[:] = known[:6]
    dt.image_id = rng.choice(known, n)
    spent = []
    for _ in range(5):
        start = time.process_time()
        assert check_borders(gt, dt) == []
        spent.append(time.process_time() - start)
    assert min(spent) < 0.05
