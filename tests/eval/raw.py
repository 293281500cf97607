"""Operating points in plain loops, from what pycocotools itself leaves of every detection. Only tests use this."""

from __future__ import annotations

import contextlib
import copy
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def outcomes(
    gt: dict[str, Any], dt: list[dict[str, Any]], iou_type: str, t: int, a: int, most: int
) -> dict[int, tuple[list[tuple[float, bool]], int]]:
    """By category: (score, right) of each detection that is not ignored, and how many ground truths count."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = copy.deepcopy(gt)
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(copy.deepcopy(dt)), iou_type)
        run.evaluate()
    ranges = run.params.areaRng
    made: dict[int, tuple[list[tuple[float, bool]], int]] = {}
    for k in run.params.catIds:
        rows, counted = [], 0
        for cell in run.evalImgs:
            if cell is None or cell["category_id"] != k or cell["aRng"] != ranges[a]:
                continue
            counted += int(np.count_nonzero(np.asarray(cell["gtIgnore"]) == 0))
            for d, score in enumerate(cell["dtScores"][:most]):
                if not cell["dtIgnore"][t, d]:
                    rows.append((float(score), bool(cell["dtMatches"][t, d])))
        made[k] = rows, counted
    return made


def point(rows: list[tuple[float, bool]], counted: int, score: float) -> tuple[int, int, int]:
    """True positives, false positives and misses among detections with at least a score."""
    taken = [right for s, right in rows if s >= score]
    return sum(taken), len(taken) - sum(taken), counted - sum(taken)


def best(rows: list[tuple[float, bool]], counted: int) -> tuple[float, int, int, int] | None:
    """The score with the highest F1, the higher one among equals; None where nothing is right."""
    if not any(right for _, right in rows):
        return None
    tries = []
    for score in {s for s, _ in rows}:
        tp, fp, fn = point(rows, counted, score)
        tries.append((2 * tp / (2 * tp + fp + fn), score, tp, fp, fn))
    return max(tries)[1:]
