"""pycocotools 2.0.11, asked quietly: the same settings in, its three arrays and its stats out. Only tests use this."""

from __future__ import annotations

import contextlib
import copy
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.eval.naive import Outcome, Settings


def comparable(settings: Settings) -> bool:
    """Whether pycocotools' own summary works with these settings: it wants three cuts up to 100 (20 for keypoints)."""
    cuts = settings.max_dets
    return cuts is None or (settings.iou_type != "keypoints" and len(cuts) == 3 and max(cuts) == 100)


def evaluate(gt: dict[str, Any], dt: list[dict[str, Any]], settings: Settings) -> Outcome:
    """Evaluate copies of parsed results against parsed ground truth; no stats where its summary does not work."""
    s = settings.filled(gt)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = copy.deepcopy(gt)
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(copy.deepcopy(dt)), settings.iou_type)
        p = run.params
        p.iouThrs, p.recThrs = np.array(s.iou_thrs), np.array(s.rec_thrs)
        p.areaRng, p.areaRngLbl = [list(ends) for ends in s.area_rng], s.labels
        p.maxDets, p.useCats = list(settings.max_dets or s.max_dets), int(s.use_cats)
        if settings.img_ids is not None:
            p.imgIds = list(settings.img_ids)
        if settings.cat_ids is not None:
            p.catIds = list(settings.cat_ids)
        if settings.sigmas is not None:
            p.kpt_oks_sigmas = np.array(settings.sigmas)
        run.evaluate()
        run.accumulate()
        if len(s.max_dets) == 3 or settings.iou_type == "keypoints":
            run.summarize()
    return Outcome(run.eval["precision"], run.eval["recall"], run.eval["scores"], [float(v) for v in run.stats])
