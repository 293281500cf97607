"""What a detector's detections are worth, by this project's evaluator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cocokit.coco_json import results_from_json
from cocokit.columns import Annotations, Field
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.eval import evaluate
from cocokit.eval.params import PERSON_SIGMAS

from ..detectors import Entry
from .data import ImageSet
from .examine import without_extent
from .results import as_result, result_rows

#: What the evaluator calls what detectors predict.
_TYPES = {"boxes": "bbox", "masks": "segm", "keypoints": "keypoints"}
#: Numbers of an evaluation that a log keeps.
_KEPT = ("AP", "AP50", "AP75", "AR100")


def measure(rows: list[dict[str, Any]], images: ImageSet, entry: Entry) -> dict[str, float]:
    """AP, AP50, AP75 and AR of detections; of masks and keypoints with their type before them (``segm_AP``).

    Proposals have AR at 10, 100 and 1000 regions, whatever their category.

    Args:
        rows: of a results file.
        images: what they are of.
        entry: says what is predicted.
    """
    if entry.predicts == ("proposals",):
        report = evaluate(images.dataset, _columns(rows), "bbox", use_cats=False, max_dets=(10, 100, 1000))
        return {name: round(value, 6) for name, value in report.named_stats().items() if name.startswith("AR")}
    found: dict[str, float] = {}
    for kind in (_TYPES[word] for word in entry.predicts if word != "keypoints" or images.keypoints):
        gt, dt = (images.dataset, rows) if kind != "keypoints" else _posed(images, rows)
        numbers = evaluate(gt, _columns(dt), kind, **_settings(images, kind)).named_stats()
        before = "" if kind == "bbox" else f"{kind}_"
        found |= {before + name: round(numbers[name], 6) for name in _KEPT if name in numbers}
    return found


def require_perfect(images: ImageSet, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Refuse a set whose own annotations, as detections, have no AP of 1: every later number would be wrong.

    They go the way of detections: into the batch's pixels and labels, back into a results file, to the evaluator.

    Args:
        images: the set.
        progress: called with (images looked at, images in all).

    Raises:
        DataError: the AP is less.
    """
    rows = []
    for place, (batch, item) in enumerate(zip(images, images.items, strict=True), 1):
        assert batch.targets is not None
        size = item.height, item.width
        rows += result_rows(as_result(batch.targets[0]), item.id, batch.sizes[0], size, images.categories)
        progress(place, len(images))
    if not rows:
        return
    most = max((len(item.labels) for item in images.items), default=0)
    gt = images.dataset.take(np.arange(len(images.dataset.images)), np.flatnonzero(~without_extent(images.dataset)))
    report = evaluate(gt, _columns(rows), "bbox", max_dets=(1, 10, max(100, most)))
    precision = report.precision[:, :, :, 0, -1]  # of all areas, with room for every annotation
    ap = float(precision[precision > -1].mean())
    if not ap > 0.999:
        reason = f"its own annotations, taken as detections, have an AP of {ap:.3f} and not 1"
        raise DataError(images.file, "", reason, f"see cocokit check {images.file}")


def _posed(images: ImageSet, rows: list[dict[str, Any]]) -> tuple[Dataset, list[dict[str, Any]]]:
    """What of both sides has keypoints: the other categories, and annotations without any, do not count."""
    posed = {category.id for category in images.categories if category.keypoints}
    kept = [row for row in images.dataset.categories if row.id in posed]
    annotations = np.flatnonzero(images.dataset.annotations.has(Field.KEYPOINTS))
    gt = images.dataset.take(np.arange(len(images.dataset.images)), annotations, kept)
    return gt, [row for row in rows if row["category_id"] in posed]


def _columns(rows: list[dict[str, Any]]) -> Annotations:
    if rows:
        return results_from_json(rows)
    none = np.zeros(0, np.int64)
    present = np.zeros(0, np.int64) | int(Field.BBOX)
    return Annotations(present, image_id=none, category_id=none, score=np.zeros(0), bbox=np.zeros((0, 4)))


def _settings(images: ImageSet, kind: str) -> dict[str, Any]:
    """Keypoints other than a person's 17 have no published tolerances: all get the mean of those."""
    if kind != "keypoints" or images.keypoints == len(PERSON_SIGMAS):
        return {}
    mean = sum(PERSON_SIGMAS) / len(PERSON_SIGMAS) / 10
    return {"sigmas": [mean] * images.keypoints}
