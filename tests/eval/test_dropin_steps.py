"""The drop-in COCOeval's settings and steps, changed, left out, replaced and run in any order, beside pycocotools'."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.eval.dropin_runs import (
    OURS,
    Api,
    assert_same_behaviour,
    attempt,
    complete,
    evaluation,
    everything,
    loaded,
    sample,
)
from tests.eval.naive import Settings

Row = dict[str, Any]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxDets", [100]), ("maxDets", [0, 2, 5]), ("maxDets", [100, 2, 2]), ("maxDets", [1.0, 2, 3]), ("maxDets", []),
        ("maxDets", [-1, 1, 2]), ("iouThrs", [0.5, 0.75]), ("iouThrs", np.array([])),
        ("iouThrs", np.array([np.nan, 0.5])), ("iouThrs", np.array([0.75, 0.5, -1.0, 2.0])),
        ("recThrs", np.array([np.nan, 0.5])), ("recThrs", []), ("recThrs", [0.5, 2.0, 0.1, -1.0]), ("areaRng", []),
        ("areaRng", [[0, np.nan], [100, 0]]), ("areaRng", [[0, 50, 9]]), ("imgIds", []), ("imgIds", [77, 88]),
        ("areaRngLbl", ["all", "all", "medium", "large"]), ("catIds", []), ("catIds", [1, 1]),
        ("useCats", 2), ("useCats", False), ("useSegm", 0), ("useSegm", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("use_cats", [True, False])
def test_settings_of_any_kind(name: str, value: Any, use_cats: bool) -> None:
    gt, dt = sample()
    assert_same_behaviour(
        complete(gt, dt, Settings("bbox", use_cats=use_cats), lambda p: setattr(p, name, copy.deepcopy(value)))
    )


@pytest.mark.parametrize(
    "sigmas", [[0.1] * 17, np.array([0.1] * 17, np.float32), np.array([0.5]), np.zeros(17), np.arange(17)]
)
def test_sigmas_of_any_kind(sigmas: Any) -> None:
    gt, dt = sample("keypoints")
    assert_same_behaviour(complete(gt, dt, Settings("keypoints"), lambda p: setattr(p, "kpt_oks_sigmas", sigmas)))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.imgIds.pop(), lambda p: p.imgIds.pop(0), lambda p: p.imgIds.append(p.imgIds[0]),
        lambda p: p.imgIds.insert(0, 12345), lambda p: p.imgIds.clear(),
        lambda p: p.catIds.pop(), lambda p: p.catIds.pop(0), lambda p: p.catIds.append(77), lambda p: p.catIds.clear(),
        lambda p: p.catIds.append(p.catIds[0]),
        lambda p: p.maxDets.pop(), lambda p: p.maxDets.pop(0), lambda p: p.maxDets.reverse(),
        lambda p: p.maxDets.append(300), lambda p: p.maxDets.append(1), lambda p: p.maxDets.clear(),
        lambda p: p.areaRng.pop(), lambda p: p.areaRng.pop(0), lambda p: p.areaRng.reverse(),
        lambda p: p.areaRng.append([5, 6]), lambda p: p.areaRng.clear(), lambda p: p.areaRng.append(p.areaRng[0]),
        lambda p: setattr(p, "recThrs", np.linspace(0, 1, 11)), lambda p: setattr(p, "recThrs", [0.9, 0.1]),
        lambda p: setattr(p, "iouThrs", p.iouThrs[:3]), lambda p: setattr(p, "iouThrs", np.append(p.iouThrs, 0.99)),
        lambda p: setattr(p, "useCats", 0), lambda p: setattr(p, "useCats", 2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("use_cats", [True, False])
@pytest.mark.parametrize("other", [True, False])
def test_accumulate_after_the_settings_were_changed(change: Callable[[Any], Any], use_cats: bool, other: bool) -> None:
    gt, dt = sample()

    def script(api: Api) -> Row:
        run = evaluation(api, gt, dt, Settings("bbox", use_cats=use_cats))
        run.evaluate()
        p = copy.deepcopy(run.params) if other else run.params
        change(p)
        run.accumulate(p if other else None)
        assert run.eval["params"] is p
        return {**everything(run), "catIds": p.catIds}

    assert_same_behaviour(script)


def test_evaluating_twice_with_pooled_categories_finds_nothing_the_second_time() -> None:
    gt, dt = sample()

    def script(api: Api) -> list[Row]:
        run = evaluation(api, gt, dt, Settings("bbox", use_cats=False))
        found = []
        for _ in range(2):
            run.evaluate()
            run.accumulate()
            run.summarize()
            found.append(everything(run))
        return found

    assert_same_behaviour(script)


def test_steps_that_were_left_out_raise_what_pycocotools_raises() -> None:
    gt, dt = sample()
    for step in ("accumulate", "summarize", "__str__"):
        assert_same_behaviour(lambda api, step=step: getattr(evaluation(api, gt, dt, Settings("bbox")), step)())
    assert_same_behaviour(lambda api: api.COCOeval(iouType="boxes"))
    assert_same_behaviour(lambda api: api.COCOeval(*loaded(api, gt, dt), iouType=""))


def test_str_prints_the_summary_and_raises_as_pycocotools_does() -> None:
    gt, dt = sample()

    def script(api: Api) -> str:
        run = evaluation(api, gt, dt, Settings("bbox"))
        run.evaluate()
        run.accumulate()
        return str(run)

    assert isinstance(attempt(script, OURS).error, TypeError)
    assert_same_behaviour(script)


def test_accumulate_reads_the_dicts_that_the_caller_changed() -> None:
    gt, dt = sample()

    def script(api: Api) -> Row:
        run = evaluation(api, gt, dt, Settings("bbox"))
        run.evaluate()
        for image in run.evalImgs:
            if image is not None:
                image["dtIgnore"][:] = True
        run.accumulate()
        return everything(run)

    value = assert_same_behaviour(script)
    assert not (value["recall"] > 0).any()


def test_images_gathered_from_two_processes_accumulate_to_the_whole() -> None:
    gt, dt = sample()
    ids = sorted(image["id"] for image in gt["images"])

    def script(api: Api) -> Row:
        parts = []
        for chosen in (ids[:1], ids[1:]):
            part = evaluation(api, gt, dt, Settings("bbox", img_ids=chosen))
            part.evaluate()
            parts.append(np.asarray(part.evalImgs, object).reshape(-1, len(part.params.areaRng), len(chosen)))
        whole = evaluation(api, gt, dt, Settings("bbox"))
        whole.params.imgIds = ids
        whole.evalImgs = list(np.concatenate(parts, 2).flatten())
        whole._paramsEval = copy.deepcopy(whole.params)
        whole.accumulate()
        whole.summarize()
        return {**whole.eval, "params": None, "date": None, "stats": whole.stats}

    gathered = assert_same_behaviour(script)
    at_once = attempt(complete(gt, dt, Settings("bbox")), OURS).value
    assert gathered["stats"].tolist() == at_once["stats"].tolist()


def test_a_subclass_that_replaces_a_step_is_obeyed() -> None:
    gt, dt = sample()

    def script(api: Api) -> Row:
        class Halved(api.COCOeval):  # type: ignore[misc, name-defined]
            def computeIoU(self, imgId: Any, catId: Any) -> Any:
                return np.array(super().computeIoU(imgId, catId)) / 2

        run = Halved(*loaded(api, gt, dt), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
        return everything(run)

    halved = assert_same_behaviour(script)
    assert halved["stats"][0] < attempt(complete(gt, dt, Settings("bbox")), OURS).value["stats"][0]


def test_the_steps_can_be_called_one_by_one() -> None:
    gt, dt = sample("segm")

    def script(api: Api) -> list[Any]:
        run = evaluation(api, gt, dt, Settings("segm"))
        run._prepare()
        p = run.params
        run.ious = {(i, c): run.computeIoU(i, c) for i in p.imgIds for c in p.catIds}
        return [
            [len(run._gts[key]) for key in run.ious],
            [len(run._dts[key]) for key in run.ious],
            [run.evaluateImg(i, c, p.areaRng[1], 5) for i, c in run.ious],
        ]

    assert_same_behaviour(script)


def test_an_image_can_be_evaluated_again_after_evaluate() -> None:
    gt, dt = sample()

    def script(api: Api) -> list[Any]:
        run = evaluation(api, gt, dt, Settings("bbox"))
        run.evaluate()
        p = run.params
        return [run.evaluateImg(i, c, [0, 60], 3) for i in p.imgIds for c in p.catIds]

    assert_same_behaviour(script)


def test_mask_evaluation_rewrites_the_callers_polygons() -> None:
    gt, dt = sample("segm")
    value = assert_same_behaviour(complete(gt, dt, Settings("segm")))
    assert all(isinstance(row["segmentation"], dict) for row in value["gt"] if "ignore" in row)
    assert any(isinstance(row["segmentation"], list) for row in gt["annotations"])


def test_polygons_that_cannot_be_drawn_raise_what_pycocotools_raises() -> None:
    ring = [1.0, 1, 5, 1, 5, 5]
    short: list[Any] = [[], [[]], [ring[:4]], [ring, ring[:4]], [ring[:5]], [ring, []]]
    for outline in [*short, [tuple(ring)], ["12345678"], [ring, 3]]:
        gt, dt = sample("segm")
        gt["annotations"][0]["segmentation"] = outline
        assert_same_behaviour(complete(gt, dt, Settings("segm")))


def test_a_pycocotools_object_as_ground_truth_works_too() -> None:
    gt, dt = sample("segm")

    def script(api: Api) -> Row:
        from pycocotools.coco import COCO

        run = api.COCOeval(*loaded(Api(COCO, api.COCOeval), gt, dt), "segm")
        run.evaluate()
        run.accumulate()
        run.summarize()
        return everything(run)

    assert_same_behaviour(script)


def test_an_evaluation_can_be_copied_and_pickled() -> None:
    gt, dt = sample()

    def script(api: Api) -> list[Any]:
        run = evaluation(api, gt, dt, Settings("bbox"))
        run.evaluate()
        found = []
        for other in (copy.deepcopy(run), pickle.loads(pickle.dumps(run))):
            other.accumulate()
            found.append(everything(other))
        return found

    assert_same_behaviour(script)
