"""Checks of keypoints and captions."""

from __future__ import annotations

from typing import Any

import numpy as np

from .columns import Annotations, Bools, Field, Int64
from .dataset import Dataset
from .findings import Notebook
from .shape_checks import Rows
from .survey import TOLERANCE


def check_keypoints(notes: Notebook, rows: Rows, points: dict[int, int]) -> None:
    """Poses of a wrong length, wrong num_keypoints, and points that are none.

    Args:
        notes: where findings go.
        rows: the rows under check.
        points: how many keypoints each category has, for those where it is known.
    """
    a = rows.annotations
    if a.keypoints is None:
        return
    has, lengths = a.has(Field.KEYPOINTS), np.diff(a.keypoints.offsets)

    def note(code: str, found: Bools, example: Any) -> None:
        notes.add(code, found, rows.noun, example, "keypoints")

    def counted(row: int) -> str:
        return rows.example(row, f"{lengths[row]} numbers")

    bad = has & (lengths % 3 != 0)
    note("keypoints-length", bad, counted)
    if a.category_id is not None and points:
        named = _looked_up(a.category_id, points)
        wrong = has & ~bad & (named > 0) & (lengths != 3 * named)
        note("keypoints-count", wrong, counted)
        bad = bad | wrong
    infinite = has & ~bad & some(a.keypoints.offsets, ~np.isfinite(a.keypoints.values))
    note("keypoints-not-finite", infinite, counted)
    bad = bad | infinite
    if rows.kind == "annotations":
        _check_points(notes, rows, has & ~bad)
    if a.num_keypoints is not None:
        stated, visible = a.num_keypoints, visible_points(a)
        differs = has & ~bad & a.has(Field.NUM_KEYPOINTS) & (stated != visible)
        notes.add("num-keypoints", differs, rows.noun,
                  lambda row: rows.example(row, f"num_keypoints {stated[row]}, counted {visible[row]}"),
                  "num_keypoints")  # fmt: skip


def check_captions(notes: Notebook, rows: Rows) -> None:
    """Captions that are not there, or say nothing."""
    a = rows.annotations
    captions = a.captions
    if captions is not None:
        shaped = a.has(Field.CATEGORY_ID | Field.BBOX | Field.SEGMENTATION | Field.KEYPOINTS)
        notes.add("missing-caption", ~a.has(Field.CAPTION) & ~shaped, rows.noun, rows.example)
        empty = np.array([i for i, text in enumerate(captions) if text is not None and not text.strip()], np.int64)
        notes.add("caption-empty", empty, rows.noun, rows.example, "caption")


def points_per_category(dataset: Dataset) -> dict[int, int]:
    """How many keypoints each category names; else how many most of its annotations have."""
    a = dataset.annotations
    points: dict[int, int] = {}
    if a.keypoints is not None and a.category_id is not None:
        has = a.has(Field.CATEGORY_ID) & (np.diff(a.keypoints.offsets) > 0)
        for category in np.unique(a.category_id[has]).tolist():
            own = has & (a.category_id == category)
            points[category] = int(np.bincount(np.diff(a.keypoints.offsets)[own] // 3).argmax())
    for row in dataset.categories:
        names = row.other.get("keypoints")
        if isinstance(names, list) and names:
            points[row.id] = len(names)
    return points


def visible_points(a: Annotations) -> Int64:
    """(N,) int64, how many points of each pose have v > 0."""
    assert a.keypoints is not None
    return _sums(a.keypoints.offsets, (_part(a) == 2) & (a.keypoints.values > 0))


def some(offsets: Int64, flags: Bools) -> Bools:
    """(N,) bool: ragged rows of which at least one value is flagged."""
    return np.asarray(_sums(offsets, flags) > 0)


def _check_points(notes: Notebook, rows: Rows, good: Bools) -> None:
    """Points of poses whose numbers are in order; points with v = 0 have no place."""
    poses = rows.annotations.keypoints
    assert poses is not None
    values, part = poses.values, _part(rows.annotations)
    odd = some(poses.offsets, (part == 2) & (values != 0) & (values != 1) & (values != 2))
    notes.add("keypoints-visibility", good & odd, rows.noun, rows.example, "keypoints")
    whole = np.zeros(len(values), np.bool_)
    third = np.flatnonzero(part == 2)
    whole[third - 2] = whole[third - 1] = values[third] > 0
    limit = np.repeat(rows.size, np.diff(poses.offsets), axis=0)[np.arange(len(values)), np.minimum(part, 1)]
    out = whole & ((values < -TOLERANCE) | (values > limit + TOLERANCE))
    notes.add("keypoints-outside", good & ~odd & some(poses.offsets, out), rows.noun, rows.example, "keypoints")


def _part(a: Annotations) -> Int64:
    """(V,) int64: 0 for x, 1 for y, 2 for v."""
    assert a.keypoints is not None
    offsets = a.keypoints.offsets
    part: Int64 = (np.arange(len(a.keypoints.values)) - np.repeat(offsets[:-1], np.diff(offsets))) % 3
    return part


def _sums(offsets: Int64, flags: Bools) -> Int64:
    running = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=running[1:])
    sums: Int64 = running[offsets[1:]] - running[offsets[:-1]]
    return sums


def _looked_up(category_id: Int64, points: dict[int, int]) -> Int64:
    named = np.zeros(len(category_id), np.int64)
    for category, count in points.items():
        named[category_id == category] = count
    return named
