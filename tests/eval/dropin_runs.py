"""The same script run with pycocotools and with the drop-in: what it leaves behind, what it prints, what it raises."""

from __future__ import annotations

import contextlib
import copy
import io
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import coco, cocoeval

from cocokit.eval import dropin
from tests.eval import strategies
from tests.eval.naive import Settings

Row = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """Where COCO and COCOeval come from."""

    COCO: Any
    COCOeval: Any


THEIRS = Api(coco.COCO, cocoeval.COCOeval)
OURS = Api(dropin.COCO, dropin.COCOeval)
Script = Callable[[Api], Any]


@dataclass
class Ran:
    """Value of a script (None if it raised), what it printed without the seconds, and what it raised."""

    value: Any
    printed: str
    error: Exception | None


def attempt(script: Script, api: Api) -> Ran:
    """Run a script to its end or to its exception."""
    out = io.StringIO()
    value, caught = None, None
    with contextlib.redirect_stdout(out), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)  # pycocotools with NumPy 2
        try:
            value = script(api)
        except Exception as error:
            caught = error
    return Ran(value, re.sub(r"t=\d+\.\d+s", "t=", out.getvalue()), caught)


def assert_same_behaviour(script: Script) -> Any:
    """Both give the same value, to the last bit, and print the same; or ours raises a kind of what theirs does."""
    theirs, ours = attempt(script, THEIRS), attempt(script, OURS)
    if theirs.error is not None:
        assert isinstance(ours.error, type(theirs.error)), f"{ours.error!r} where pycocotools has {theirs.error!r}"
        return None
    if ours.error is not None:
        raise ours.error
    assert_same(ours.value, theirs.value)
    assert ours.printed == theirs.printed
    return ours.value


def assert_same(ours: Any, theirs: Any, place: str = "value") -> None:
    """Equal in structure, in number and in every bit of every array."""
    if isinstance(theirs, np.ndarray):
        assert isinstance(ours, np.ndarray), f"{place}: {type(ours)}"
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), f"{place}: {ours.dtype}{ours.shape}"
        assert np.array_equal(ours, theirs, equal_nan=theirs.dtype.kind == "f"), f"{place}: {ours} and {theirs}"
        if theirs.dtype.kind == "f":
            assert np.array_equal(np.signbit(ours), np.signbit(theirs)), f"{place}: signs of zero"
    elif isinstance(theirs, Mapping):
        assert list(ours) == list(theirs), place
        for key in theirs:
            assert_same(ours[key], theirs[key], f"{place}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), place
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(a, b, f"{place}[{i}]")
    else:
        assert ours == theirs or (ours != ours and theirs != theirs), f"{place}: {ours!r} and {theirs!r}"


def sample(iou_type: str = "bbox", seed: int = 3, results: int = 40) -> tuple[Row, list[Row]]:
    """A dataset of three images and three categories with matches, crowds and ties."""
    return strategies.make_dataset(iou_type, 3, 3, truths=14, results=results, odd_ids=False, seed=seed)


def loaded(api: Api, gt: Row, dt: Any) -> tuple[Any, Any]:
    """COCO objects of copies of parsed ground truth and results."""
    truth = api.COCO()
    truth.dataset = copy.deepcopy(gt)
    truth.createIndex()
    return truth, truth.loadRes(copy.deepcopy(dt))


def evaluation(api: Api, gt: Row, dt: Any, settings: Settings) -> Any:
    """A COCOeval with these settings, not yet run."""
    run = api.COCOeval(*loaded(api, gt, dt), settings.iou_type)
    p, s = run.params, settings
    given = {"iouThrs": s.iou_thrs, "recThrs": s.rec_thrs, "maxDets": s.max_dets, "imgIds": s.img_ids,
             "catIds": s.cat_ids, "kpt_oks_sigmas": s.sigmas}  # fmt: skip
    for name, value in given.items():
        if value is not None:
            setattr(p, name, list(value) if name in ("maxDets", "imgIds", "catIds") else np.array(value))
    if s.area_rng is not None:
        filled = s.filled(gt)
        p.areaRng, p.areaRngLbl = [list(ends) for ends in filled.area_rng], filled.labels
    p.useCats = int(s.use_cats)
    return run


def everything(run: Any) -> Row:
    """All that an evaluation leaves behind, the caller's own rows included."""
    return {
        **{name: run.eval[name] for name in ("precision", "recall", "scores", "counts")},
        "stats": run.stats,
        "evalImgs": run.evalImgs,
        "ious": {str(key): np.array(value) for key, value in run.ious.items()},
        "gt": run.cocoGt.dataset["annotations"],
        "dt": run.cocoDt.dataset["annotations"],
    }


def complete(gt: Row, dt: Any, settings: Settings, before: Callable[[Any], Any] | None = None) -> Script:
    """The usual script: load, evaluate, accumulate, summarize (where that works), and look at everything."""

    def script(api: Api) -> Row:
        run = evaluation(api, gt, dt, settings)
        if before:
            before(run.params)
        run.evaluate()
        run.accumulate()
        with contextlib.suppress(IndexError):  # fewer than three maxDets
            run.summarize()
        return everything(run)

    return script
