"""Groups: connected components, named by their smallest row."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cocokit.near.grouping import groups, join, sizes_of

PAIRS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


def walked(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    """The smallest row that can be reached from each, by walking."""
    made = []
    for start in range(count):
        seen, todo = {start}, [start]
        while todo:
            row = todo.pop()
            near = {b for a, b in pairs if a == row} | {a for a, b in pairs if b == row}
            todo += near - seen
            seen |= near
        made.append(min(seen))
    return made


@given(PAIRS)
def test_groups_are_what_can_be_reached(pairs: list[tuple[int, int]]) -> None:
    assert groups(20, np.array(pairs, np.int64).reshape(-1, 2)).tolist() == walked(20, pairs)


@given(PAIRS, PAIRS)
def test_joining_groups_is_grouping_all_pairs(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    labels = [groups(20, np.array(pairs, np.int64).reshape(-1, 2)) for pairs in (first, second)]
    assert join(*labels).tolist() == walked(20, first + second)


def test_a_long_chain_in_any_order_is_one_group() -> None:
    chain = np.stack([np.arange(99_999), np.arange(1, 100_000)], axis=1)
    for pairs in (chain, chain[::-1], np.random.default_rng(0).permutation(chain)):
        label = groups(100_000, pairs)
        assert not label.any()
        assert (sizes_of(label) == 100_000).all()


def test_nothing_has_no_groups() -> None:
    assert groups(0, np.empty((0, 2), np.int64)).tolist() == []
