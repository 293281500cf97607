"""Which marks stand for an image's annotations and detections."""

from __future__ import annotations

from typing import Any

from cocokit.coco_json import results_from_json
from cocokit.columns import CategoryRow
from cocokit.dataset import Dataset
from cocokit.drawing import PALETTE
from cocokit.marks import colours_of, marks_of_image, room_for

POLYGON = [[0, 0, 4, 0, 4, 4]]
MASK = {"size": [10, 10], "counts": [11, 3, 7, 3, 76]}


def dataset(*annotations: dict[str, Any], **category: Any) -> Dataset:
    """An image 7 of 10 x 10 px with annotations of the category ``cat``."""
    rows = [{"id": i, "image_id": 7, "category_id": 1, "bbox": [1, 1, 2, 2], **a} for i, a in enumerate(annotations, 1)]
    categories = [{"id": 1, "name": "cat", **category}, {"id": 2, "name": "dog"}]
    return Dataset.from_dict(
        {"images": [{"id": 7, "width": 10, "height": 10}], "annotations": rows, "categories": categories}
    )


def test_a_box_is_drawn_where_there_is_no_outline() -> None:
    boxed, drawn = marks_of_image(dataset({}, {"segmentation": POLYGON, "bbox": [0, 0, 1, 1]}), 7)
    assert (boxed.box, list(boxed.rings)) == (None, [[(0, 0), (4, 0), (4, 4)]])
    assert drawn.box == (1, 1, 2, 2)


def test_boxes_are_drawn_beside_outlines_when_detections_are_boxes() -> None:
    found = results_from_json([{"image_id": 7, "category_id": 1, "bbox": [0, 0, 3, 3], "score": 0.5}])
    marks = marks_of_image(dataset({"segmentation": POLYGON}), 7, found)
    assert [(m.dashed, m.box) for m in marks] == [(True, (0, 0, 3, 3)), (False, (1, 1, 2, 2))]


def test_detections_below_the_score_and_of_other_images_are_left_out() -> None:
    scores = [(7, 0.5), (7, 0.2), (8, 0.9), (7, float("nan"))]
    rows = [{"image_id": i, "category_id": 2, "bbox": [0, 0, 3, 3], "score": s} for i, s in scores]
    (mark,) = marks_of_image(dataset(), 7, results_from_json(rows), 0.3)
    assert mark.text == "dog 0.50"


def test_a_mask_has_contours_around_its_pixels() -> None:
    (mark,) = marks_of_image(dataset({"segmentation": MASK, "iscrowd": 1}), 7)
    assert (mark.text, mark.crowd) == ("cat (crowd)", True)
    assert mark.mask is not None
    assert mark.mask.sum() == 6
    assert mark.extent() == (1, 1, 3, 4)


def test_a_pose_has_its_categorys_bones() -> None:
    data = dataset(
        {"keypoints": [1, 2, 2, 0, 0, 0, 5, 6, 1]}, keypoints=["a", "b", "c"], skeleton=[[1, 3], [1], "x", [2, 9]]
    )
    (mark,) = marks_of_image(data, 7)
    assert list(mark.points) == [(1, 2, 2), (0, 0, 0), (5, 6, 1)]
    assert list(mark.bones) == [(0, 2), (1, 8)]
    assert mark.box is None


def test_a_category_without_a_name_is_called_by_its_id() -> None:
    data = dataset({"category_id": 5})
    assert [mark.text for mark in marks_of_image(data, 7)] == ["category 5"]


def test_large_things_come_first() -> None:
    marks = marks_of_image(dataset({"bbox": [0, 0, 1, 1]}, {"bbox": [0, 0, 5, 5]}, {"bbox": [0, 0, 3, 3]}), 7)
    assert [mark.box[2] if mark.box else 0 for mark in marks] == [5, 3, 1]


def test_colours_are_distinct_up_to_twelve_and_stay_where_they_are_free() -> None:
    rows = [CategoryRow(i, str(i)) for i in range(30)]
    assert colours_of(rows, [14])[14] == PALETTE[2]
    twelve = colours_of(rows, [2, 14, 26, *range(15, 24)])
    assert len(set(twelve.values())) == 12
    assert len(colours_of(rows, range(30))) == 30


def test_room_for_marks_holds_them_all() -> None:
    assert room_for(marks_of_image(dataset({"bbox": [5, 5, 20.5, 1]}), 7)) == (26, 7)
    assert room_for([]) == (1, 1)
