"""Pauses read from headers, and pauses after failures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.collection.limits import Clock, Limits, PauseError, pause_of
from tests.fake_sources.server import FakeTime

NOW = 1_500_000_000.0


@pytest.mark.parametrize(
    "headers, wait",
    [
        ({}, 0), ({"retry-after": "7"}, 7.5), ({"Retry-After": "0"}, 0), ({"Retry-After": "soon"}, 60.5),
        ({"Retry-After": "Fri, 14 Jul 2017 02:41:00 GMT"}, 60.5), ({"Retry-After": "Fri, 14 Jul 2000 02:40:00 GMT"}, 0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 90)}, 90.5),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "12"}, 12.5),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "12"}, 0),
        ({"X-RateLimit-Available-anon_burst": "5", "X-RateLimit-Limit-anon_burst": "20/min",
          "X-RateLimit-Available-anon_sustained": "0", "X-RateLimit-Limit-anon_sustained": "200/day"}, 86400.5),
        ({"X-RateLimit-Remaining": "0"}, 60.5), ({"X-RateLimit-Remaining": "none"}, 0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "5/10s", "Retry-After": "2"}, 10.5),
    ],
)  # fmt: skip
def test_what_headers_ask_for(headers: dict[str, str], wait: float) -> None:
    assert pause_of(headers, NOW) == wait


@given(st.dictionaries(st.sampled_from(["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset",
                                        "X-RateLimit-Limit"]), st.text(max_size=30)))  # fmt: skip
def test_hostile_headers_are_a_pause_or_none(headers: dict[str, str]) -> None:
    assert pause_of(headers, NOW) >= 0


def test_requests_are_spaced() -> None:
    time = FakeTime()
    limits = Limits("x", time.clock, 2.0)
    start = time.now
    for _ in range(5):
        limits.before()
    assert time.now - start == 8.0


def test_pauses_grow_after_failures_and_never_beyond_a_minute() -> None:
    time = FakeTime()
    limits, waits = Limits("x", time.clock, 0.0), []
    for attempt in range(1, 12):
        limits.failed(attempt, {})
        before = time.now
        limits.before()
        waits.append(time.now - before)
    assert all(2.0**n / 2 <= wait <= 2.0**n for n, wait in enumerate(waits[:5], start=1))
    assert max(waits) <= 60


def test_a_pause_beyond_our_patience_is_told() -> None:
    time = FakeTime()
    limits = Limits("openverse", time.clock, 1.0)
    limits.after({"Retry-After": "86400"})
    with pytest.raises(PauseError, match=r"^openverse wants no request for 24\.0 h; run the same command again|then"):
        limits.before()
    assert time.slept == 0


def test_the_clock_is_the_computers_if_nobody_brings_one() -> None:
    assert Clock().now() > NOW
