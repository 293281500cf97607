"""The drop-in COCO beside pycocotools': queries, results, masks, printed lines and exceptions are the same."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

import cocokit
from cocokit.errors import DataError
from cocokit.eval.dropin import COCO
from tests.eval import strategies
from tests.eval.dropin_runs import OURS, Api, assert_same_behaviour, attempt, loaded

Row = dict[str, Any]

IOU_TYPES = ("bbox", "segm", "keypoints")
CAPTIONS = [{"image_id": 1, "caption": "ein Käse"}, {"image_id": 1, "caption": "犬"}]


def sample(iou_type: str = "bbox", seed: int = 3) -> tuple[Row, list[Row]]:
    gt, dt = strategies.make_dataset(iou_type, images=3, categories=3, truths=14, results=20, odd_ids=False, seed=seed)
    for i, category in enumerate(gt["categories"]):
        category.update(name="abc"[i], supercategory="ab"[i % 2])
    return gt, dt


def indexed(api: Api, gt: Row) -> Any:
    coco = api.COCO()
    coco.dataset = copy.deepcopy(gt)
    coco.createIndex()
    return coco


def indices(coco: Any) -> Row:
    return {name: dict(getattr(coco, name)) for name in ("dataset", "anns", "cats", "imgs", "imgToAnns", "catToImgs")}


def queried(name: str, gt: Row, *args: Any, **chosen: Any) -> Callable[[Api], Any]:
    return lambda api: getattr(indexed(api, gt), name)(*args, **chosen)


@pytest.mark.parametrize("iou_type", IOU_TYPES)
def test_random_results_are_completed_and_indexed_as_by_pycocotools(iou_type: str) -> None:
    @budget(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(strategies.datasets(iou_type))
    def compare(data: tuple[Row, list[Row]]) -> None:
        assert_same_behaviour(lambda api: [indices(coco) for coco in loaded(api, *data)])

    compare()


def test_every_query_gives_what_pycocotools_gives() -> None:
    gt, _ = sample()
    for row in gt["annotations"]:
        row["area"] = row["area"] % 64
    images, categories = [row["id"] for row in gt["images"]], [row["id"] for row in gt["categories"]]
    some: list[Any] = [[], [images[0]], images, images[1], [77], np.array(images), tuple(images), set(images)]
    kinds: list[Any] = [[], [categories[0]], categories, categories[1], [77], np.array(categories[:2]), [[1]]]
    for of_image in some:
        for of_category in kinds:
            assert_same_behaviour(queried("getAnnIds", gt, of_image, of_category))
            assert_same_behaviour(queried("getImgIds", gt, of_image, of_category))
    areas = sorted(row["area"] for row in gt["annotations"])
    for limits in ([], [areas[0], areas[-1]], [areas[2], areas[7]], [5, 1], [float("nan"), 9]):
        for crowd in (None, 0, 1, False, True):
            assert_same_behaviour(queried("getAnnIds", gt, areaRng=limits, iscrowd=crowd))
            assert_same_behaviour(queried("getAnnIds", gt, images[0], areaRng=limits, iscrowd=crowd))
    for names in ([], "a", ["a", "b"], "abc", ["z"], ["犬"]):
        for groups in ([], "a", ["b"], ["z"]):
            assert_same_behaviour(queried("getCatIds", gt, names, groups))
            assert_same_behaviour(queried("getCatIds", gt, names, groups, categories[:2]))


def test_the_ends_of_area_ranges_are_left_out() -> None:  # D7
    gt, _ = sample()
    for row, area in zip(gt["annotations"], [32.0**2, 1025, 96.0**2, 9215], strict=False):
        row["area"] = area
    for row in gt["annotations"][4:]:
        row["area"] = 0
    found = assert_same_behaviour(queried("getAnnIds", gt, areaRng=[32**2, 96**2]))
    assert found == [gt["annotations"][1]["id"], gt["annotations"][3]["id"]]


@pytest.mark.parametrize("name", ["loadAnns", "loadCats", "loadImgs"])
def test_rows_are_loaded_by_one_id_or_many(name: str) -> None:
    gt, _ = sample()
    ids = [row["id"] for row in gt[{"loadAnns": "annotations", "loadCats": "categories", "loadImgs": "images"}[name]]]
    for wanted in ([], ids, ids[0], ids[1:], tuple(ids), np.int64(ids[0]), "no id", [-77], None):
        assert_same_behaviour(queried(name, gt, wanted))


def test_files_are_read_and_indexed_as_by_pycocotools(tmp_path: Path) -> None:
    gt, dt = sample("segm")
    truth, results = tmp_path / "gt.json", tmp_path / "dt.json"
    truth.write_text(json.dumps({**gt, "info": {"year": 2014, "url": "ü"}}))
    results.write_text(json.dumps(dt))

    def script(api: Api) -> Any:
        coco = api.COCO(str(truth))
        coco.info()
        return [indices(coco), indices(coco.loadRes(str(results)))]

    assert_same_behaviour(script)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "nothing", '{"annotations": [{"id": 1}]}', '{"images": [{}]}', "{}"]
)
def test_files_that_hold_something_else_raise_what_pycocotools_raises(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gt.json"
    path.write_text(content)
    assert_same_behaviour(lambda api: indices(api.COCO(str(path))))
    error = attempt(lambda api: api.COCO(str(path)), OURS).error
    if isinstance(error, (json.JSONDecodeError, AssertionError)):
        assert str(path) in str(error)
    assert_same_behaviour(lambda api: api.COCO(str(tmp_path / "absent.json")))


def test_a_path_object_is_taken_as_a_file(tmp_path: Path) -> None:
    gt, dt = sample()
    (tmp_path / "gt.json").write_text(json.dumps(gt))
    (tmp_path / "dt.json").write_text(json.dumps(dt))
    found = attempt(lambda api: api.COCO(tmp_path / "gt.json").loadRes(tmp_path / "dt.json"), OURS)
    assert found.error is None
    assert len(found.value.anns) == len(dt)


def test_results_of_every_kind_of_trouble_raise_what_pycocotools_raises() -> None:
    gt, boxes = sample("bbox")
    _, masks = sample("segm")
    _, poses = sample("keypoints")
    troubles: list[Any] = [
        [], {}, None, "absent.json", [{}], [{"image_id": 77}], [boxes[0], {"image_id": boxes[0]["image_id"]}],
        [boxes[0], {**masks[0], "segmentation": 3}], [masks[0], boxes[0]], [poses[0], boxes[0]], [poses[0], masks[0]],
        [{**boxes[0], "bbox": []}], [{**boxes[0], "bbox": [1, 2, 3]}], [{**boxes[0], "bbox": ["1", "2", "3", "4"]}],
        [{**boxes[0], "bbox": None}], [{**boxes[0], "bbox": (1, 2, 3, 4)}], [{**boxes[0], "image_id": [1]}],
        [{**masks[0], "segmentation": None}], [{**masks[0], "segmentation": [[1, 2, 3, 4, 5, 6]]}],
        [{**masks[0], "segmentation": {"size": [5, 5], "counts": [20, 5]}}], [{**masks[0], "segmentation": {}}],
        [{**masks[0], "segmentation": [masks[0]["segmentation"]]}], [{**masks[0], "bbox": [1, 2]}],
        [{**poses[0], "keypoints": []}], [{**poses[0], "keypoints": [1, 2]}], [{**poses[0], "keypoints": None}],
        [{**poses[0], "keypoints": ["1", "2", "3"]}], [poses[0], {**poses[0], "keypoints": [1.5, 2, 2]}],
        [{**poses[0], "keypoints": [2**40, 2**40, 2, 0, 0, 1]}],
        [{**poses[0], "keypoints": [2**62, 1, 2, -(2**62), 0, 1]}],
        [{**poses[0], "keypoints": [float("nan"), 1, 2, 4, 0, 1]}], [{**poses[0], "keypoints": [1, 1.5, 2, 4, 0, 1]}],
        [[1, 2]], ["text"], [None],
    ]  # fmt: skip
    for trouble in troubles:

        def script(api: Api, trouble: Any = trouble) -> Any:
            return indices(indexed(api, gt).loadRes(copy.deepcopy(trouble)))

        assert_same_behaviour(script)


def test_errors_name_the_result_and_the_value() -> None:
    gt, dt = sample()
    coco = attempt(lambda api: indexed(api, gt), OURS).value
    cases: list[tuple[Any, type[Exception], str]] = [
        ([*dt, {**dt[0], "image_id": 77}], AssertionError, r"result \[20\] has image_id 77"),
        ([*dt, {"image_id": dt[0]["image_id"]}], KeyError, r"results: \[20\] \(image_id .*\): has no bbox"),
        ([*dt, {**dt[0], "bbox": [1, 2, 3]}], IndexError, r"\[20\] .* too short: bbox \[1, 2, 3\]; a box is four"),
        ([*dt, {"bbox": [1, 2, 3, 4]}], KeyError, r"results: \[20\]: has no image_id"),
        ([], IndexError, "empty list"),
    ]
    for results, kind, message in cases:
        with pytest.raises(kind, match=message) as caught:
            coco.loadRes(copy.deepcopy(results))
        assert kind is AssertionError or isinstance(caught.value, DataError)


def test_captions_and_arrays_are_results_too() -> None:
    gt, _ = sample()
    gt["images"].append({"id": 1, "width": 5, "height": 5})
    category = gt["categories"][0]["id"]
    array = np.array([[1, 2.5, 3, 4, 5, 0.5, category], [1, 0, 0, 1e9, 5, 0.25, category]])
    for results in (CAPTIONS, array, array.astype(np.float32), array[:0], array[:, :6], array[0]):
        assert_same_behaviour(lambda api, results=results: indices(indexed(api, gt).loadRes(copy.deepcopy(results))))
    assert_same_behaviour(lambda api: api.COCO().loadNumpyAnnotations([[1] * 7]))


def test_outlines_become_rles_and_masks() -> None:
    gt, _ = sample("segm")
    for i in range(len(gt["annotations"])):
        assert_same_behaviour(lambda api, i=i: indexed(api, gt).annToRLE(copy.deepcopy(gt["annotations"][i])))
        assert_same_behaviour(lambda api, i=i: indexed(api, gt).annToMask(copy.deepcopy(gt["annotations"][i])))
    odd = gt["annotations"][0]
    for outline in ([], [[1, 2, 3, 4]], None, {"size": [2, 2]}, {"size": [2, 2], "counts": b"13"}, "text"):
        odd["segmentation"] = outline
        assert_same_behaviour(lambda api: indexed(api, gt).annToMask(odd))


def test_captions_are_shown_as_text_and_nothing_is_shown_of_nothing() -> None:
    for anns in (CAPTIONS, [], [{"image_id": 1}]):
        assert_same_behaviour(lambda api, anns=anns: api.COCO().showAnns(anns))


def test_drawing_uses_matplotlib() -> None:
    plt = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed")
    gt, _ = sample("segm")
    coco = attempt(lambda api: indexed(api, gt), OURS).value
    plt.switch_backend("agg")
    coco.showAnns(coco.dataset["annotations"], draw_bbox=True)
    assert len(plt.gca().collections) == 2
    plt.close()


def test_images_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    source = tmp_path / "source.jpg"
    source.write_bytes(b"image")
    kept = tmp_path / "new" / "kept.jpg"
    gt = {"images": [{"id": i, "file_name": name, "coco_url": source.as_uri()}
                     for i, name in enumerate(["kept.jpg", "fetched.jpg"])]}  # fmt: skip

    def script(api: Api) -> list[Any]:
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(b"mine")
        coco = indexed(api, gt)
        value = [coco.download(), coco.download(str(kept.parent)), coco.download(str(tmp_path / "one"), [1])]
        return [*value, kept.read_bytes(), (kept.parent / "fetched.jpg").read_bytes(), (tmp_path / "one").is_dir()]

    ours = attempt(script, OURS)
    assert ours.error is None
    assert ours.value == [-1, None, None, b"mine", b"image", True]
    assert "downloaded 1/2 images" in ours.printed


SWITCHED = """
import json, sys
import cocokit
undo = cocokit.init_as_pycocotools()
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval, Params
from pycocotools import mask
import pycocotools.mask as again, pycocotools._mask, importlib.util
assert again is mask and importlib.util.find_spec("pycocotools") and importlib.util.find_spec("pycocotools.mask")
truth = COCO(sys.argv[1])
run = COCOeval(truth, truth.loadRes(sys.argv[2]), "bbox")
run.evaluate(); run.accumulate(); run.summarize()
undo()
from pycocotools.coco import COCO as Original
print(json.dumps([run.stats.tolist(), COCO.__module__, COCOeval.__module__, mask.__name__, Original.__module__]))
"""


def test_one_line_makes_code_that_imports_pycocotools_use_cocokit(tmp_path: Path) -> None:
    gt, dt = sample()
    truth, results = tmp_path / "gt.json", tmp_path / "dt.json"
    truth.write_text(json.dumps(gt))
    results.write_text(json.dumps(dt))
    root = str(Path(cocokit.__file__).parent.parent)
    ran = subprocess.run([sys.executable, "-c", SWITCHED, str(truth), str(results)], capture_output=True, text=True,
                         check=False, cwd=root)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = " in ran.stdout
    stats, *modules = json.loads(ran.stdout.splitlines()[-1])
    assert modules == ["cocokit.eval.dropin.coco", "cocokit.eval.dropin.cocoeval", "cocokit.eval.dropin.mask",
                       "pycocotools.coco"]  # fmt: skip
    assert stats == cocokit.evaluate(gt, dt).stats.tolist()


def test_the_switch_warns_when_it_comes_too_late_and_can_be_undone_twice() -> None:
    import pycocotools.coco

    before = {name: module for name, module in sys.modules.items() if name.startswith("pycocotools")}
    with pytest.warns(RuntimeWarning, match="imported before"):
        undo = cocokit.init_as_pycocotools()
    try:
        assert sys.modules["pycocotools.coco"].COCO is COCO
        inner = cocokit.init_as_pycocotools()  # already ours: no warning
        inner()
        assert sys.modules["pycocotools.coco"].COCO is COCO
    finally:
        undo()
    assert {name: module for name, module in sys.modules.items() if name.startswith("pycocotools")} == before
    assert sys.modules["pycocotools.coco"] is pycocotools.coco
    undo()
    assert sys.modules["pycocotools.coco"] is pycocotools.coco


@budget(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 100, allow_nan=False), min_size=4, max_size=4))
def test_box_results_get_a_rectangle_and_an_area(box: list[float]) -> None:  # J2, J3
    gt = {"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": []}
    results = [{"image_id": 1, "category_id": 1, "bbox": box, "score": 1.0}]
    row = assert_same_behaviour(lambda api: loaded(api, gt, results)[1].dataset["annotations"][0])
    x, y, w, h = box
    assert row["segmentation"] == [[x, y, x, y + h, x + w, y + h, x + w, y]]
    assert row["area"] == w * h
