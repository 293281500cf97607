"""What workers learn: how fast they are, and how many of their masks pass, by how much they have done before."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cocokit.campaign.engine import Engine
from cocokit.campaign.evidence import gather
from cocokit.campaign.repeats import read_repeats
from cocokit.domain.stages import MaskState
from cocokit.pipeline.intervals import wilson

#: Where the spans of answers begin, counted in a stage: 1 and 2, 3 to 5, 6 to 10, and then twice as long each.
STARTS = (1, 3, 6, 11, 21, 41, 81, 161, 321, 641, 1281)
#: A span is shown from so many answers on.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """Time for an answer in a span, as a share of the stage's median: the middle worker, and a quarter on each side."""

    start: int
    workers: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """Of the decided masks in a span of their workers' masks, how many passed, with Wilson's interval."""

    start: int
    passed: int
    decided: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Learning:
    """What there is to see.

    Attributes:
        paces: of all workers together.
        workers: worker -> (start of a span, their time in it as a share of the stage's median).
        shares: of masks.
    """

    paces: tuple[Pace, ...]
    workers: dict[int, tuple[tuple[int, float], ...]]
    shares: tuple[Share, ...]


def learning(engine: Engine) -> Learning:
    """What the workers of a campaign have learnt so far."""
    workers = worker_paces(gather(engine).times)
    return Learning(_pooled(workers), workers, mask_shares(read_repeats(engine).drawn))


def span_of(count: int) -> int:
    """Where the span of somebody's answer number ``count`` begins.

    >>> [span_of(n) for n in (1, 2, 3, 10, 11, 5000)]
    [1, 1, 3, 6, 11, 1281]
    """
    return STARTS[bisect_right(STARTS, count) - 1]


def worker_paces(times: Sequence[tuple[int, str, int]]) -> dict[int, tuple[tuple[int, float], ...]]:
    """Worker -> (start of a span, median of their times in it), each time as a share of its stage's median.

    Args:
        times: (worker, stage, ms) of answers, the oldest first.
    """
    timed = [row for row in times if row[2] > 0]
    by_stage: defaultdict[str, list[int]] = defaultdict(list)
    for _, stage, ms in timed:
        by_stage[stage].append(ms)
    usual = {stage: statistics.median(took) for stage, took in by_stage.items()}
    done: Counter[tuple[int, str]] = Counter()
    spans: defaultdict[int, defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for worker, stage, ms in timed:
        done[worker, stage] += 1
        spans[worker][span_of(done[worker, stage])].append(ms / usual[stage])
    return {worker: tuple((start, statistics.median(mine[start])) for start in sorted(mine))
            for worker, mine in spans.items()}  # fmt: skip


def mask_shares(drawn: Iterable[tuple[int, MaskState]]) -> tuple[Share, ...]:
    """How many masks passed, by how many their worker had drawn.

    Args:
        drawn: (worker, state) of every mask, the oldest first.
    """
    done: Counter[int] = Counter()
    passed: Counter[int] = Counter()
    decided: Counter[int] = Counter()
    for worker, state in drawn:
        done[worker] += 1
        if state in (MaskState.PASSED, MaskState.FAILED):
            decided[span_of(done[worker])] += 1
            passed[span_of(done[worker])] += state is MaskState.PASSED
    return tuple(Share(start, passed[start], decided[start], *wilson(passed[start], decided[start]))
                 for start in sorted(decided) if decided[start] >= LEAST)  # fmt: skip


def _pooled(workers: dict[int, tuple[tuple[int, float], ...]]) -> tuple[Pace, ...]:
    spans: defaultdict[int, list[float]] = defaultdict(list)
    for mine in workers.values():
        for start, share in mine:
            spans[start].append(share)
    found = []
    for start in sorted(spans):
        if len(spans[start]) > 1:
            low, middle, high = statistics.quantiles(spans[start], n=4, method="inclusive")
            found.append(Pace(start, len(spans[start]), low, middle, high))
    return tuple(found)
