"""Parsed rows to columns: what is taken, what is refused, and in which words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from cocokit.columns import KIND_COUNTS, KIND_NONE, KIND_POLYGONS, KIND_RLE, Annotations, Field
from cocokit.errors import DataError
from cocokit.rows import rows_to_annotations, rows_to_categories, rows_to_images


def result(**changes: Any) -> dict[str, Any]:
    return {"image_id": 7, "category_id": 1, "bbox": [1, 2.5, 3, 4], "score": 0.5} | changes


def outline(value: Any) -> Annotations:
    return rows_to_annotations([{"image_id": 1, "segmentation": value}])


def refused(rows: Any, kind: str = "results") -> DataError:
    with pytest.raises(DataError) as caught:
        rows_to_annotations(rows, path="f.json", kind=kind)
    return caught.value


def test_columns_hold_what_the_rows_say() -> None:
    a = rows_to_annotations([result(), result(image_id=8, score=1)], kind="results")
    assert a.image_id is not None
    assert a.bbox is not None
    assert a.score is not None
    assert a.image_id.tolist() == [7, 8]
    assert a.bbox.tolist() == [[1, 2.5, 3, 4]] * 2
    assert a.score.tolist() == [0.5, 1.0]
    assert a.segmentation is None
    assert a.area is None
    assert a.present.tolist() == [int(Field.IMAGE_ID | Field.CATEGORY_ID | Field.BBOX | Field.SCORE)] * 2


def test_no_rows_give_empty_columns() -> None:
    a = rows_to_annotations([], kind="results")
    assert len(a) == 0
    assert a.bbox is not None
    assert a.bbox.shape == (0, 4)
    assert a.segmentation is not None
    assert len(a.segmentation) == 0


def test_only_wanted_fields_are_looked_at() -> None:
    a = rows_to_annotations([result(bbox="nonsense")], Field.IMAGE_ID | Field.SCORE)
    assert a.bbox is None
    assert a.category_id is None
    assert Field.BBOX not in Field(int(a.present[0]))


@pytest.mark.parametrize("field", ["image_id", "category_id", "bbox", "score"])
def test_null_counts_as_absent(field: str) -> None:
    a = rows_to_annotations([result(**{field: None}), result()], kind="results")
    assert a.has(Field[field.upper()]).tolist() == [False, True]


def test_an_empty_box_counts_as_absent_and_survives_in_the_extras() -> None:
    a = rows_to_annotations([result(bbox=[]), result(score=None)], extras=True)
    assert a.has(Field.BBOX).tolist() == [False, True]
    assert a.extras is not None
    assert [a.extras[i].tobytes() for i in range(2)] == [b'"bbox":[]', b'"score":null']


def test_whole_floats_are_ids_and_numpy_values_are_what_they_hold() -> None:
    rows = [
        result(image_id=1.0, bbox=np.arange(4, dtype=np.float32), score=np.float32(0.25)),
        result(image_id=np.int32(3)),
    ]
    a = rows_to_annotations(rows)
    assert a.image_id is not None
    assert a.bbox is not None
    assert a.score is not None
    assert a.image_id.tolist() == [1, 3]
    assert a.bbox[0].tolist() == [0, 1, 2, 3]
    assert a.score.tolist() == [0.25, 0.5]


def test_not_a_number_reaches_the_columns() -> None:
    a = rows_to_annotations([result(score=math.nan, bbox=[math.nan, 0, math.inf, 1])])
    assert a.score is not None
    assert a.bbox is not None
    assert math.isnan(a.score[0])
    assert math.isnan(a.bbox[0, 0])
    assert a.bbox[0, 2] == math.inf


def test_ids_of_64_bits_are_exact() -> None:
    ids = [2**63 - 1, -(2**63), 2**53 + 1]
    a = rows_to_annotations([result(image_id=i) for i in ids])
    assert a.image_id is not None
    assert a.image_id.tolist() == ids


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"score": "0.9"}, "[1].score (image_id 7)", 'is the string "0.9" where a number was expected'),
        ({"score": [0.9]}, "[1].score (image_id 7)", "is the list [0.9] where"),
        ({"score": True}, "[1].score (image_id 7)", "is true where"),
        ({"image_id": "7"}, "[1].image_id", 'is the string "7" where an integer was expected'),
        ({"image_id": True}, "[1].image_id", "is true where an integer"),
        ({"image_id": 1.5}, "[1].image_id", "is 1.5 where"),
        ({"image_id": math.nan}, "[1].image_id", "is NaN where"),
        ({"image_id": 2**63}, "[1].image_id", "64 bits"),
        ({"image_id": 10**5000}, "[1].image_id", "an integer of 16610 bits"),
        ({"category_id": {}}, "[1].category_id (image_id 7)", "is an empty object where"),
        ({"bbox": [1, 2, 3]}, "[1].bbox (image_id 7)", "is the list [1, 2, 3], 3 numbers"),
        ({"bbox": [1, 2, 3, 4, 5]}, "[1].bbox (image_id 7)", "5 numbers"),
        ({"bbox": [1, 2, 3, "4"]}, "[1].bbox (image_id 7)", "something that is no number"),
        ({"bbox": [[1, 2, 3, 4]]}, "[1].bbox (image_id 7)", "something that is no number"),
        ({"bbox": [1, 2, 3, None]}, "[1].bbox (image_id 7)", "something that is no number"),
        ({"bbox": [1, 2, 3, 2**60 + 1]}, "[1].bbox (image_id 7)", "something that is no number"),
        ({"bbox": [1, 2, 3, 10**400]}, "[1].bbox (image_id 7)", "something that is no number"),
        ({"bbox": "1 2 3 4"}, "[1].bbox (image_id 7)", 'is the string "1 2 3 4" where a list'),
        ({"bbox": {"x": 1}}, "[1].bbox (image_id 7)", 'is the object {"x": 1} where a list'),
        ({"keypoints": [1, 2, "v"]}, "[1].keypoints (image_id 7)", "something that is no number"),
        ({"iscrowd": "no"}, "[1].iscrowd (image_id 7)", 'is the string "no" where 0 or 1'),
        ({"caption": 5}, "[1].caption (image_id 7)", "is 5 where a string"),
        ({"num_keypoints": 0.5}, "[1].num_keypoints (image_id 7)", "is 0.5 where an integer"),
        ({"segmentation": "abc"}, "[1].segmentation (image_id 7)", 'is the string "abc"'),
        ({"segmentation": [1, 2, 3, 4, 5, 6]}, "[1].segmentation (image_id 7)", "is a flat list of numbers"),
        (
            {"segmentation": [{"counts": "a"}]},
            "[1].segmentation (image_id 7)",
            'a list that holds the object {"counts"',
        ),
        (
            {"segmentation": [[1, 2, "3", 4]]},
            "[1].segmentation (image_id 7)",
            'has the string "3" among its coordinates',
        ),
        ({"segmentation": [[[1, 2]]]}, "[1].segmentation (image_id 7)", "has the list [1, 2] among its coordinates"),
        ({"segmentation": {}}, "[1].segmentation (image_id 7)", "is an RLE without size"),
        ({"segmentation": {"counts": "a"}}, "[1].segmentation (image_id 7)", "is an RLE without size"),
        ({"segmentation": {"size": [1], "counts": "a"}}, "[1].segmentation (image_id 7)", "has the size the list [1]"),
        ({"segmentation": {"size": [1, 2.5], "counts": "a"}}, "[1].segmentation (image_id 7)", "[1, 2.5]"),
        ({"segmentation": {"size": [1, 2]}}, "[1].segmentation (image_id 7)", "is an RLE without counts"),
        ({"segmentation": {"size": [1, 2], "counts": 5}}, "[1].segmentation (image_id 7)", "has the counts 5"),
        (
            {"segmentation": {"size": [1, 2], "counts": [1, "1"]}},
            "[1].segmentation (image_id 7)",
            'the string "1" among',
        ),
        ({"segmentation": {"size": [1, 2], "counts": [1, None]}}, "[1].segmentation (image_id 7)", "null among"),
    ],
)
def test_what_no_column_can_hold_is_refused_with_its_place(change: dict[str, Any], place: str, words: str) -> None:
    error = refused([result(), result(**change), result(), result(**change)])
    assert error.path == "f.json"
    assert error.where == place
    assert words in str(error)
    assert error.count == 2
    assert "(1 more like it)" in str(error)
    assert "\n" not in str(error)


def test_strings_for_ids_name_the_remedy() -> None:
    assert "ids are integers, without quotes" in refused([result(image_id="abc")]).remedy


@pytest.mark.parametrize("rows", [{"a": 1}, "text", 5, None])
def test_rows_that_are_no_list_are_refused(rows: Any) -> None:
    assert "where a list was expected" in str(refused(rows))


def test_rows_that_are_no_objects_are_refused_and_counted() -> None:
    error = refused([result(), [1, 2], 3], kind="annotations")
    assert error.where == "annotations[1]"
    assert error.count == 2


def test_polygons_of_any_length_reach_the_columns() -> None:
    a = rows_to_annotations([{"segmentation": [[10, 10, 40, 40], [1, 2, 3]]}, {"segmentation": []}, {}])
    s = a.segmentation
    assert s is not None
    assert s.kind.tolist() == [KIND_POLYGONS, KIND_NONE, KIND_NONE]
    assert s.rings.tolist() == [0, 2, 2, 2]
    assert s.xy.offsets.tolist() == [0, 4, 7]
    assert a.has(Field.SEGMENTATION).tolist() == [True, True, False]


def test_rle_of_both_kinds_reaches_the_columns() -> None:
    rows = [
        {"segmentation": {"size": [3, 4], "counts": "52\\1"}},
        {"segmentation": {"counts": [5, 7], "size": [3, 4]}},
        {"segmentation": {"size": (np.int64(3), 4), "counts": b"52"}},
    ]
    s = rows_to_annotations(rows).segmentation
    assert s is not None
    assert s.kind.tolist() == [KIND_RLE, KIND_COUNTS, KIND_RLE]
    assert s.size.tolist() == [[3, 4]] * 3
    assert [s.text[i].tobytes() for i in range(3)] == [b"52\\1", b"", b"52"]
    assert s.counts[1].tolist() == [5, 7]


def test_one_wrong_ring_of_many_is_laid_at_its_annotation() -> None:
    good = {"segmentation": [[0, 0, 1, 0, 1, 1], [0, 0, 2, 0, 2, 2]]}
    rows = [good, {"segmentation": []}, good, {"segmentation": [[0, 0, 1, 0, 1, 1], [0, None, 1, 0, 1, 1]]}]
    error = refused(rows, "annotations")
    assert error.where == "annotations[3].segmentation"
    assert "has null among its coordinates" in error.reason


def test_arrays_make_polygons_too() -> None:
    s = outline([np.array([0.0, 0, 4, 0, 4, 4])]).segmentation
    assert s is not None
    assert s.xy[0].tolist() == [0, 0, 4, 0, 4, 4]


def test_flags_are_one_for_any_true_number() -> None:
    a = rows_to_annotations([{"iscrowd": v, "ignore": v} for v in (0, 1, True, False, 2, 0.0)])
    assert a.iscrowd is not None
    assert a.ignore is not None
    assert a.iscrowd.tolist() == a.ignore.tolist() == [0, 1, 1, 0, 1, 0]


def test_extras_that_are_no_json_are_refused() -> None:
    with pytest.raises(DataError, match=r"annotations\[0\].*cannot be written as JSON"):
        rows_to_annotations([{"image_id": 1, "mine": {1, 2}}], extras=True)


def test_images_need_ids_and_whole_sizes() -> None:
    images = rows_to_images([{"id": 3, "width": 640.0, "height": 480, "file_name": "a.jpg"}, {"id": 1}], extras=True)
    assert images.id.tolist() == [3, 1]
    assert images.width.tolist() == [640, 0]
    assert images.file_name == ["a.jpg", None]
    with pytest.raises(DataError, match=r"images\[1\]\.id: is missing \(1 more like it\)"):
        rows_to_images([{"id": 1}, {}, {"id": None}])
    with pytest.raises(DataError, match=r"images\[0\]\.width: is the string"):
        rows_to_images([{"id": 1, "width": "640"}])
    with pytest.raises(DataError, match=r"images\[0\]\.file_name: is 5"):
        rows_to_images([{"id": 1, "file_name": 5}])


def test_categories_keep_members_that_have_no_place() -> None:
    rows = rows_to_categories(
        [{"id": 1, "name": "a", "supercategory": None, "color": [1]}, {"id": 2, "name": ""}, {"id": 3}]
    )
    assert [row.name for row in rows] == ["a", "", ""]
    assert rows[0].other == {"color": [1], "supercategory": None}
    assert rows[1].other == {"name": ""}
    assert rows[2].other == {}
    with pytest.raises(DataError, match=r"categories\[0\]\.id: is missing"):
        rows_to_categories([{"name": "a"}])
