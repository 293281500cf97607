"""Estimates: priors first, medians later, and an end that is only foretold while people work."""

from __future__ import annotations

import math
import random
from statistics import median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.domain.stages import Stage
from cocokit.pipeline.cost import Eta, Timing, eta, stage_costs
from cocokit.pipeline.settings import CampaignSettings

COCO = CampaignSettings()


def test_the_papers_hours() -> None:
    (segment,) = stage_costs({Stage.SEGMENT: 1000}, {}, COCO)
    assert segment.hours == pytest.approx(22, abs=0.1)  # "over 22 worker hours per 1,000"
    assert segment.cents == 1000 * COCO.pay_segment
    (label,) = stage_costs({Stage.LABEL: 328_000 * 8}, {}, COCO)
    assert label.hours == pytest.approx(20_000, rel=0.02)


def test_a_prior_gives_way_to_thirty_answers() -> None:
    few, enough = Timing(29, 10.0, (8.0, 12.0)), Timing(30, 10.0, (8.0, 12.0))
    costs = stage_costs({Stage.SPOT: 5, Stage.LABEL: 5}, {Stage.LABEL: few, Stage.SPOT: enough}, COCO)
    assert [(c.stage, c.seconds, c.measured) for c in costs] == [(Stage.LABEL, 27.0, False), (Stage.SPOT, 10.0, True)]
    (sooner,) = stage_costs({Stage.LABEL: 5}, {Stage.LABEL: few}, COCO.changed(measured_after=29))
    assert sooner.measured


def test_the_error_of_a_median_is_what_repetition_shows() -> None:
    rng = random.Random(0)
    draws = [[rng.gauss(30, 6) for _ in range(100)] for _ in range(2000)]
    medians = [median(draw) for draw in draws]
    spread = math.sqrt(sum((m - 30) ** 2 for m in medians) / len(medians))
    low, _, high = quantiles(draws[0], n=4)
    (cost,) = stage_costs({Stage.LABEL: 1}, {Stage.LABEL: Timing(100, medians[0], (low, high))}, COCO)
    assert cost.error == pytest.approx(spread, rel=0.25)


def test_the_end_is_work_over_pace() -> None:
    found = eta(stage_costs({Stage.LABEL: 4000}, {}, COCO), [0.5] * 20)
    assert found is not None
    assert found.hours == pytest.approx(4000 * 27 / 3600 / 10)
    assert found.low < found.hours < found.high


def test_without_workers_there_is_no_end() -> None:
    costs = stage_costs({Stage.LABEL: 1}, {}, COCO)
    assert eta(costs, []) is None
    assert eta(costs, [0.0, 0.0]) is None


def test_without_work_the_end_is_now() -> None:
    assert eta([], []) == eta(stage_costs({Stage.LABEL: 0}, {}, COCO), [1.0]) == Eta(0.0, 0.0, 0.0)


def test_more_workers_and_measured_times_narrow_the_band() -> None:
    def width(workers: int, timings: dict[Stage, Timing]) -> float:
        found = eta(stage_costs({Stage.LABEL: 1000}, timings, COCO), [1.0] * workers)
        assert found is not None
        return found.high / found.low

    measured = {Stage.LABEL: Timing(1000, 27.0, (20.0, 35.0))}
    assert width(100, measured) < width(5, measured) < width(1, measured)
    assert width(100, measured) < width(100, {})
    assert width(100, measured) < 1.6


@given(st.dictionaries(st.sampled_from(list(Stage)), st.integers(0, 10**7)), st.lists(st.floats(0, 1), max_size=50))
def test_a_band_holds_its_estimate(answers: dict[Stage, int], worked: list[float]) -> None:
    found = eta(stage_costs(answers, {}, COCO), worked)
    if found is not None:
        assert 0 <= found.low <= found.hours <= found.high


@pytest.mark.parametrize("workers", [10, 60])
def test_the_band_holds_the_truth_about_nineteen_times_of_twenty(workers: int) -> None:
    rng = random.Random(1)
    held, trials = 0, 600
    costs = stage_costs({Stage.LABEL: 10_000}, {Stage.LABEL: Timing(2000, 27.0, (20.0, 34.0))}, COCO)
    for _ in range(trials):
        seen = [0.5] * sum(rng.random() < workers / 1000 for _ in range(1000))  # who came in the last hour, of many
        found = eta(costs, seen)
        truth = 10_000 * 27 / 3600 / (0.5 * workers)
        held += found is not None and found.low <= truth <= found.high
    assert 0.92 <= held / trials <= 0.99
