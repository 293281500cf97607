"""At most so many photos of one photographer in any window."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.collection.window import Windows, seconds
from cocokit.errors import ParamsError

STREAM = st.lists(st.tuples(st.sampled_from("ab"), st.one_of(st.none(), st.integers(0, 60))), max_size=40)


def crowded(times: list[int | None], most: int, length: float) -> bool:
    """Whether any most + 1 photos may lie in one window: those without a date lie wherever it is worst."""
    undated = times.count(None)
    dated = [time for time in times if time is not None]
    for starts in [None, *dated]:
        inside = [t for t in dated if starts is not None and starts <= t <= starts + length]
        if len(inside) + undated > most:
            return True
    return False


@given(STREAM, st.integers(1, 5), st.sampled_from([0, 1, 7, 24, 100]))
def test_no_window_anywhere_holds_more_and_no_photo_is_refused_for_nothing(
    stream: list[tuple[str, int | None]], most: int, length: float
) -> None:
    windows, kept = Windows(most, length), {"a": list[int | None](), "b": list[int | None]()}
    for who, taken in stream:
        allowed = not crowded([*kept[who], taken], most, length)
        assert windows.has_room(who, taken) == allowed
        assert windows.let_in(who, taken) == allowed
        if allowed:
            kept[who].append(taken)
    for times in kept.values():
        dated = sorted(time for time in times if time is not None)
        assert all(max(group) - min(group) > length for group in combinations(dated, most + 1))


def test_a_burst_around_midnight_is_one_window() -> None:
    windows = Windows(5, 24 * 3600)
    late = [23 * 3600.0 + i for i in range(4)]
    early = [25 * 3600.0 + i for i in range(4)]
    assert [windows.let_in("ann", t) for t in late + early] == [True] * 5 + [False] * 3
    assert windows.let_in("ann", 24 * 3600 * 3)
    assert windows.let_in("bob", late[0])


def test_what_came_in_under_another_rule_counts() -> None:
    windows = Windows(2, 60)
    for t in (0.0, 1.0, 2.0):
        windows.add("ann", t)
    assert not windows.has_room("ann", 61.0)
    assert windows.has_room("ann", 62.0)


@pytest.mark.parametrize("text", ["", "h", "-1h", "24 hours", "1e3", "nan"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        seconds(text)


def test_a_rule_that_cannot_be() -> None:
    with pytest.raises(ParamsError, match="per_photographer is 0"):
        Windows(0, 1)
