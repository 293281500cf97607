"""Which detection the evaluator matches with which instance: its own table of matches."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from cocokit.eval.dropin import COCO, COCOeval

from ..batch import Result, Target

Row = dict[str, Any]


def matched(results: Sequence[Result], targets: Sequence[Target], iou_thr: float) -> list[tuple[int, int, int]]:
    """(image, row of the detection, row of the ground truth) of every pair of boxes, by category, best score first.

    Args:
        results: of each image.
        targets: of each image.
        iou_thr: from which boxes are matched.
    """
    gts = [_row(image, box, label) for image, t in enumerate(targets) for box, label in _pairs(t)]
    dts = [_row(image, box, label) | {"score": score} for image, r in enumerate(results)
           for (box, label), score in zip(_pairs(r), r.scores.tolist(), strict=True)]  # fmt: skip
    if not gts or not dts:
        return []
    first_gt = [0, *accumulate(len(t.boxes) for t in targets)]
    first_dt = [0, *accumulate(len(r.boxes) for r in results)]
    for number, row in enumerate(gts, 1):
        row |= {"id": number, "area": row["bbox"][2] * row["bbox"][3], "iscrowd": 0}
    found = []
    for dt, gt in _matches(gts, dts, iou_thr):
        image = gts[gt]["image_id"]
        found.append((image, dt - first_dt[image], gt - first_gt[image]))
    return found


def _pairs(side: Result | Target) -> Iterator[tuple[list[float], int]]:
    return zip(side.boxes.tolist(), side.labels.tolist(), strict=True)


def _row(image: int, corners: Sequence[float], label: int) -> Row:
    x0, y0, x1, y1 = corners
    return {"image_id": image, "category_id": label, "bbox": [x0, y0, x1 - x0, y1 - y0]}


def _matches(gts: list[Row], dts: list[Row], iou_thr: float) -> Iterator[tuple[int, int]]:
    """Places in both lists of what belongs together."""
    images = [{"id": i} for i in sorted({row["image_id"] for row in gts + dts})]
    categories = [{"id": i, "name": str(i)} for i in sorted({row["category_id"] for row in gts + dts})]
    with contextlib.redirect_stdout(io.StringIO()):  # these names print, as pycocotools' do
        truth = COCO()
        truth.dataset = {"images": images, "categories": categories, "annotations": gts}
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(dts), "bbox")
        evaluation.params.iouThrs = [iou_thr]
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
    for image in evaluation.evalImgs:
        if image is not None:
            for dt, gt in zip(image["dtIds"], image["dtMatches"][0].tolist(), strict=True):
                if gt:
                    yield int(dt) - 1, int(gt) - 1
