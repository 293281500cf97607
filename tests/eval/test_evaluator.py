from __future__ import annotations

import multiprocessing
import pickle
from random import Random
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit.errors import DataError, ParamsError
from cocokit.eval.evaluator import Evaluator
from tests.eval import oracle
from tests.eval.compare import assert_same_bits
from tests.eval.feeding import fed, flat, per_image
from tests.eval.naive import Settings
from tests.eval.strategies import make_dataset

TARGET: dict[str, Any] = {"boxes": [[0, 0, 10, 10]], "labels": [1]}
FOUND: dict[str, Any] = {"boxes": [[0, 0, 10, 9]], "labels": [1], "scores": [0.5]}


def dataset(iou_type: str, seed: int, results: int = 20) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    gt, dt = make_dataset(iou_type, 4, 3, 10, results, False, seed)
    for number, truth in enumerate(gt["annotations"]):
        truth["id"] = number  # 0 among them: never counts as matched (X1)
    if iou_type != "bbox":
        for row in dt:
            row.pop("bbox", None)  # what is compared decides the area; a box beside it is not fed
    return gt, dt


def settings_of(gt: dict[str, Any], iou_type: str, **more: Any) -> dict[str, Any]:
    # Rising, as evaluate() takes them from the file: with pooled categories their order decides score ties (L4).
    return {"iou_type": iou_type, "cat_ids": sorted(c["id"] for c in gt["categories"]), **more}


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_parts_fed_in_any_order_merge_to_pycocotools_bits(iou_type: str, parts: int) -> None:
    for seed in range(15):
        gt, dt = dataset(iou_type, seed)
        made = fed(parts, per_image(gt, dt, iou_type), seed, settings_of(gt, iou_type))
        Random(seed).shuffle(made)
        for other in made[1:]:
            made[0].merge(other.state())
        assert_same_bits(made[0].compute(), oracle.evaluate(gt, dt, Settings(iou_type)))


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_pooled_categories_and_many_thresholds_have_the_bits_of_one_evaluation(iou_type: str) -> None:
    more = {"use_cats": False, "iou_thrs": np.linspace(0.2, 0.95, 70), "max_dets": (2, 3), "fixed": True}
    for seed in range(8):
        gt, dt = dataset(iou_type, seed)
        made = fed(2, per_image(gt, dt, iou_type), seed, settings_of(gt, iou_type, **more))
        made[1].merge(made[0])
        assert_same_bits(made[1].compute(), cocokit.evaluate(gt, dt, iou_type, **more))


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_quirks_and_counts_are_those_of_one_evaluation(iou_type: str) -> None:
    for seed in range(15):
        gt, dt = dataset(iou_type, seed)
        made = fed(3, per_image(gt, dt, iou_type), seed, settings_of(gt, iou_type))
        for other in made[:2]:
            made[2].merge(other)
        whole = cocokit.evaluate(gt, dt, iou_type)
        drawn = {"H4", "K1", "X10", "I2"}  # of polygons, and of masks beside an image's stated size: not fed
        ours = {hit.id: hit.count for hit in made[2].compute().quirks if hit.id not in drawn}
        assert ours == {hit.id: hit.count for hit in whole.quirks if hit.id not in drawn}
        assert made[2].compute().counts == whole.counts


def test_300_detections_of_one_image_are_cut_as_in_one_evaluation() -> None:
    gt, dt = dataset("bbox", 3, results=300)
    made = fed(1, per_image(gt, dt, "bbox"), 3, settings_of(gt, "bbox"))[0]
    assert_same_bits(made.compute(), oracle.evaluate(gt, dt, Settings("bbox")))


def _worker(seed: int, share: int, of: int) -> bytes:
    gt, dt = dataset("bbox", seed)
    data = per_image(gt, dt, "bbox")
    mine = [i for n, i in enumerate(data) if n % of == share]
    evaluator = Evaluator(**settings_of(gt, "bbox"))
    evaluator.update(mine, [data[i][0] for i in mine], [data[i][1] for i in mine])
    return evaluator.state()


def test_states_of_spawned_processes_merge_to_pycocotools_bits() -> None:
    gt, dt = dataset("bbox", 5)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        states = pool.starmap(_worker, [(5, share, 3) for share in (2, 0, 1)])
    whole = Evaluator(**settings_of(gt, "bbox"))
    for state in states:
        whole.merge(state)
    assert_same_bits(whole.compute(), oracle.evaluate(gt, dt, Settings("bbox")))


def test_one_mapping_for_all_images_equals_one_per_image() -> None:
    gt, dt = dataset("bbox", 7)
    data = per_image(gt, dt, "bbox")
    ids = list(data)
    one, each = Evaluator(**settings_of(gt, "bbox")), Evaluator(**settings_of(gt, "bbox"))
    sides = [[data[i][side] for i in ids] for side in (0, 1)]
    each.update(ids, *sides)
    one.update(np.array(ids), *(flat(ids, side) for side in sides))
    assert_same_bits(one.compute(), each.compute())


def test_dense_masks_equal_their_rles() -> None:
    rng = np.random.default_rng(0)
    dense = rng.random((3, 9, 7)) < 0.5
    from pycocotools import mask

    rles = [mask.encode(np.asfortranarray(m.astype(np.uint8))) for m in dense]
    reports = []
    for masks in (dense, rles, dense.astype(np.uint8)[:, None]):
        evaluator = Evaluator("segm")
        evaluator.update([1], [{"masks": masks, "labels": [1, 1, 2], "scores": [0.5, 0.6, 0.7]}],
                         [{"masks": masks[:2], "labels": [1, 2]}])  # fmt: skip
        reports.append(evaluator.compute())
    assert_same_bits(reports[0], reports[1])
    assert_same_bits(reports[0], reports[2])
    assert reports[0].npig.sum(0).tolist() == [2, 2, 0, 0]  # areas of the masks, 63 px at most


def test_xyxy_boxes_are_xywh_boxes_with_sides_in_their_own_precision() -> None:
    corners = np.array([[0.1, 0.2, 10.3, 7.7]], np.float32)
    sides = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], 1)
    reports = []
    for boxes, box_format in ((corners, "xyxy"), (sides, "xywh")):
        evaluator = Evaluator(box_format=box_format)
        evaluator.update([1], [{**FOUND, "boxes": boxes}], [TARGET])
        reports.append(evaluator.compute())
    assert_same_bits(reports[0], reports[1])


class Tensor:
    """As much of a tensor on another device as the evaluator may touch."""

    def __init__(self, values: Any, dtype: Any = None, where: str = "cuda") -> None:
        self.values, self.where = np.asarray(values, dtype), where
        self.dtype = self.values.dtype

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return Tensor(self.values, where="cpu")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if self.where != "cpu":
            raise TypeError("can't convert a tensor on another device")
        return self.values


def test_tensors_are_read_like_arrays() -> None:
    plain, tensors = Evaluator(), Evaluator()
    plain.update([4], [FOUND], [TARGET])
    tensors.update(
        Tensor([4]), *([{name: Tensor(v) for name, v in side.items()}] for side in (FOUND, TARGET))
    )
    assert_same_bits(tensors.compute(), plain.compute())


def test_a_report_in_between_changes_nothing_and_reset_forgets() -> None:
    gt, dt = dataset("bbox", 9)
    data = per_image(gt, dt, "bbox")
    evaluator = Evaluator(**settings_of(gt, "bbox"))
    empty = evaluator.compute()
    assert empty.stats.tolist() == [-1.0] * 12
    for image, (found, target) in data.items():
        evaluator.update([image], [found], [target])
        evaluator.compute()
    assert len(evaluator) == 4
    assert_same_bits(evaluator.compute(), oracle.evaluate(gt, dt, Settings("bbox")))
    evaluator.reset()
    assert len(evaluator) == 0
    assert_same_bits(evaluator.compute(), empty)


def test_an_evaluator_survives_pickling() -> None:
    evaluator = Evaluator()
    evaluator.update([1], [FOUND], [TARGET])
    copy = pickle.loads(pickle.dumps(evaluator))
    assert_same_bits(copy.compute(), evaluator.compute())


def test_without_ids_no_ground_truth_is_lost_to_id_0() -> None:
    evaluator = Evaluator()
    evaluator.update([1], [{**FOUND, "boxes": [[0, 0, 10, 10]]}], [TARGET])
    assert evaluator.compute().recall[0, 0, 0].tolist() == [1.0, 1.0, 1.0]


def test_categories_are_all_labels_unless_named() -> None:
    evaluator = Evaluator()
    evaluator.update([1], [{**FOUND, "labels": [5]}], [TARGET])
    assert evaluator.compute().cat_ids == (1, 5)
    named = Evaluator(cat_names={1: "cat"})
    named.update([1], [{**FOUND, "labels": [5]}], [TARGET])
    report = named.compute()
    assert (report.cat_ids, report.cat_names) == ((1,), ("cat",))
    assert [(hit.id, hit.count) for hit in report.quirks] == [("X6", 1)]


def test_an_image_fed_twice_is_refused_or_skipped() -> None:
    first, second = Evaluator(), Evaluator()
    first.update([1, 2], [FOUND, FOUND], [TARGET, TARGET])
    second.update([2, 3], [FOUND, FOUND], [TARGET, TARGET])
    with pytest.raises(DataError, match="update: image 2: was fed before; feed an image once"):
        first.update([2], [FOUND], [TARGET])
    with pytest.raises(DataError, match="update: image 8: was fed before"):
        first.update([8, 8], [FOUND, FOUND], [TARGET, TARGET])
    with pytest.raises(DataError, match="merge: image 2: was fed to both"):
        first.merge(second)
    first.merge(second, repeated="skip")
    assert first.compute().counts == {"images": 3, "annotations": 3, "detections": 3}


def test_merging_refuses_other_settings_and_damaged_states() -> None:
    evaluator = Evaluator()
    evaluator.update([1], [FOUND], [TARGET])
    with pytest.raises(ParamsError, match="max_dets is .*the evaluator to merge has"):
        Evaluator(max_dets=(1, 10)).merge(evaluator)
    with pytest.raises(DataError, match="is cut off or damaged"):
        Evaluator().merge(evaluator.state()[:-4])
    with pytest.raises(DataError, match="is not an evaluator's state"):
        Evaluator().merge(b"PK")
    with pytest.raises(ParamsError, match="repeated is 'twice'"):
        Evaluator().merge(evaluator, repeated="twice")


@pytest.mark.parametrize(
    "found, target, message",
    [
        ({"boxes": [[0, 0, 1]]}, {}, "detections: boxes: is an array of shape"),
        ({"boxes": [[0, 0, 1, 1]] * 2}, {}, "detections: image 1, boxes: has 2 rows where labels has 1"),
        ({"scores": None}, {}, "detections: scores: is missing"),
        ({"scores": [float("nan")]}, {}, "detections: image 1, scores: is nan"),
        ({"boxes": [[0, 0, float("inf"), 1]]}, {}, "image 1, boxes: is .0.0, 0.0, inf, 1.0."),
        ({"labels": [1.5]}, {}, "detections: image 1, labels: is 1.5; give whole numbers"),
        ({"labels": ["cat"]}, {}, "detections: labels: is an array of shape .1,. and type <U3"),
        ({}, {"boxes": None}, "targets: boxes: is missing"),
        ({}, {"iscrowd": [0, 1]}, "targets: image 1, iscrowd: has 2 rows where labels has 1"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_counted(
    found: dict[str, Any], target: dict[str, Any], message: str
) -> None:
    evaluator = Evaluator()
    with pytest.raises(DataError, match=message):
        evaluator.update([1], [{**FOUND, **found}], [{**TARGET, **target}])
    assert len(evaluator) == 0
    evaluator.update([1], [FOUND], [TARGET])
    assert evaluator.compute().counts["detections"] == 1


def test_a_member_of_some_images_only_is_refused_unless_the_others_are_empty() -> None:
    evaluator = Evaluator()
    with pytest.raises(DataError, match="targets: image 2, area: is missing, though other images have it"):
        evaluator.update([1, 2], [FOUND, FOUND], [{**TARGET, "area": [9.0]}, TARGET])
    nothing = {"boxes": [], "labels": []}
    evaluator.update([1, 2], [FOUND, {**nothing, "scores": []}], [{**TARGET, "area": [9.0]}, nothing])
    assert evaluator.compute().counts == {"images": 2, "annotations": 1, "detections": 1}


def test_rows_of_an_image_that_was_not_named_are_refused() -> None:
    with pytest.raises(DataError, match="detections: image_ids: has 9, which is not among the images"):
        Evaluator().update([1], {**FOUND, "image_ids": [9]}, {**TARGET, "image_ids": [1]})
    with pytest.raises(DataError, match="detections: image_ids: is missing"):
        Evaluator().update([1], FOUND, TARGET)


def test_ids_are_given_always_or_never_and_once() -> None:
    evaluator = Evaluator()
    evaluator.update([1], [FOUND], [{**TARGET, "ids": [3]}])
    with pytest.raises(DataError, match="targets: image 2, ids: are missing, unlike in updates before"):
        evaluator.update([2], [FOUND], [TARGET])
    evaluator.update([2], [FOUND], [{**TARGET, "ids": [3]}])
    with pytest.raises(DataError, match="targets: ids: 3 is used twice"):
        evaluator.compute()


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ParamsError, match="img_ids"):
        Evaluator(img_ids=(1, 2))
    with pytest.raises(ParamsError, match="box_format is 'cxcywh'"):
        Evaluator(box_format="cxcywh")


def test_a_damaged_rle_is_found_when_it_is_matched() -> None:
    evaluator = Evaluator("segm")
    masks = [{"size": [4, 4], "counts": [3, 2]}]
    evaluator.update([5], [{"masks": masks, "labels": [1], "scores": [0.5]}], [{"masks": [], "labels": []}])
    with pytest.raises(DataError, match=r"detections: .*image_id 5.*: .*do not sum"):
        evaluator.compute()


def test_lenient_counts_nan_scores_as_pycocotools_does() -> None:
    evaluator = Evaluator(lenient=True)
    evaluator.update([1], [{**FOUND, "scores": [float("nan")]}], [TARGET])
    assert [(hit.id, hit.count) for hit in evaluator.compute().quirks] == [("X3", 1)]
