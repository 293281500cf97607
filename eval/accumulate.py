"""Matches to the three arrays: precision and score at each recall threshold, and final recall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cells import Cells
from .kernels.curves import accumulate_category
from .matching import Matches
from .params import EvalParams

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(slots=True)
class Curves:
    """What pycocotools calls ``eval``; -1 where a category has no ground truth that counts (PARITY C5).

    Attributes:
        precision: (T, R, K, A, M) float64, precision at each recall threshold.
        recall: (T, K, A, M) float64, the last recall of each curve (C4).
        scores: (T, R, K, A, M) float64, score at which each recall threshold was reached.
    """

    precision: Float64
    recall: Float64
    scores: Float64


def accumulate(
    by_score: NDArray[np.int32], cat_start: Int64, rank: NDArray[np.int32], dt_order: Int64, score: Float64,
    matches: Matches, params: EvalParams,
) -> Curves:  # fmt: skip
    """Build the arrays of all categories.

    Args:
        by_score: (D,) positions by category and falling score; category k's are ``cat_start[k]`` to
            ``cat_start[k + 1]``.
        rank, dt_order: (D,) place in its cell and row, by position.
        score: (N,) by row.
    """
    n_cat, n_area = matches.npig.shape
    shape = (len(params.iou_thrs), len(params.rec_thrs), n_cat, n_area, len(params.max_dets))
    curves = Curves(np.full(shape, -1.0), np.full((shape[0], *shape[2:]), -1.0), np.full(shape, -1.0))
    max_dets = np.array(params.max_dets, np.int64)
    rec_order = np.argsort(params.rec_thrs, kind="stable")
    for block in matches.blocks:
        areas, thrs = block.a1 - block.a0, block.t1 - block.t0
        curves_of = areas * thrs * shape[4]
        need = np.empty(areas * shape[1], np.int64)
        plain = np.empty(areas * shape[4], np.int64)
        extra, hits, totals, pointer = (np.empty(curves_of, np.int64) for _ in range(4))
        best = np.empty(curves_of)
        for k in range(n_cat):
            npig = np.ascontiguousarray(matches.npig[k, block.a0 : block.a1])
            if not npig.any():
                continue
            accumulate_category(
                by_score, int(cat_start[k]), int(cat_start[k + 1]), rank, block.tp, block.ig, score, npig, thrs, areas,
                max_dets, shape[4], dt_order, params.rec_thrs, rec_order, shape[1], need, plain, extra, hits, totals,
                best, pointer, k, n_cat, block.t0, block.a0, shape[0], n_area, curves.precision.reshape(-1),
                curves.recall.reshape(-1), curves.scores.reshape(-1),
            )  # fmt: skip
    return curves
