"""Cells: for each category and image, its detections by falling score and its ground truths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cocokit.columns import Float64, Int32, Int64

from .kernels.order import fill_table, join_cells, look_up, order_detections


@dataclass(slots=True, eq=False, repr=False)
class Cells:
    """Both sides in matching order. A *position* is a place in that order, a *row* one in the columns.

    Attributes:
        dt_order: (D,) int64 rows of detections by category, image, falling score; cut at the largest max_dets.
        dt_rank: (D,) int32 place of each within its cell.
        dt_by_score: (D,) int32 positions by category, falling score, image.
        dt_cat_start: (K + 1,) int64 positions where each category begins, in both orders.
        gt_order: (G,) int64 rows of ground truths by category, image.
        gt_category: (G,) int64 category index of each.
        dt_start, dt_stop, gt_start, gt_stop: (C,) int64 positions of the cells that have both sides.
        cut: detections dropped because their cell had more than the largest max_dets (PARITY X9).
    """

    dt_order: Int64
    dt_rank: Int32
    dt_by_score: Int32
    dt_cat_start: Int64
    gt_order: Int64
    gt_category: Int64
    dt_start: Int64
    dt_stop: Int64
    gt_start: Int64
    gt_stop: Int64
    cut: int

    def __len__(self) -> int:
        return len(self.dt_start)

    @property
    def kinds(self) -> int:
        """K: how many categories are kept apart, 1 when they are pooled."""
        return len(self.dt_cat_start) - 1


@dataclass(slots=True, eq=False, repr=False)
class Pairs:
    """Candidate pairs: those whose overlap reaches the lowest threshold (or is NaN).

    Attributes:
        offsets: (D + 1,) int64 by detection position.
        gt: (P,) int32 position of the ground truth within its cell.
        iou: (P,) float64 overlap.
    """

    offsets: Int64
    gt: Int32
    iou: Float64


class IdIndex:
    """Index of sorted unique ids: id -> 0 .. n - 1, or -1, for whole columns at once."""

    def __init__(self, ids: Int64) -> None:
        self.ids = np.ascontiguousarray(ids, np.int64)
        self._bits = max(4, int(2 * len(ids)).bit_length())
        self._keys = np.zeros(1 << self._bits, np.int64)
        self._values = np.full(1 << self._bits, -1, np.int64)
        fill_table(self.ids, len(ids), self._keys, self._values, self._bits)

    def of(self, column: Int64) -> tuple[Int32, int]:
        """(N,) int32 index of each of (N,) ids, -1 where unknown, and how many are unknown."""
        out = np.empty(len(column), np.int32)
        unknown = look_up(np.ascontiguousarray(column), len(column), self._keys, self._values, self._bits, out)
        return out, unknown


def build_cells(
    dt_image: Int32, dt_category: Int32, score: Float64, gt_image: Int32, gt_category: Int32,
    n_images: int, n_categories: int, use_cats: bool, limit: int,
) -> Cells:  # fmt: skip
    """Sort both sides into cells.

    Args:
        dt_image, dt_category: (N,) int32 index of each detection's image and category, -1 for rows that do not count.
        score: (N,) float64 of the detections.
        gt_image, gt_category: (G,) int32 likewise of the ground truths.
        n_images, n_categories: sizes of the index ranges.
        use_cats: False puts all categories of an image into one cell.
        limit: the largest max_dets.
    """
    n = len(dt_image)
    order, rank, by_score = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32)
    stay = order_detections(
        dt_image, dt_category, score, n, n_images, n_categories, int(not use_cats), limit,
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32),
        np.empty(n, np.int32), np.empty(2048, np.int64), order, rank, by_score,
    )  # fmt: skip
    known = int(np.count_nonzero((dt_image >= 0) & (dt_category >= 0)))
    order, rank, by_score = order[:stay], rank[:stay], by_score[:stay]
    dt_cat = dt_category[order].astype(np.int64) if use_cats else np.zeros(stay, np.int64)

    rows = np.flatnonzero((gt_image >= 0) & (gt_category >= 0))
    if not use_cats:
        rows = rows[np.argsort(gt_category[rows], kind="stable")]
    gt_cat = gt_category[rows].astype(np.int64) if use_cats else np.zeros(len(rows), np.int64)
    gt_cell = gt_cat * n_images + gt_image[rows]
    by_cell = np.argsort(gt_cell, kind="stable")
    gt_order, gt_cat, gt_cell = rows[by_cell], gt_cat[by_cell], gt_cell[by_cell]
    dt_cell = dt_cat * n_images + dt_image[order]

    both = [np.empty(min(stay, len(rows)), np.int64) for _ in range(4)]
    cells = join_cells(dt_cell, stay, gt_cell, len(gt_cell), *both)
    kinds = n_categories if use_cats else 1
    starts = np.searchsorted(dt_cat, np.arange(kinds + 1))
    dt_start, dt_stop, gt_start, gt_stop = (b[:cells] for b in both)
    return Cells(
        order, rank, by_score, starts, gt_order, gt_cat, dt_start, dt_stop, gt_start, gt_stop, cut=known - stay
    )
