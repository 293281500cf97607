"""The plain path: one image, one category, one threshold after another, over the caller's dicts.

It takes whatever pycocotools takes (text ids, masks that were never meant to be masks, NaN) and is as slow. The drop-in
goes this way where the columns of :mod:`.engine` cannot hold the input, where a subclass replaces a step, and where
``evalImgs`` was read or replaced by the caller before ``accumulate``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Float64
from cocokit.errors import DataError

from . import mask
from .blame import WrongTypeError

Row = dict[str, Any]

_EPS = np.spacing(1)


def by_score(dts: Sequence[Row], limit: int) -> list[Row]:
    """The first ``limit`` detections by falling score, equal ones in the given order (PARITY A1, X9)."""
    try:
        order = np.argsort([-d["score"] for d in dts], kind="mergesort")
    except TypeError as error:
        bad = next(d for d in dts if not isinstance(d["score"], (int, float, np.number)))
        place = f"id {bad['id']!r} (image_id {bad['image_id']!r})"
        raise WrongTypeError("results", place, f"has the score {bad['score']!r}, which is no number") from error
    return [dts[i] for i in order[:limit]]


def overlaps(gts: Sequence[Row], dts: Sequence[Row], p: Any) -> Any:
    """IoU of the best detections with all ground truths: (D, G) float64, or ``[]`` when a side is empty (I5)."""
    if not gts and not dts:
        return []
    kept = by_score(dts, len(dts))
    if len(kept) > p.maxDets[-1]:
        kept = kept[: p.maxDets[-1]]
    if p.iouType not in ("segm", "bbox"):
        raise Exception(f"unknown iouType for iou computation: {p.iouType!r}")
    member = "segmentation" if p.iouType == "segm" else "bbox"
    crowd = [int(g["iscrowd"]) for g in gts]
    return mask.iou([d[member] for d in kept], [g[member] for g in gts], crowd)


def similarities(gts: Sequence[Row], dts: Sequence[Row], p: Any) -> Any:
    """Object keypoint similarity: (D, G) float64, or ``[]`` when a side is empty (F5)."""
    kept = by_score(dts, len(dts))
    if len(kept) > p.maxDets[-1]:
        kept = kept[: p.maxDets[-1]]
    if not gts or not kept:
        return []
    table = np.zeros((len(kept), len(gts)))
    for j, gt in enumerate(gts):
        for i, dt in enumerate(kept):
            try:
                table[i, j] = similarity(gt, dt, p.kpt_oks_sigmas)
            except ValueError as error:
                points = [len(row["keypoints"]) // 3 for row in (gt, dt)]
                raise DataError(
                    "keypoints", f"annotation id {gt['id']!r}",
                    f"has {points[0]} points, a result {points[1]}, and there are {len(p.kpt_oks_sigmas)} sigmas "
                    f"({error})", "set params.kpt_oks_sigmas to an array of one sigma per point (F1)",
                ) from None  # fmt: skip
    return table


def similarity(gt: Row, dt: Row, sigmas: Any) -> Any:
    """Object keypoint similarity of one pair (F2, F3, F4, F7, F8, F10)."""
    theirs, ours = np.array(gt["keypoints"]), np.array(dt["keypoints"])
    visible = theirs[2::3] > 0
    labelled = np.count_nonzero(visible) > 0
    x, y = ours[0::3], ours[1::3]
    box = gt["bbox"]
    left, top, width, height = box[0], box[1], box[2], box[3]
    if labelled:
        dx, dy = x - theirs[0::3], y - theirs[1::3]
    else:
        zero = np.zeros(len(sigmas))
        dx = np.max((zero, left - width - x), axis=0) + np.max((zero, x - (left + width * 2)), axis=0)
        dy = np.max((zero, top - height - y), axis=0) + np.max((zero, y - (top + height * 2)), axis=0)
    e = (dx**2 + dy**2) / (sigmas * 2) ** 2 / (gt["area"] + _EPS) / 2
    if labelled:
        e = e[visible]
    return np.sum(np.exp(-e)) / e.shape[0]


def evaluate_image(gts: Sequence[Row], dts: Sequence[Row], ious: Any, p: Any, area: Any, limit: int) -> Row | None:
    """Matches of one image and category in one area range, in pycocotools' fields; None for two empty sides.

    Writes ``_ignore`` into the ground truths, as pycocotools does.
    """
    if not gts and not dts:
        return None
    for gt in gts:
        gt["_ignore"] = 1 if gt["ignore"] or gt["area"] < area[0] or gt["area"] > area[1] else 0
    order = np.argsort([gt["_ignore"] for gt in gts], kind="mergesort")  # A4
    gts = [gts[i] for i in order]
    dts = by_score(dts, limit)
    crowd = [int(gt["iscrowd"]) for gt in gts]
    if len(ious):
        ious = ious[:, order]
    ignored = np.array([gt["_ignore"] for gt in gts])
    shape = (len(p.iouThrs), len(dts))
    dt_matches, dt_ignored = np.zeros(shape), np.zeros(shape)
    gt_matches = np.zeros((len(p.iouThrs), len(gts)))
    if len(ious):
        for t, threshold in enumerate(p.iouThrs):
            for d, dt in enumerate(dts):
                g = _best(ious[d], threshold, gt_matches[t], ignored, crowd)
                if g >= 0:
                    dt_ignored[t, d] = ignored[g]
                    dt_matches[t, d] = gts[g]["id"]  # B5
                    gt_matches[t, g] = dt["id"]
    outside = np.array([d["area"] < area[0] or d["area"] > area[1] for d in dts]).reshape((1, len(dts)))
    return {
        "dtIds": [d["id"] for d in dts],
        "gtIds": [g["id"] for g in gts],
        "dtMatches": dt_matches,
        "gtMatches": gt_matches,
        "dtScores": [d["score"] for d in dts],
        "gtIgnore": ignored,
        "dtIgnore": np.logical_or(dt_ignored, np.logical_and(dt_matches == 0, np.repeat(outside, shape[0], 0))),  # B7
    }


def _best(ious: Any, threshold: Any, taken: Float64, ignored: NDArray[Any], crowd: Sequence[int]) -> int:
    """Index of the ground truth that a detection takes, -1 for none (B1 to B4)."""
    best, mine = min(threshold, 1 - 1e-10), -1
    for g in range(len(ignored)):
        if taken[g] > 0 and not crowd[g]:
            continue
        if mine >= 0 and ignored[mine] == 0 and ignored[g] == 1:
            break
        if ious[g] < best:
            continue
        best, mine = ious[g], g
    return mine
