"""What the quality page plots, as numbers: workers in the plane, union recall, times, pass rates, funnel."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cocokit.campaign.engine import Engine
from cocokit.campaign.evidence import gather
from cocokit.campaign.figures import Facts, read_facts
from cocokit.campaign.status import CampaignStatus
from cocokit.domain.stages import MaskState, SpotState, Stage
from cocokit.pipeline.intervals import wilson

from .labels import Labels
from .leave_one_out import leave_one_out
from .union_recall import union_curve

#: Images that the bands are drawn from, so often.
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Dot:
    """A worker in the plane of precision and recall, with how many images they labeled."""

    worker: int
    precision: float
    recall: float
    answers: int


@dataclass(frozen=True, slots=True)
class Step:
    """The union of k workers: recall and its band."""

    k: int
    recall: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How long the answers of a stage took, s: a tenth, a quarter, half, three quarters and nine tenths were done.

    ``tool`` is what they were drawn with, or "" for the whole stage.
    """

    stage: Stage
    count: int
    tenth: float
    quarter: float
    median: float
    three_quarters: float
    nine_tenths: float
    prior: float
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """Of a category's decided masks, how many passed, with Wilson's interval; and how many votes a decision took."""

    category_id: int
    name: str
    passed: int
    decided: int
    low: float
    high: float
    votes: float = 0.0


@dataclass(frozen=True, slots=True)
class QualityPlots:
    """Everything on the page; a plot without enough behind it is empty."""

    dots: tuple[Dot, ...]
    union: tuple[Step, ...]
    spreads: tuple[Spread, ...]
    rates: tuple[Rate, ...]


def quality_plots(engine: Engine, seed: int = 0) -> QualityPlots:
    """The plots of a campaign as it is now."""
    facts, evidence = read_facts(engine), gather(engine)
    if not evidence.seen:
        return QualityPlots((), (), _spreads(engine, facts), _rates(engine, facts))
    labels = Labels.of(np.array(evidence.seen), np.array(evidence.named).reshape(-1, 3))
    return QualityPlots(_dots(labels), _union(engine, labels, facts.passed_pairs, seed), _spreads(engine, facts),
                        _rates(engine, facts))  # fmt: skip


def funnel(status: CampaignStatus) -> list[tuple[str, int]]:
    """(what, how many) from an image to an accepted mask."""
    live = sum(count for state, count in status.spots.items() if state is not SpotState.VOID)
    drawn = sum(count for state, count in status.masks.items() if state is not MaskState.VOID)
    kept = status.images.get("open", 0) + status.images.get("finished", 0)
    return [("images", sum(status.images.values())), ("kept", kept), ("spots", live), ("masks drawn", drawn),
            ("masks accepted", status.masks.get(MaskState.PASSED, 0))]  # fmt: skip


def _dots(labels: Labels) -> tuple[Dot, ...]:
    scores = leave_one_out(labels)
    rows = zip(scores.worker.tolist(), scores.precision.tolist(), scores.recall.tolist(), scores.answers.tolist(),
               strict=True)  # fmt: skip
    return tuple(Dot(w, p, r, n) for w, p, r, n in rows if math.isfinite(p) and math.isfinite(r))


def _union(engine: Engine, labels: Labels, passed: set[tuple[int, int]], seed: int) -> tuple[Step, ...]:
    """Against what the campaign holds for true: a mask of it passed, or two workers named it."""
    viewers = labels.viewers[labels.pair_image]
    image = labels.image[labels.pair_image]
    pairs = zip(image.tolist(), labels.pair_category.tolist(), strict=True)
    truth = np.array([pair in passed for pair in pairs], np.bool_) | (labels.namers >= 2)
    most = int(min(engine.campaign.settings.k_label, labels.viewers.max(initial=0)))
    if not truth.any() or most < 2:
        return ()
    curve = union_curve(viewers, labels.namers, truth, image, range(1, most + 1), draws=DRAWS, seed=seed)
    rows = zip(curve.k.tolist(), curve.recall.tolist(), *curve.recall_band.tolist(), strict=True)
    return tuple(Step(*row) for row in rows)


def _spreads(engine: Engine, facts: Facts) -> tuple[Spread, ...]:
    found = []
    for stage in engine.campaign.graph.stages:
        tools = facts.tools.get(stage, {})
        rows = [("", facts.times.get(stage, [])), *(sorted(tools.items()) if len(tools) > 1 else ())]
        for tool, times in rows:
            took = sorted(ms / 1000 for ms in times)
            if len(took) > 3:
                prior = engine.campaign.settings.prior(stage)
                found.append(Spread(stage, len(took), *_shares(took), prior, tool))
    return tuple(found)


def _shares(took: Sequence[float]) -> tuple[float, float, float, float, float]:
    cuts = statistics.quantiles(took, n=20, method="inclusive")
    return cuts[1], cuts[4], cuts[9], cuts[14], cuts[17]


def _rates(engine: Engine, facts: Facts) -> tuple[Rate, ...]:
    names = engine.campaign.categories
    found = []
    for key, (passed, decided, votes) in facts.pass_rates.items():
        low, high = wilson(passed, decided)
        name = names[key].name if key in names else str(key)
        found.append(Rate(key, name, passed, decided, low, high, votes / decided))
    return tuple(sorted(found, key=lambda rate: (rate.passed / rate.decided, -rate.decided)))
