"""The evaluator turned on people: each worker's masks as detections of score 1, against gold.

Gold is a dataset that is trusted. A worker is measured only by what they were asked: by the images and categories in
which they drew, or, where it is known which instance each mask was for, by those instances alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cocokit import rle
from cocokit.boundary import RADIUS, boundary_score
from cocokit.columns import Annotations, Field, Int64, take_annotations, take_images
from cocokit.dataset import Dataset
from cocokit.errors import DataError, NotFoundError
from cocokit.eval import evaluate
from cocokit.types import Rle

_MASK = Field.IMAGE_ID | Field.CATEGORY_ID | Field.SCORE | Field.SEGMENTATION


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drawings:
    """A masks that workers drew.

    Attributes:
        worker: (A,) int64 ids.
        image_id, category_id: (A,) int64 ids, those of the gold dataset.
        masks: A masks.
        gold_id: (A,) int64 id of the gold annotation that each mask is for, or None if it is not known.
    """

    worker: Int64
    image_id: Int64
    category_id: Int64
    masks: Sequence[Rle]
    gold_id: Int64 | None = None

    def __post_init__(self) -> None:
        columns = [self.worker, self.image_id, self.category_id, *([] if self.gold_id is None else [self.gold_id])]
        if {len(c) for c in columns} != {len(self.masks)}:
            raise DataError("drawings", "", f"{[len(c) for c in columns]} ids for {len(self.masks)} masks",
                            "give one of each per mask")  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoldScore:
    """How one worker's masks compare with gold; NaN where there is no gold to compare with.

    Attributes:
        worker: id.
        masks: how many were drawn.
        ap, ap50: average precision over IoU 0.50 to 0.95, and at 0.50: masks that match nothing cost precision.
        ar: average recall over the same IoUs: gold that no mask matches costs recall.
        iou: mean IoU of a mask with the gold mask it is for, or that of its image and category which it overlaps most.
        boundary: mean boundary score with the same gold mask (:func:`cocokit.boundary.boundary_score`).
    """

    worker: int
    masks: int
    ap: float
    ap50: float
    ar: float
    iou: float
    boundary: float


def gold_scores(gold: Dataset, drawn: Drawings, radius: float = RADIUS) -> list[GoldScore]:
    """Score each worker, in the order of their ids.

    Args:
        gold: images, categories and trusted annotations; crowd regions count as in any evaluation.
        drawn: the masks.
        radius: width of the boundary's band, as a fraction of the image's diagonal.

    Raises:
        DataError: a mask has another size than its image, or cannot be evaluated.
        NotFoundError: ``gold_id`` names an annotation that gold does not have.
    """
    truth = _Gold(gold)
    order = np.argsort(drawn.worker, kind="stable")
    workers, starts = np.unique(drawn.worker[order], return_index=True)
    groups = np.split(order, starts[1:]) if len(workers) else []
    return [_score(truth, drawn, rows, int(w), radius) for w, rows in zip(workers, groups, strict=True)]


class _Gold:
    """Gold by id and by cell, masks drawn once."""

    def __init__(self, dataset: Dataset) -> None:
        columns = dataset.annotations
        n = len(columns)
        zeros = np.zeros(n, np.int64)
        self.dataset = dataset
        self.ids = {id: row for row, id in enumerate((zeros if columns.id is None else columns.id).tolist())}
        image, category = (zeros if c is None else c for c in (columns.image_id, columns.category_id))
        self.cells: dict[tuple[int, int], list[int]] = {}
        for row, cell in enumerate(zip(image.tolist(), category.tolist(), strict=True)):
            self.cells.setdefault(cell, []).append(row)
        self._masks: dict[int, Rle] = {}

    def mask(self, row: int) -> Rle:
        if row not in self._masks:
            one = self.dataset.annotation(row)
            image = self.dataset.image(self.dataset.image_row(one.image_id))
            outline = one.segmentation or ()
            self._masks[row] = (outline if isinstance(outline, Rle)
                                else rle.from_polygons(outline, image.height, image.width))  # fmt: skip
        return self._masks[row]

    def candidates(self, drawn: Drawings, at: int) -> list[int]:
        """Rows that a mask may be of."""
        if drawn.gold_id is None:
            return self.cells.get((int(drawn.image_id[at]), int(drawn.category_id[at])), [])
        wanted = int(drawn.gold_id[at])
        if wanted not in self.ids:
            raise NotFoundError(f"gold has no annotation with the id {wanted}; gold_id names what a mask is for")
        return [self.ids[wanted]]


def _score(truth: _Gold, drawn: Drawings, rows: Int64, worker: int, radius: float) -> GoldScore:
    asked = sorted({row for at in rows.tolist() for row in truth.candidates(drawn, at)})
    found = list(_overlaps(truth, drawn, rows, radius))
    iou, boundary = (float(np.mean(part)) for part in zip(*found, strict=True)) if found else (math.nan, math.nan)
    report = evaluate(_part(truth.dataset, drawn, rows, asked), _results(drawn, rows), "segm")
    named = report.named_stats()
    ap, ap50, ar = (named[name] if named[name] >= 0 else math.nan for name in ("AP", "AP50", "AR100"))
    return GoldScore(worker, len(rows), ap, ap50, ar, iou, boundary)


def _overlaps(truth: _Gold, drawn: Drawings, rows: Int64, radius: float) -> Iterator[tuple[float, float]]:
    """IoU and boundary score of each mask with its gold; nothing where its cell has no gold."""
    for at in rows.tolist():
        candidates = [truth.mask(row) for row in truth.candidates(drawn, at)]
        if candidates:
            overlaps = rle.iou([drawn.masks[at]], candidates, np.zeros(len(candidates), np.bool_))[0]
            best = int(np.argmax(overlaps))
            yield max(float(overlaps[best]), 0.0), boundary_score(drawn.masks[at], candidates[best], radius)


def _part(gold: Dataset, drawn: Drawings, rows: Int64, asked: list[int]) -> Dataset:
    """Gold of what was asked: its images, its categories, its annotations."""
    images = np.flatnonzero(np.isin(gold.images.id, drawn.image_id[rows]))
    wanted = set(drawn.category_id[rows].tolist())
    return Dataset(take_images(gold.images, images), take_annotations(gold.annotations, np.array(asked, np.int64)),
                   [c for c in gold.categories if c.id in wanted])  # fmt: skip


def _results(drawn: Drawings, rows: Int64) -> Annotations:
    """Masks as detections of score 1."""
    return Annotations(
        present=np.full(len(rows), int(_MASK), np.int64), image_id=drawn.image_id[rows],
        category_id=drawn.category_id[rows], score=np.ones(len(rows)),
        segmentation=rle.segmentations([drawn.masks[at] for at in rows.tolist()]),
    )  # fmt: skip
