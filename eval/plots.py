"""Two pictures of a report as one SVG: precision over recall, and F1 over the lowest score that is kept."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from cocokit.atomic import write_text
from cocokit.errors import NotFoundError
from cocokit.places import counted

from .curves import Curve, Point, pooled_curve, pr_curves
from .report import Report
from .svg import Chart, Line, document

#: Scores beyond this are not drawn.
_FARTHEST = 1e9
_NOTHING = "There is no ground truth to find."


def plot(report: Report, iou_thr: float = 0.5, cat_id: int | None = None) -> str:
    """An SVG document with both pictures, for all categories or for one.

    Args:
        report: of :func:`cocokit.evaluate` or :meth:`Evaluator.compute`.
        iou_thr: one of the report's thresholds, for the operating point.
        cat_id: a category, or None for all.

    Raises:
        NotFoundError: no such category, or the report holds no outcome per detection.
        ParamsError: the report was not made with this threshold.
    """
    if cat_id is not None and cat_id not in report.cat_ids:
        raise NotFoundError(f"the report has no category {cat_id}")
    whole = pooled_curve(report, iou_thr) if cat_id is None else next(
        curve for curve in pr_curves(report, iou_thr) if curve.cat_id == cat_id
    )  # fmt: skip
    charts = [_recall_chart(report, cat_id), _score_chart(whole)]
    return document(charts, " ".join(line.replace("*", "") for chart in charts for line in chart.said))


def write_plot(report: Report, path: str | os.PathLike[str], iou_thr: float = 0.5, cat_id: int | None = None) -> None:
    """Write :func:`plot` to a file, whole or not at all; raises as it does, and DataError for the file."""
    write_text(path, plot(report, iou_thr, cat_id))


def _recall_chart(report: Report, cat_id: int | None) -> Chart:
    """Interpolated precision over recall, the mean of the categories: the area under a line is its AP."""
    params = report.params
    some = slice(None) if cat_id is None else [report.cat_ids.index(cat_id)]
    measured = np.flatnonzero(report.npig[some, 0])
    thrs = [t for t, thr in enumerate(params.iou_thrs) if round(float(thr), 6) in (0.5, 0.75)] or [0]
    order = np.argsort(params.rec_thrs, kind="stable")
    lines, found = [], []
    for i, t in enumerate(thrs):
        cells = report.precision[t][:, some, 0, -1][:, measured]
        thr = float(params.iou_thrs[t])
        if not len(measured):
            continue
        mean = cells.mean(1)
        found.append(f"*{mean.mean():.3f}* at IoU {thr:.2f}")
        lines.append(Line(params.rec_thrs[order], mean[order], ("ink", "second")[i], f"IoU {thr:.2f}"))
    who = report.cat_names[report.cat_ids.index(cat_id)] if cat_id is not None else counted(len(measured), "category")
    said = [f"AP of {who} is {found[0]}", *(f"and {more}" for more in found[1:])] if found else [_NOTHING]
    said[-1] = said[-1].rstrip(".") + "."
    caption = "Precision (up), recall (right); interpolated" + ("" if cat_id is not None else ", mean of categories")
    return Chart("What is found, and how much of it is right", said, caption, (0.0, 1.0), lines[::-1])


def _score_chart(curve: Curve) -> Chart:
    """Raw precision, recall and F1 over the lowest score that is kept."""
    best, reach = curve.best(), _score_range(curve)
    chart = Chart(
        "Which scores to keep", _advice(best, curve),
        f"Lowest score that is kept (right); IoU {curve.iou_thr:.2f}, not interpolated", reach,
    )  # fmt: skip
    if not curve.positives or not len(curve.tp):
        return chart
    drawn = _drawable(curve)[::-1]
    x = curve.scores[::-1][drawn]
    chart.lines = [
        Line(x, curve.precision[::-1][drawn], "second", "precision"),
        Line(x, curve.recall[::-1][drawn], "third", "recall"),
        Line(x, curve.f1[::-1][drawn], "ink", "F1"),
    ]
    if best.tp and abs(best.score) <= _FARTHEST:
        chart.point = (best.score, best.f1, _rounded_down(best.score))
    return chart


def _advice(best: Point, curve: Curve) -> list[str]:
    if not best.tp:
        return ["No detection is right at any score." if curve.positives else _NOTHING]
    return [
        f"Scores of at least *{_rounded_down(best.score)}* have the best F1, *{best.f1:.2f}*:",
        f"{best.tp:,} right, {best.fp:,} wrong, {best.fn:,} missed.",
    ]


def _rounded_down(score: float) -> str:
    """Three digits, rounded down, so that the detection with this score is kept."""
    return f"{np.floor(score * 1000) / 1000:.3f}"


def _drawable(curve: Curve) -> NDArray[np.bool_]:
    """Scores that an axis can show beside each other: neither infinite nor astronomic."""
    return np.asarray(np.abs(curve.scores) <= _FARTHEST)


def _score_range(curve: Curve) -> tuple[float, float]:
    """From 0 to 1 where all scores are there, else as wide as they are."""
    scores = curve.scores[_drawable(curve)]
    if not len(scores) or (scores.min() >= 0 and scores.max() <= 1):
        return 0.0, 1.0
    lo, hi = float(scores.min()), float(scores.max())
    return (lo, hi) if hi > lo else (lo - 0.5, hi + 0.5)
