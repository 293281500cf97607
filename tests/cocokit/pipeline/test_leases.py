"""Leases and clocks: a clock that jumps never loses a lease, and never makes one endless."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from cocokit.domain.stages import Stage
from cocokit.pipeline.leases import ManualClock, SteadyClock, anchored, expired, expiry
from cocokit.pipeline.settings import CampaignSettings

TIMES = st.integers(0, 2**42)
LENGTHS = st.integers(0, 10**9)


def test_a_lease_ends_after_the_stages_seconds() -> None:
    end = expiry(5_000, Stage.SPOT, CampaignSettings(lease_spot=300))
    assert end == 305_000
    assert [expired(now, 5_000, end) for now in (5_000, 304_999, 305_000, 10**9)] == [False, False, True, True]


@given(TIMES, TIMES, LENGTHS)
def test_a_lease_keeps_its_length_wherever_the_clock_is_set(now: int, leased_at: int, length: int) -> None:
    start, end = anchored(now, leased_at, leased_at + length)
    assert end - start == length
    assert start <= now or start == leased_at
    assert start == min(leased_at, now)


@given(TIMES, LENGTHS.filter(bool), st.integers(1, 2**42))
def test_a_clock_set_back_neither_ends_a_lease_nor_makes_it_endless(leased_at: int, length: int, back: int) -> None:
    now = leased_at - back
    assert not expired(now, leased_at, leased_at + length)
    start, end = anchored(now, leased_at, leased_at + length)  # what a keeper of leases stores
    assert not expired(now + length - 1, start, end)
    assert expired(now + length, start, end)


def test_an_end_before_the_beginning_is_no_time_at_all() -> None:
    assert anchored(100, 500, 400) == (100, 100)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(-1e6, 1e6)), max_size=20))
def test_the_steady_clock_follows_what_has_passed_and_not_the_machines_clock(
    steps: list[tuple[float, float]],
) -> None:
    wall, steady = [1_700_000_000.0], [50.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    before = first = clock.now()
    assert first == 1_700_000_000_000
    for passed, jump in steps:
        steady[0] += passed
        wall[0] += passed + jump
        assert clock.now() >= before
        before = clock.now()
    assert abs(before - first - 1000 * (steady[0] - 50)) <= 1


def test_the_steady_clock_tells_the_machines_time() -> None:
    assert abs(SteadyClock().now() - time.time() * 1000) < 1000


def test_the_manual_clock_stands_still() -> None:
    clock = ManualClock(7)
    assert (clock.now(), clock.now()) == (7, 7)
    clock.advance(3)
    assert clock.now() == 10
    clock.advance(-5)
    assert clock.now() == 5
