"""Masks, polygons and boxes turn into one another without losing a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cocokit import geometry, rle
from cocokit.errors import DataError

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))
RING = np.ones((5, 5), bool)
RING[2, 2] = False


@settings(max_examples=300, deadline=None)
@given(MASKS)
@example(RING)
@example(np.eye(4, dtype=bool))
@example(np.eye(4, dtype=bool) == 0)
def test_a_mask_comes_back_from_its_polygons(mask: np.ndarray) -> None:
    polygons = geometry.mask_to_polygons(mask)
    assert np.array_equal(rle.decode(rle.from_polygons(polygons, *mask.shape)), mask)
    assert geometry.polygons_area(polygons) == mask.sum()
    assert all(geometry.why_invalid(ring) == "" for ring in polygons)


@settings(max_examples=100, deadline=None)
@given(MASKS)
def test_the_box_of_polygons_is_the_box_of_their_mask(mask: np.ndarray) -> None:
    assert geometry.polygons_to_box(geometry.mask_to_polygons(mask)) == rle.bbox(rle.encode(mask))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(1, 9))
def test_a_box_of_whole_pixels_comes_back_from_its_mask(x: int, y: int, w: int, h: int) -> None:
    assert rle.bbox(rle.from_bbox((x, y, w, h), 20, 20)) == (x, y, w, h)
    assert geometry.polygons_to_box([geometry.box_to_polygon((x, y, w, h))]) == (x, y, w, h)
    assert geometry.polygon_area(geometry.box_to_polygon((x, y, w, h))) == w * h


def test_a_simplified_disc_keeps_its_shape_with_fewer_points() -> None:
    y, x = np.mgrid[:60, :60]
    disc = (x - 30) ** 2 + (y - 30) ** 2 < 25**2
    exact, rough = geometry.mask_to_polygons(disc), geometry.mask_to_polygons(disc, 1.0)
    again = rle.decode(rle.from_polygons(rough, 60, 60))
    assert len(rough[0]) < len(exact[0]) / 2
    assert (again & disc).sum() / (again | disc).sum() > 0.95


def test_what_is_wrong_with_a_polygon_is_said() -> None:
    assert geometry.why_invalid([0, 0, 1, 0, 1]) == "an odd number of coordinates"
    assert geometry.why_invalid([0, 0, 1, 0, float("nan"), 1]) == "a coordinate that is no number"
    assert "Self-intersection" in geometry.why_invalid([0, 0, 2, 2, 2, 0, 0, 2])


def test_a_bow_tie_is_repaired_into_two_triangles() -> None:
    parts = geometry.repair([[0, 0, 2, 2, 2, 0, 0, 2]])
    assert sorted(geometry.polygon_area(p) for p in parts) == [1.0, 1.0]


def test_nothing_is_no_polygon() -> None:
    assert geometry.repair([]) == ()
    assert geometry.polygons_to_box([]) == (0.0, 0.0, 0.0, 0.0)
    assert geometry.polygons_area([]) == 0.0


def test_a_mask_of_three_dimensions_is_refused() -> None:
    with pytest.raises(DataError, match=r"shape \(2, 2, 2\)"):
        geometry.mask_to_polygons(np.zeros((2, 2, 2)))
