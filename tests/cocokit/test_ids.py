"""Columns of ids against plain loops."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cocokit.columns import Images
from cocokit.ids import distinct, repeated, rows_not_in, run_starts, sizes_of_images

near = st.lists(st.integers(-3, 6), max_size=20)
far = st.lists(st.sampled_from([-(2**63), -5, 0, 1, 2, 2**40, 2**63 - 1]), max_size=20)
columns = near | far


def column(ids: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(ids, np.int64)


@given(columns)
def test_distinct_ids_are_rising(ids: list[int]) -> None:
    assert distinct(column(ids)).tolist() == sorted(set(ids))


@given(columns)
def test_an_id_is_repeated_where_an_earlier_row_has_it(ids: list[int]) -> None:
    assert repeated(column(ids)).tolist() == [i for i, value in enumerate(ids) if value in ids[:i]]


@given(columns)
def test_a_run_starts_where_the_id_changes(ids: list[int]) -> None:
    assert run_starts(column(ids)).tolist() == [i for i, value in enumerate(ids) if i == 0 or value != ids[i - 1]]


@given(columns, columns)
def test_rows_whose_id_is_not_known_are_found(ids: list[int], known: list[int]) -> None:
    found = rows_not_in(column(ids), distinct(column(known)))
    assert found.tolist() == [i for i, value in enumerate(ids) if value not in known]


@given(near, near)
def test_an_image_has_the_size_of_the_last_one_with_its_id(known: list[int], ids: list[int]) -> None:
    height, width = np.arange(len(known)) + 1, np.arange(len(known)) + 100
    sizes = {image: [h, w] for image, h, w in zip(known, height.tolist(), width.tolist(), strict=True)}
    found = sizes_of_images(Images(column(known), width, height), column(ids))
    assert found.tolist() == [sizes.get(image, [0, 0]) for image in ids]
