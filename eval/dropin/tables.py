"""Arrays from per-image dicts: ``accumulate`` over a list that a caller may have read, changed or gathered.

Indices are found as pycocotools finds them, by arithmetic on the *new* settings' positions (PARITY A3, X12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..accumulate import Curves

_EPS = np.spacing(1)


@dataclass(slots=True)
class Selection:
    """What ``accumulate`` reads of what ``evaluate`` made.

    Attributes:
        shape: (T, R, K, A, M) of the arrays.
        categories, areas, images: positions *in the new settings* of the values that were evaluated.
        limits: the max_dets that were evaluated.
        n_images, n_areas: sizes of the evaluated list.
    """

    shape: tuple[int, int, int, int, int]
    categories: list[int]
    areas: list[int]
    images: list[int]
    limits: list[Any]
    n_images: int
    n_areas: int

    def cells(self, category: int, area: int) -> list[int]:
        """Places in the flat list."""
        first = (category * self.n_areas + area) * self.n_images
        return [first + i for i in self.images]


def select(p: Any, evaluated: Any) -> Selection:
    """Compare new settings with those of the evaluation."""
    cat_ids = evaluated.catIds if evaluated.useCats else [-1]
    shape = (len(p.iouThrs), len(p.recThrs), len(p.catIds) if p.useCats else 1, len(p.areaRng), len(p.maxDets))
    return Selection(
        shape,
        _positions(p.catIds, cat_ids),
        _positions(map(tuple, p.areaRng), map(tuple, evaluated.areaRng)),
        _positions(p.imgIds, evaluated.imgIds),
        [m for m in p.maxDets if m in set(evaluated.maxDets)],
        len(evaluated.imgIds),
        len(evaluated.areaRng),
    )


def _positions(wanted: Any, known: Any) -> list[int]:
    there = set(known)
    return [n for n, value in enumerate(wanted) if value in there]


def empty(shape: Sequence[int]) -> Curves:
    """Arrays of -1."""
    t, _, *rest = shape
    return Curves(-np.ones(shape), -np.ones((t, *rest)), -np.ones(shape))


def accumulate_images(images: Any, chosen: Selection, rec_thrs: Any) -> Curves:
    """The three arrays from per-image dicts.

    Args:
        images: ``evalImgs``.
        chosen: what to read.
        rec_thrs: (R,) recall thresholds.
    """
    curves = empty(chosen.shape)
    for k, category in enumerate(chosen.categories):
        for a, area in enumerate(chosen.areas):
            found = [image for image in (images[i] for i in chosen.cells(category, area)) if image is not None]
            if not found:
                continue
            counted = int(np.count_nonzero(np.concatenate([e["gtIgnore"] for e in found]) == 0))
            for m, limit in enumerate(chosen.limits):
                _fill(curves, found, counted, limit, rec_thrs, (k, a, m))
    return curves


def _fill(
    curves: Curves, found: list[Any], counted: int, limit: Any, rec_thrs: Any, place: tuple[int, int, int]
) -> None:
    """One category, area range and cut."""
    scores = np.concatenate([e["dtScores"][0:limit] for e in found])
    order = np.argsort(-scores, kind="mergesort")
    scores = scores[order]
    matches = np.concatenate([e["dtMatches"][:, 0:limit] for e in found], axis=1)[:, order]
    ignored = np.concatenate([e["dtIgnore"][:, 0:limit] for e in found], axis=1)[:, order]
    if counted == 0:
        return
    k, a, m = place
    live = np.logical_not(ignored)
    hits = np.cumsum(np.logical_and(matches, live), axis=1).astype(np.float64)
    misses = np.cumsum(np.logical_and(np.logical_not(matches), live), axis=1).astype(np.float64)
    for t, (tp, fp) in enumerate(zip(hits, misses, strict=True)):
        recall = tp / counted
        curves.recall[t, k, a, m] = recall[-1] if len(recall) else 0
        precision = np.maximum.accumulate((tp / (fp + tp + _EPS))[::-1])[::-1]  # C2
        reached = np.searchsorted(recall, rec_thrs, side="left")  # C1
        beyond = np.flatnonzero(reached >= len(recall))
        stop = int(beyond[0]) if len(beyond) else len(reached)  # C3
        curves.precision[t, :, k, a, m] = curves.scores[t, :, k, a, m] = 0
        curves.precision[t, :stop, k, a, m] = precision[reached[:stop]]
        curves.scores[t, :stop, k, a, m] = scores[reached[:stop]]
