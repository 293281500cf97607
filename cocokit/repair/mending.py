"""From findings to a dataset without them: what can be done without guessing, and nothing else.

Boxes and areas follow COCO's own rule (:mod:`cocokit.survey`). Ids of images and categories are never changed: results
and other files refer to them. Rows that need nothing keep the bytes that they have in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..columns import Int64
from ..dataset import Dataset
from ..findings import Change, Finding
from ..id_checks import same_annotations, without
from ..pose_checks import visible_points
from .draft import Draft
from .shapes import cut_rings, draw_crowds, mend_areas, mend_boxes, mend_clipped

_BOXES = ("missing-bbox", "bbox-not-finite", "bbox-negative-size", "bbox-empty", "bbox-off-image", "bbox-not-of-mask")
_AREAS = ("missing-area", "area-invalid", "area-zero", "area-not-of-mask", "area-exceeds-bbox")


@np.errstate(over="ignore", invalid="ignore")  # numbers near the end of float64 become infinite
def repair(dataset: Dataset, findings: Sequence[Finding]) -> tuple[Dataset, list[Change]]:
    """A dataset with what was found put right, as far as :data:`cocokit.codes.CODES` says that it can be.

    Args:
        dataset: not changed itself.
        findings: what :func:`cocokit.checks.check_dataset` found in it, or some of that.

    Returns:
        The new dataset (the same one, if there was nothing to do), and every change, with pointers into the old one.

    >>> rows = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [8, 8, 9, 2], "area": 4, "iscrowd": 0}]
    >>> ds = Dataset.from_dict({"images": [{"id": 1, "width": 10, "height": 10}], "annotations": rows})
    >>> from cocokit.checks import check_dataset
    >>> mended, changes = repair(ds, check_dataset(ds))
    >>> changes
    [Change(id='bbox-outside', pointer='/annotations/0/bbox', before=[8.0, 8.0, 9.0, 2.0], after=[8.0, 8.0, 2.0, 2.0])]
    """
    draft, rows = Draft(dataset), {finding.id: finding.rows for finding in findings}
    for code, mend in _MENDERS.items():
        if code in rows:
            mend(draft, code, rows[code])
    return draft.finished(), draft.changes


def _drop(noun: str) -> Callable[[Draft, str, Int64], None]:
    return lambda draft, code, rows: draft.drop(code, noun, rows.tolist())


def _one_of_each_id(draft: Draft, code: str, rows: Int64) -> None:
    """Rows that repeat another in every member go; the others are something else, and get an id of their own."""
    copies = same_annotations(draft.dataset.annotations, with_id=True)
    copies = copies[np.isin(copies, rows)]
    draft.drop(code, "annotation", copies.tolist())
    _new_ids(draft, code, without(rows, copies))


def _new_ids(draft: Draft, code: str, rows: Int64) -> None:
    rows = rows[~draft.dropped[rows]]
    ids = draft.column("id")
    first = max(int(ids.max()), 0) + 1
    if first + len(rows) < 2**63:
        draft.set(code, rows, "id", first + np.arange(len(rows)))


def _not_crowd(draft: Draft, code: str, rows: Int64) -> None:
    draft.set(code, rows, "iscrowd", np.zeros(len(rows), np.uint8))


def _count_points(draft: Draft, code: str, rows: Int64) -> None:
    whole = draft.dataset.annotations.keypoints
    if whole is not None:
        rows = rows[np.diff(whole.offsets)[rows] % 3 == 0]
        draft.set(code, rows, "num_keypoints", visible_points(draft.dataset.annotations)[rows])


#: In this order: what is left out needs no repair, boxes follow outlines, areas follow boxes.
_MENDERS: Mapping[str, Callable[[Draft, str, Int64], None]] = {
    "duplicate-images": _drop("image"),
    "duplicate-categories": _drop("category"),
    "duplicate-annotations": _drop("annotation"),
    "duplicate-annotation-ids": _one_of_each_id,
    "missing-annotation-ids": _new_ids,
    "annotation-id-zero": _new_ids,
    "missing-iscrowd": _not_crowd,
    "missing-num-keypoints": _count_points,
    "num-keypoints": _count_points,
    "polygon-too-short": cut_rings,
    "polygon-no-area": cut_rings,
    "crowd-polygons": draw_crowds,
    "bbox-outside": mend_clipped,
    **dict.fromkeys(_BOXES, mend_boxes),
    **dict.fromkeys(_AREAS, mend_areas),
}
