"""Detections of each category by falling score, with their outcome: what curves of every kind are read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocokit.errors import NotFoundError

from .cells import IdIndex, build_cells
from .kernels.matching import count_positives
from .matching import Block, Matches, blocks
from .params import EvalParams
from .report import Report
from .tally import Tally

Int64 = NDArray[np.int64]


@dataclass(slots=True)
class Ranking:
    """The detections of an evaluation in the order of their scores.

    Attributes:
        by_score: (D,) int32 positions by category and falling score.
        cat_start: (K + 1,) int64: category k's are ``cat_start[k]`` to ``cat_start[k + 1]``.
        rank: (D,) int32 place within image and category, by position.
        dt_order: (D,) int64 row by position.
        score: (N,) float64 by row.
        matches: outcome by position, and the positives.
    """

    by_score: NDArray[np.int32]
    cat_start: Int64
    rank: NDArray[np.int32]
    dt_order: Int64
    score: NDArray[np.float64]
    matches: Matches

    @classmethod
    def of(cls, report: Report) -> Ranking:
        """The ranking behind a report.

        Raises:
            NotFoundError: the report was made without details.
        """
        found = report.details
        if isinstance(found, Ranking):
            return found
        if found is None:
            raise NotFoundError("this report holds no outcome per detection; make it with cocokit.evaluate()")
        cells = found.cells
        return cls(cells.dt_by_score, cells.dt_cat_start, cells.dt_rank, cells.dt_order, found.dt.score, found.matches)


def rank(tally: Tally, cat_ids: Int64, params: EvalParams) -> Ranking:
    """Order the detections of all images, whatever order the images came in."""
    images, categories = IdIndex(np.sort(tally.images)), IdIndex(cat_ids)
    (dt_image, _), (gt_image, _) = images.of(tally.dt_image), images.of(tally.gt_image)
    (dt_category, _), (gt_category, _) = categories.of(tally.dt_category), categories.of(tally.gt_category)
    cells = build_cells(
        dt_image, dt_category, tally.score, gt_image, gt_category, len(tally.images), len(cat_ids), params.use_cats,
        params.max_dets[-1],
    )  # fmt: skip
    ranges = np.asarray(params.area_rng)
    npig = np.zeros((len(cells.dt_cat_start) - 1, len(ranges)), np.int64)
    rows = cells.gt_order
    count_positives(
        tally.gt_area[rows], tally.gt_ignore[rows], cells.gt_category, len(rows), ranges[:, 0].copy(),
        ranges[:, 1].copy(), len(ranges), len(npig), npig.reshape(-1),
    )  # fmt: skip
    words = [
        Block(*split, tp[cells.dt_order], ig[cells.dt_order])
        for split, tp, ig in zip(blocks(len(ranges), len(params.iou_thrs)), tally.tp, tally.ig, strict=True)
    ]
    return Ranking(cells.dt_by_score, cells.dt_cat_start, cells.dt_rank, cells.dt_order, tally.score,
                   Matches(words, npig, 0))  # fmt: skip
