"""Recall of proposals on made pictures: the evaluator's, class-agnostic, at any number of proposals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cocokit.eval.evaluator import Evaluator
from cocokit.eval.proposals import ProposalReport, of_report
from cocokit.eval.svg import Area, Chart, Line

from ..batch import Batch, Result
from .findings import Band
from .trial import targets_of

#: Points of a curve in a picture, as far as there are so many numbers.
_POINTS = 80


def recall_of(results: Sequence[Result], batches: Sequence[Batch], counts: Sequence[int]) -> ProposalReport:
    """The recall of the first k proposals of each image, for every k up to the largest count.

    Args:
        results: of each image, best first; labels play no part.
        batches: the images with their targets.
        counts: that the summary names, rising.
    """
    evaluator = Evaluator("bbox", box_format="xyxy", use_cats=False, max_dets=(max(counts),))
    targets = targets_of(batches)
    given: list[dict[str, Any]] = [
        {"boxes": r.boxes, "scores": r.scores, "labels": np.zeros(len(r.boxes), np.int64)} for r in results
    ]
    wanted = [{"boxes": t.boxes, "labels": np.zeros(len(t.boxes), np.int64)} for t in targets]
    evaluator.update(range(1, len(targets) + 1), given, wanted)
    return of_report(evaluator.compute(), counts)


def numbers(reports: Sequence[ProposalReport]) -> dict[str, Band]:
    """AR at each count, AUC, and AR at the last count but one by area, each with the band of the seeds."""
    counts = reports[0].counts
    found = {f"AR@{count}": Band.of([r.ar(count) for r in reports]) for count in counts}
    found["AUC"] = Band.of([r.auc() for r in reports])
    middle = counts[max(len(counts) - 2, 0)]
    for area in ("small", "medium", "large"):
        values = [value for r in reports if (value := r.ar(middle, area)) >= 0]
        if values:
            found[f"AR@{middle} {area}"] = Band.of(values)
    return found


def recall_chart(title: str, said: Sequence[str], reports: dict[str, Sequence[ProposalReport]], ink: str) -> Chart:
    """AR over the number of proposals, on a logarithmic axis, with the band of the seeds; one line in ink."""
    chart = Chart(title, said, "AR of IoU 0.5 to 0.95 (up), log10 of proposals per image (right)", (0.0, 1.0))
    grey = 0
    for name, ours in reports.items():
        curves = np.stack([r.average_recall[0] for r in ours])
        k = np.unique(np.geomspace(1, curves.shape[1], _POINTS).round().astype(np.int64))
        x, curves = np.log10(k), curves[:, k - 1]
        chart.x_range = (0.0, max(float(x[-1]), 1.0))
        look = "ink" if name == ink else ("second", "third")[grey % 2]
        grey += name != ink
        chart.areas += [Area(x, curves.min(0), curves.max(0))] if len(curves) > 1 else []
        chart.lines.append(Line(x, curves.mean(0), look, name))
    return chart
