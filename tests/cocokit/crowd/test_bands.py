"""Bands: against a bootstrap written down in three lines, and where there is nothing to divide by."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.crowd.bands import DRAWS, NOTHING, Band, ratio, total

PARTS = st.lists(st.tuples(st.integers(0, 8), st.floats(0, 5), st.floats(0.1, 5)), min_size=1, max_size=30)


def test_a_ratio_is_that_of_sums_and_its_band_that_of_drawn_images() -> None:
    parts = [(image, float(image % 3), 3.0) for image in range(40)]
    found = ratio(parts, seed=3)
    chance = np.random.default_rng(0)
    drawn = [np.mean([parts[i][1] / 3 for i in chance.integers(0, 40, 40)]) for _ in range(4000)]
    assert found.value == pytest.approx(sum(p[1] for p in parts) / 120)
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.02)


@given(PARTS, st.integers(0, 3))
def test_rows_of_one_image_are_drawn_together_in_any_order(parts: list[tuple[int, float, float]], seed: int) -> None:
    whole = ratio(parts, seed)
    again = ratio(parts[::-1], seed)
    assert [whole.value, whole.low, whole.high] == pytest.approx([again.value, again.low, again.high])
    assert whole.low <= whole.high
    split = [(unit, a / 2, b / 2) for unit, a, b in parts for _ in range(2)]
    assert ratio(split, seed).high == pytest.approx(whole.high)


def test_one_image_has_no_width() -> None:
    assert ratio([(5, 1, 4), (5, 2, 4)], 0) == Band(0.375, 0.375, 0.375)
    assert total([(5, 1), (5, 2)], 0) == Band(3, 3, 3)


def test_nothing_is_no_number_and_null_in_json() -> None:
    assert ratio([], 0) is NOTHING
    assert ratio([(1, 0.0, 0.0)], 0) is NOTHING
    assert math.isnan(total([], 0).value)
    assert NOTHING.json() == [None, None, None]
    assert Band(1 / 3, 0, 1).json() == [0.333333, 0, 1]


def test_a_total_s_band_is_as_wide_as_its_images_differ() -> None:
    same, mixed = total([(i, 1.0) for i in range(50)], 0), total([(i, 2.0 * (i % 2)) for i in range(50)], 0)
    assert same == Band(50, 50, 50)
    assert mixed.value == 50
    assert mixed.high - mixed.low == pytest.approx(4 * math.sqrt(50), rel=0.15)
    assert DRAWS >= 500
