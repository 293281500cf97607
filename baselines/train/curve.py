"""How a training went, as a picture in its folder: the evaluator's numbers, and the loss, by steps."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cocokit.atomic import write_text
from cocokit.eval.svg import Chart, Dots, Line, document
from cocokit.places import counted

from .log import Log

#: The file in a run's folder.
NAME = "curve.svg"
#: The number that is drawn in ink, and those that are drawn in grey where there are some: of detectors, of proposals.
_NUMBERS = (("AP", ("segm_AP", "keypoints_AP", "AP50")), ("AR100", ("AR10", "AR1000")))
_WORDS = {"segm_AP": "mask AP", "keypoints_AP": "keypoint AP"}


def write_curve(log: Log) -> None:
    """Draw what a log says, beside it. Raises DataError where it cannot be written."""
    write_text(os.path.join(os.path.dirname(log.path), NAME), curve(log.lines()))


def curve(lines: Sequence[Mapping[str, Any]]) -> str:
    """The picture as SVG.

    Args:
        lines: of a log, with at least one loss or evaluation.
    """
    losses = [(line["step"], line["loss"]) for line in lines if "loss" in line]
    judged = [line for line in lines if "loss" not in line]
    charts = [_losses(losses)] if losses else []  # a run may go on without its old log
    shown = next(((name, others) for name, others in _NUMBERS if judged and name in judged[-1]), None)
    if shown is not None:
        charts.insert(0, _numbers(judged, *shown))
    return document(charts, " ".join(line.replace("*", "") for chart in charts for line in chart.said))


def _numbers(judged: Sequence[Mapping[str, Any]], name: str, others: Sequence[str]) -> Chart:
    """One line for each number; what an evaluator cannot say, -1, is drawn as 0."""
    there = [name, *(other for other in others if other in judged[-1])][:3]
    steps = np.array([line["step"] for line in judged], np.float64)
    kinds = dict(zip(there, ("ink", "second", "third"), strict=False))
    drawn = [Line(steps, np.clip([line.get(key, 0.0) for line in judged], 0.0, 1.0), kinds[key], _WORDS.get(key, key))
             for key in there]  # fmt: skip
    best = max(judged, key=lambda line: float(line.get(name, -1.0)))
    at, value, last = best["step"], float(best[name]), float(judged[-1][name])
    said = [f"{_WORDS.get(name, name)} is *{last:.3f}* after {counted(int(steps[-1]), 'step')}."]
    if at != judged[-1]["step"]:
        said.append(f"It was highest, {value:.3f}, after {at:,}.")
    return Chart("Evaluations", said, "steps", (0.0, steps[-1]), drawn, dots=[Dots(steps, drawn[0].y, "dot2")])


def _losses(losses: Sequence[tuple[int, float]]) -> Chart:
    """The loss as a share of the largest one."""
    steps, values = (np.array(column, np.float64) for column in zip(*losses, strict=True))
    said = [f"It goes from {values[0]:.3g} to *{values[-1]:.3g}*."]
    line = Line(steps, values / max(values.max(), 1e-12), "ink")
    return Chart("Loss, as a share of the largest", said, "steps", (0.0, max(steps[-1], 2.0)), [line])
