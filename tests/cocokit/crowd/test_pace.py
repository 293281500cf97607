"""Speed beside the others and agreement with them, against the same rules in plain loops."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.crowd.pace import speed_percentiles
from cocokit.crowd.vote_agreement import vote_agreement

TIMES = st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["label", "spot"]), st.integers(0, 9)), max_size=40)
VOTES = st.dictionaries(st.tuples(st.integers(1, 6), st.integers(1, 5)), st.booleans(), max_size=30)


@given(TIMES)
def test_speed_is_what_counting_says(times: list[tuple[int, str, int]]) -> None:
    found = speed_percentiles(times)
    for worker in range(1, 6):
        total, weight = 0.0, 0
        for stage in ("label", "spot"):
            middles = {
                w: statistics.median(took)
                for w in range(1, 6)
                if (took := [ms for who, where, ms in times if (who, where) == (w, stage) and ms > 0])
            }
            if worker not in middles or len(middles) < 2:
                continue
            others = [m for w, m in middles.items() if w != worker]
            share = sum((m > middles[worker]) + (m == middles[worker]) / 2 for m in others) / len(others)
            count = sum((who, where) == (worker, stage) and ms > 0 for who, where, ms in times)
            total, weight = total + share * count, weight + count
        assert found.get(worker) == (pytest.approx(total / weight) if weight else None)


@given(VOTES)
def test_votes_agree_with_most_of_the_others(votes: dict[tuple[int, int], bool]) -> None:
    rows = [(worker, mask, good) for (worker, mask), good in votes.items()]
    found = vote_agreement(rows)
    for worker in range(1, 7):
        agreed = differed = 0
        for who, mask, good in rows:
            others = [g for w, m, g in rows if m == mask and w != worker]
            if who == worker and others.count(True) != others.count(False):
                same = good == (others.count(True) > others.count(False))
                agreed, differed = agreed + same, differed + (not same)
        assert found.get(worker) == (pytest.approx(agreed / (agreed + differed)) if agreed + differed else None)
