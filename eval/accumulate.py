"""Ranked detections to the three arrays: precision and score at each recall threshold, and final recall."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

import numpy as np

from cocokit.columns import Float64, Int32, Int64
from cocokit.errors import DataError

from .cells import Cells
from .kernels.curves import accumulate_block
from .matching import Matches
from .params import EvalParams


@dataclass(slots=True, eq=False, repr=False)
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


@dataclass(slots=True, eq=False, repr=False)
class Ranking:
    """Detections by falling score with their outcome: what curves of every kind are read from.

    A *position* is a place in matching order, a *row* one in the columns (:class:`cocokit.eval.cells.Cells`).

    Attributes:
        by_score: (D,) int32 positions by category and falling score.
        cat_start: (K + 1,) int64: category k's are ``cat_start[k]`` to ``cat_start[k + 1]``.
        rank: (D,) int32 place within image and category, by position.
        dt_order: (D,) int64 row by position.
        score: (N,) float64 by row.
        matches: outcome by position, and the positives.
    """

    by_score: Int32
    cat_start: Int64
    rank: Int32
    dt_order: Int64
    score: Float64
    matches: Matches

    @classmethod
    def of_cells(cls, cells: Cells, score: Float64, matches: Matches) -> Ranking:
        """The ranking of matched cells; ``score`` is (N,) float64 by row."""
        return cls(cells.dt_by_score, cells.dt_cat_start, cells.dt_rank, cells.dt_order, score, matches)


def _refuse_too_large(shape: tuple[int, ...]) -> None:
    """The arrays are written in full, so a machine that cannot hold them would kill the process half-way."""
    need = 16 * math.prod(shape)
    if need < 1 << 30 or not hasattr(os, "sysconf"):
        return
    have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if need > have:
        sizes = "{:,} IoU thresholds, {:,} recalls, {:,} categories, {:,} area ranges and {:,} max_dets".format(*shape)
        reason = f"needs {need / 1e9:.0f} GB for the curves of {sizes}; this machine has {have / 1e9:.0f} GB"
        raise DataError("evaluation", "", reason, "evaluate fewer categories at a time with cat_ids, or fewer settings")


def accumulate(ranking: Ranking, params: EvalParams) -> Curves:
    """Build the arrays of all categories, bit for bit as pycocotools (PARITY C1 to C8)."""
    matches = ranking.matches
    n_cat, n_area = matches.npig.shape
    shape = (len(params.iou_thrs), len(params.rec_thrs), n_cat, n_area, len(params.max_dets))
    _refuse_too_large(shape)
    curves = Curves(np.empty(shape), np.empty((shape[0], *shape[2:])), np.empty(shape))
    max_dets = np.array(params.max_dets, np.int64)
    rec_order = np.argsort(params.rec_thrs, kind="stable")
    npig = np.ascontiguousarray(matches.npig).reshape(-1)
    for block in matches.blocks:
        areas, thrs = block.a1 - block.a0, block.t1 - block.t0
        n = areas * thrs * shape[4]
        extra, hits, reach, pointer = (np.empty(n, np.int64) for _ in range(4))
        accumulate_block(
            ranking.by_score, ranking.cat_start, n_cat, ranking.rank, block.tp, block.ig, ranking.score,
            ranking.dt_order, npig, thrs, areas, max_dets,
            shape[4], params.rec_thrs, rec_order, shape[1], np.empty(areas * shape[1], np.int64),
            np.empty(areas * shape[4], np.int64), extra, hits, reach, pointer, np.empty(n), np.empty(n),
            np.empty(n * shape[1]), np.empty(n * shape[1]), np.empty(len(ranking.rank), np.int32), block.t0,
            block.a0, n_area, curves.precision.reshape(-1), curves.recall.reshape(-1), curves.scores.reshape(-1),
        )  # fmt: skip
    return curves
