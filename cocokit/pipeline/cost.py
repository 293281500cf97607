"""Hours, money, and when a campaign may end: from priors, and from measured times once there are enough."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cocokit.domain.stages import Stage

from .intervals import Z95
from .settings import CampaignSettings


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the answers of a stage took.

    Attributes:
        count: how many were measured.
        median: active seconds.
        quartiles: seconds that a quarter of the answers stayed under, and a quarter went over.
    """

    count: int
    median: float
    quartiles: tuple[float, float]


@dataclass(frozen=True, slots=True)
class StageCost:
    """What the answers of a stage take.

    Attributes:
        stage: the stage.
        answers: how many.
        seconds: for one answer.
        error: standard error of ``seconds``.
        measured: ``seconds`` is a median of this campaign, not a prior.
        cents: pay for all of them.
    """

    stage: Stage
    answers: int
    seconds: float
    error: float
    measured: bool
    cents: float

    @property
    def hours(self) -> float:
        """Of work for all of them."""
        return self.answers * self.seconds / 3600


@dataclass(frozen=True, slots=True)
class Eta:
    """Hours until the known work is done: the estimate, and a band that holds the truth about 19 times out of 20."""

    low: float
    hours: float
    high: float


def stage_costs(
    answers: Mapping[Stage, int], timings: Mapping[Stage, Timing], settings: CampaignSettings,
) -> tuple[StageCost, ...]:
    """What some answers take in time and pay.

    Args:
        answers: how many of each stage.
        timings: what was measured so far; may be empty.
        settings: pay, priors, and after how many answers a measured median is believed.
    """
    return tuple(_cost(stage, answers[stage], timings.get(stage), settings) for stage in Stage if stage in answers)


def eta(costs: Sequence[StageCost], worked: Sequence[float]) -> Eta | None:
    """When the remaining answers may be done, if as many people go on working as much as lately.

    It knows the places that are open now. What these open in turn (spots of a label, a failed mask) comes on top, so
    early in a campaign it is a lower bound.

    The band joins two doubts: the error of the seconds for an answer, and the coming and going of workers. The work of
    n independent people who come and go at random varies with the sum of the squares of what each one does.

    Args:
        costs: of the answers that remain.
        worked: for each worker of late, hours of work in an hour of the wall's clock (0.5: half of the time).

    Returns:
        None if nobody works: there is no honest answer.
    """
    work, rate = math.fsum(cost.hours for cost in costs), math.fsum(worked)
    if not work:
        return Eta(0.0, 0.0, 0.0)
    hours = work / rate if rate > 0 else math.inf
    if math.isinf(hours):
        return None
    of_times = math.fsum((cost.answers * cost.error / 3600) ** 2 for cost in costs) / work**2
    of_workers = math.fsum((share / rate) ** 2 for share in worked)
    factor = math.exp(Z95 * math.sqrt(of_times + of_workers))
    return Eta(hours / factor, hours, hours * factor)


def _cost(stage: Stage, answers: int, timing: Timing | None, settings: CampaignSettings) -> StageCost:
    measured = timing is not None and timing.count >= settings.measured_after
    seconds, error = settings.prior(stage), settings.prior(stage) * settings.prior_spread
    if timing is not None and measured:
        seconds, error = timing.median, _error_of_median(timing)
    return StageCost(stage, answers, seconds, error, measured, answers * settings.pay(stage))


def _error_of_median(timing: Timing) -> float:
    """Standard error, as for a normal distribution with these quartiles, which lie 1.349 deviations apart."""
    deviation = (timing.quartiles[1] - timing.quartiles[0]) / 1.349
    return math.sqrt(math.pi / 2) * deviation / math.sqrt(timing.count)
