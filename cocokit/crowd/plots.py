"""Pictures of simulated campaigns as SVG: the union-recall curve, the workers in the plane, and what recall costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cocokit.columns import Float64
from cocokit.eval.svg import Area, Chart, Dots, Line, document
from cocokit.pipeline.settings import CampaignSettings, Value
from cocokit.places import counted

from .planning import places_of, union_of
from .results import Results
from .simulation import Run
from .skills import SPAM

#: The recall that the paper's eight workers reach.
_GOAL = 0.99


def plot_run(run: Run, results: Results, seed: int) -> str:
    """The union-recall curve and the workers' precision and recall, side by side."""
    charts = [_union_chart(run, seed), _workers_chart(run, results)]
    return document(charts, " ".join(line.replace("*", "") for chart in charts for line in chart.said))


def plot_sweep(name: str, rows: Sequence[tuple[Value, Results]], currency: str) -> str:
    """What recall costs, for each value of a setting."""
    chart = _cost_chart(name, rows, currency)
    return document([chart], " ".join(line.replace("*", "") for line in chart.said))


def _union_chart(run: Run, seed: int) -> Chart:
    curve = union_of(run, seed)
    k = curve.k.astype(np.float64)
    first, last = (_percent(float(curve.recall[i])) for i in (0, -1))
    said = [f"*{last}* of the categories are found by {counted(int(k[-1]), 'worker')},", f"{first} by one."]
    chart = Chart(
        "What workers find together", said, "Share (up), workers who label an image (right); band: other images",
        (1.0, max(float(k[-1]), 2.0)),
    )  # fmt: skip
    if np.isfinite(curve.recall_band).all():
        chart.areas = [Area(k, *curve.recall_band)]
    chart.lines = [Line(k, curve.precision, "third", "precision"), Line(k, curve.recall, "ink", "recall")]
    chart.lines = [line for line in chart.lines if np.isfinite(line.y).all()]
    chart.dots = [Dots(line.x, line.y, "dot") for line in chart.lines]
    return chart


def _workers_chart(run: Run, results: Results) -> Chart:
    places = places_of(run)
    precision, recall = (np.array([getattr(place, name) for place in places]) for name in ("precision", "recall"))
    spam = np.array([place.kind in SPAM for place in places], np.bool_)
    drawn = np.isfinite(precision) & np.isfinite(recall)
    said = [
        f"*{results.right}* of the {counted(results.rejected, 'worker')} rejected do not try (rings).",
        f"{results.busy_named} of the {results.busy} who do not try and answered often are among them.",
    ]
    settings = run.staged.engine.campaign.settings
    chart = Chart(
        "Workers by the word of the others", said, "Recall (up), precision (right) of labels; line: the rejection line",
        (0.0, 1.0), lines=_rejection_line(settings),
    )  # fmt: skip
    for kind, rows in (("dot", drawn & ~spam), ("dot2", drawn & spam)):
        chart.dots.append(Dots(precision[rows], recall[rows], kind))
    return chart


def _rejection_line(settings: CampaignSettings) -> list[Line]:
    """Where a * precision + b * recall = c, inside the plane; nothing if it does not cross it."""
    a, b, c = settings.line_precision, settings.line_recall, settings.line_at_least
    if not b:
        return []
    x = np.linspace(0, 1, 201)
    y = (c - a * x) / b
    inside = (y >= 0) & (y <= 1)
    return [Line(x[inside], y[inside], "third")] if inside.any() else []


def _cost_chart(name: str, rows: Sequence[tuple[Value, Results]], currency: str) -> Chart:
    cost = np.array([result.cents.value / 100 for _, result in rows])
    recall = np.array([result.labels[0].value for _, result in rows])
    low, high = (np.array([getattr(result.labels[0], end) for _, result in rows]) for end in ("low", "high"))
    enough = [i for i in range(len(rows)) if recall[i] >= _GOAL]
    best = min(enough, key=lambda i: (cost[i], i), default=None)
    chart = Chart(
        "What recall costs", [f"*No value is enough* for a category recall of {_GOAL:.2f}."],
        f"Category recall (up), cost in {currency} (right); bars: other images", _padded(cost),
    )  # fmt: skip
    half = 0.008 * (chart.x_range[1] - chart.x_range[0])
    chart.areas = [Area(cost[i] + np.array([-half, half]), *(np.full(2, end[i]) for end in (low, high)))
                   for i in range(len(rows))]  # fmt: skip
    chart.lines = [Line(cost, recall, "ink")]
    chart.dots = [Dots(cost, recall, "dot", [str(value) for value, _ in rows])]
    if best is not None:
        value = f"{name} = {rows[best][0]}"
        chart.said = [f"*{value}* is the cheapest for a category recall of {_GOAL:.2f}.",
                      f"It costs {_money(float(cost[best]), currency)}, in simulation."]  # fmt: skip
        chart.point = (float(cost[best]), float(recall[best]), value)
    return chart


def _padded(values: Float64) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.05 * (high - low) or max(1.0, 0.05 * high)
    return max(low - room, 0.0), high + room


def _money(value: float, currency: str) -> str:
    return f"{value:,.2f} {currency}"


def _percent(share: float) -> str:
    return "nothing" if math.isnan(share) else f"{100 * share:.1f} %"
