"""Raw curves of precision and recall, operating points at a score, and the score with the best F1.

``report.precision`` is interpolated: at each recall the best precision to its right. Operating points must not be read
off that. Here every detection with a score of at least s is taken, and nothing is interpolated. Detections that are
ignored, because they match a crowd or lie outside of the area range, are neither right nor wrong and do not appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cocokit.columns import Bools, Float64, Int64
from cocokit.errors import ParamsError

from .accumulate import Ranking
from .params import EvalParams
from .report import Report


@dataclass(frozen=True, slots=True)
class Curve:
    """One category at one IoU threshold: what is found down to each score.

    Attributes:
        cat_id, cat_name: the category; (-1, "all") for several at once.
        iou_thr: the IoU threshold.
        area: label of the area range.
        max_dets: detections per image and category.
        positives: ground truths to be found.
        scores: (n,) float64, falling, each once: detections with equal scores enter together.
        tp, fp: (n,) int64 right and wrong detections with at least that score.
    """

    cat_id: int
    cat_name: str
    iou_thr: float
    area: str
    max_dets: int
    positives: int
    scores: Float64
    tp: Int64
    fp: Int64

    @property
    def precision(self) -> Float64:
        """(n,) float64, share of the detections that is right."""
        return self.tp / (self.tp + self.fp)

    @property
    def recall(self) -> Float64:
        """(n,) float64, tp / positives; NaN without positives."""
        return self.tp / self.positives if self.positives else np.full(len(self.tp), np.nan)

    @property
    def f1(self) -> Float64:
        """(n,) float64, 2 tp / (2 tp + fp + fn)."""
        return 2 * self.tp / (self.tp + self.fp + self.positives)

    def at(self, score: float) -> Point:
        """What detections with at least this score achieve."""
        n = int(np.count_nonzero(self.scores >= score))
        tp, fp = (int(self.tp[n - 1]), int(self.fp[n - 1])) if n else (0, 0)
        return Point(self.cat_id, self.cat_name, score, tp, fp, self.positives - tp)

    def best(self) -> Point:
        """The score with the highest F1, the higher score among equals; NaN where nothing is found at any score."""
        if not len(self.tp) or not self.tp[-1]:
            return Point(self.cat_id, self.cat_name, float("nan"), 0, 0, self.positives)
        return self.at(float(self.scores[int(np.argmax(self.f1))]))


@dataclass(frozen=True, slots=True)
class Point:
    """Detections with at least some score: how many are right and wrong, and how many ground truths are missed.

    Attributes:
        cat_id, cat_name: the category.
        score: the lowest score that counts.
        tp, fp, fn: right detections, wrong ones, and ground truths without one.
    """

    cat_id: int
    cat_name: str
    score: float
    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        """Share of the detections that is right, tp / (tp + fp); NaN without detections."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Share of the ground truth that is found, tp / (tp + fn); NaN without ground truth."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """2 tp / (2 tp + fp + fn); NaN where there is nothing at all."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def to_dict(self) -> dict[str, Any]:
        """The point as a row: id, name, score, tp, fp, fn, precision, recall, f1."""
        counts = {"score": self.score, "tp": self.tp, "fp": self.fp, "fn": self.fn}
        shares = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"id": self.cat_id, "name": self.cat_name, **counts, **shares}


@dataclass(frozen=True, slots=True)
class Points:
    """Points of all categories, and of all detections together.

    Attributes:
        iou_thr: the IoU threshold.
        per_category: K points, in the report's order.
        micro: the counts of all categories added up; for the best score, one score for all.
    """

    iou_thr: float
    per_category: list[Point]
    micro: Point

    def macro(self) -> dict[str, float]:
        """Means over categories of precision, recall and f1, each over those where it is defined.

        A category with detections but no ground truth has precision and F1 of 0 and no recall; one with ground truth
        but no detection has recall and F1 of 0 and no precision.
        """
        names = ("precision", "recall", "f1")
        return {name: _mean([getattr(point, name) for point in self.per_category]) for name in names}


def pr_curves(
    report: Report, iou_thr: float | None = None, area: str | None = None, max_dets: int | None = None
) -> list[Curve]:
    """Raw curves of every category.

    Args:
        report: of :func:`cocokit.evaluate` or :meth:`Evaluator.compute`.
        iou_thr: one of the report's thresholds; None for all, threshold after threshold.
        area: label of one of its area ranges; None for the first.
        max_dets: detections per image and category, up to the report's largest; None for that.

    Returns:
        K curves per threshold, in the report's order.

    Raises:
        ParamsError: the report was not made with this threshold, area range or max_dets.
        NotFoundError: the report holds no outcome per detection.
    """
    ranking, params = report.ranking, report.params
    thrs = range(len(params.iou_thrs)) if iou_thr is None else [_threshold(params, iou_thr)]
    a, most = _area(params, area), _most(params, max_dets)
    curves = []
    for t in thrs:
        for k, (cat_id, name) in enumerate(zip(report.cat_ids, report.cat_names, strict=True)):
            parts = [_outcome(ranking, k, a, t, most)]
            curves.append(_curve(report, cat_id, name, a, t, most, parts, int(report.npig[k, a])))
    return curves


def pooled_curve(
    report: Report, iou_thr: float = 0.5, area: str | None = None, max_dets: int | None = None
) -> Curve:
    """The raw curve of all categories' detections together, each matched within its category; as :func:`pr_curves`."""
    ranking, params = report.ranking, report.params
    a, t, most = _area(params, area), _threshold(params, iou_thr), _most(params, max_dets)
    parts = [_outcome(ranking, k, a, t, most) for k in range(len(report.cat_ids))]
    return _curve(report, -1, "all", a, t, most, parts, int(report.npig[:, a].sum()))


def at_score(
    report: Report, score: float, iou_thr: float = 0.5, area: str | None = None, max_dets: int | None = None
) -> Points:
    """Precision, recall and F1 of the detections with at least this score; arguments as for :func:`pr_curves`."""
    curves = pr_curves(report, iou_thr, area, max_dets)
    points = [curve.at(score) for curve in curves]
    tp, fp, fn = (sum(getattr(point, name) for point in points) for name in ("tp", "fp", "fn"))
    return Points(curves[0].iou_thr if curves else iou_thr, points, Point(-1, "all", score, tp, fp, fn))


def best_threshold(
    report: Report, iou_thr: float = 0.5, area: str | None = None, max_dets: int | None = None
) -> Points:
    """The scores with the highest F1: each category's own, and one for all; arguments as for :func:`pr_curves`.

    Among scores with equal F1 the higher one is taken, and equal scores enter together.
    """
    whole = pooled_curve(report, iou_thr, area, max_dets)
    return Points(whole.iou_thr, [curve.best() for curve in pr_curves(report, iou_thr, area, max_dets)], whole.best())


def _outcome(ranking: Ranking, k: int, a: int, t: int, most: int) -> tuple[Float64, Bools]:
    """Falling scores of a category's detections that count, and whether each is right."""
    block = next(b for b in ranking.matches.blocks if b.a0 <= a < b.a1 and b.t0 <= t < b.t1)
    bit = (a - block.a0) * (block.t1 - block.t0) + (t - block.t0)
    at = ranking.by_score[ranking.cat_start[k] : ranking.cat_start[k + 1]]
    at = at[(ranking.rank[at] < most) & ((block.ig[at] >> bit) & 1 == 0)]
    return ranking.score[ranking.dt_order[at]], (block.tp[at] >> bit) & 1 == 1


def _curve(
    report: Report, cat_id: int, name: str, a: int, t: int, most: int, parts: list[tuple[Float64, Bools]],
    positives: int,
) -> Curve:  # fmt: skip
    """The curve of some categories' outcomes: scores fall, and those of one score enter together."""
    parts = parts or [(np.empty(0), np.empty(0, np.bool_))]  # without any category
    scores, right = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    if len(parts) > 1:
        order = np.argsort(-scores, kind="stable")
        scores, right = scores[order], right[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)[: len(scores)])
    found = np.cumsum(right, dtype=np.int64)[last]
    params = report.params
    return Curve(cat_id, name, float(params.iou_thrs[t]), params.area_labels[a], most, positives,
                 scores[last], found, last + 1 - found)  # fmt: skip


def _threshold(params: EvalParams, iou_thr: float) -> int:
    near = np.abs(params.iou_thrs - iou_thr)
    if not near.min() < 1e-9:
        known = ", ".join(f"{thr:g}" for thr in params.iou_thrs.tolist())
        raise ParamsError("iou_thr", iou_thr, f"the report was made with {known}")
    return int(near.argmin())


def _area(params: EvalParams, area: str | None) -> int:
    if area is not None and area not in params.area_labels:
        raise ParamsError("area", area, f"the report was made with {', '.join(params.area_labels)}")
    return params.area_labels.index(area) if area is not None else 0


def _most(params: EvalParams, max_dets: int | None) -> int:
    largest = params.max_dets[-1]
    if max_dets is not None and not 0 <= max_dets <= largest:
        raise ParamsError("max_dets", max_dets, f"the report was made with at most {largest}")
    return largest if max_dets is None else max_dets


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _mean(values: list[float]) -> float:
    real = [value for value in values if value == value]
    return sum(real) / len(real) if real else float("nan")
