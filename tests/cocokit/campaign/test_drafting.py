"""What an hour of work earns: planned, and by the times of a pilot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.campaign.drafting import MEASURED, SPREAD, times_of, wages
from cocokit.domain.stages import Stage
from cocokit.pipeline.settings import CampaignSettings
from cocokit.store.database import Database

SETTINGS = CampaignSettings()


def test_planned_wages_and_their_slow_quarter() -> None:
    for wage in wages(SETTINGS, list(Stage)):
        assert wage.hourly == pytest.approx(3600 * SETTINGS.pay(wage.stage) / SETTINGS.prior(wage.stage))
        assert wage.slow == pytest.approx(wage.hourly / SPREAD)
        assert wage.measured == 0
    spread = np.quantile(np.random.default_rng(0).lognormal(0, 0.4, 200_000), 0.75)
    assert pytest.approx(spread, abs=0.01) == SPREAD


@given(st.lists(st.floats(0.5, 5000), min_size=MEASURED, max_size=60))
def test_measured_wages_are_at_the_quartiles_of_time(times: list[float]) -> None:
    (wage,) = wages(SETTINGS, [Stage.SEGMENT], {Stage.SEGMENT: times})
    middle, slow = np.percentile(times, [50, 75])
    assert wage.measured == len(times)
    assert wage.hourly == pytest.approx(3600 * wage.cents / middle)
    assert wage.slow == pytest.approx(3600 * wage.cents / slow)
    assert wage.slow <= wage.hourly


def test_a_few_answers_are_no_measurement() -> None:
    (wage,) = wages(SETTINGS, [Stage.LABEL], {Stage.LABEL: [1.0] * (MEASURED - 1)})
    assert wage.seconds == SETTINGS.prior(Stage.LABEL)


def test_a_pilot_that_is_not_there_has_no_times() -> None:
    database = Database("sqlite://", durable=False)
    database.create_tables()
    assert times_of(database, "nothing") == {}
    database.close()
