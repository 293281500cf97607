"""``cocokit eval --pr``: the precision-recall curves that the numbers are made of, as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cocokit.eval import Report


def curve_rows(report: Report) -> Iterator[dict[str, Any]]:
    """One row per category, IoU threshold and recall, of the first area range and the largest max_dets.

    ``precision`` is the best one at this recall or a larger one, as COCO averages it, and ``score`` the lowest score
    that reaches the recall; both are 0 where no score does. Categories without ground truth have no rows.
    """
    precision, scores = report.precision[..., 0, -1], report.scores[..., 0, -1]
    thresholds, recalls = report.params.iou_thrs.tolist(), report.params.rec_thrs.tolist()
    for k, (cat_id, name) in enumerate(zip(report.cat_ids, report.cat_names, strict=True)):
        if not report.npig[k, 0]:
            continue
        for t, iou_thr in enumerate(thresholds):
            points = zip(recalls, precision[t, :, k].tolist(), scores[t, :, k].tolist(), strict=True)
            for recall, best, score in points:
                row = {"id": cat_id, "name": name, "iou_thr": round(iou_thr, 10), "recall": round(recall, 10)}
                yield {**row, "precision": best, "score": score}
