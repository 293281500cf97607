"""Boundary IoU follows its paper: bands by erosion, pixel by pixel."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from cocokit import rle
from cocokit.boundary import boundary_iou, boundary_score, radius_px
from cocokit.errors import DataError, ParamsError
from cocokit.types import Rle

SHAPES = st.tuples(st.integers(1, 24), st.integers(1, 24))
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape)))
RADII = st.sampled_from([0.01, 0.04, 0.09, 0.2])


def band(mask: np.ndarray, radius: float) -> np.ndarray:
    """What the authors' program does: pad, erode by a square of three, d times, subtract."""
    width = max(1, round(radius * math.sqrt(mask.shape[0] ** 2 + mask.shape[1] ** 2)))
    eroded = ndimage.binary_erosion(np.pad(mask, 1), np.ones((3, 3)), iterations=width)[1:-1, 1:-1]
    return mask & ~eroded


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    joined = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / joined if joined else 0.0


def disc(height: int, width: int, y: float, x: float, r: float) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return (rows - y) ** 2 + (columns - x) ** 2 <= r**2


@settings(max_examples=300, deadline=None)
@given(PAIRS, RADII)
def test_the_band_is_what_erosion_takes_away(pair: tuple[np.ndarray, np.ndarray], radius: float) -> None:
    a, b = pair
    found = boundary_iou(rle.encode(a), rle.encode(b), radius)
    assert found == overlap(band(a, radius), band(b, radius))
    assert boundary_score(rle.encode(a), rle.encode(b), radius) == min(found, overlap(a, b))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_large_instances_too(seed: int) -> None:
    chance = np.random.default_rng(seed)
    y, x, r = chance.uniform(0, 120), chance.uniform(0, 160), chance.uniform(1, 90)
    a = disc(120, 160, y, x, r)
    b = disc(120, 160, *(np.array([y, x, r]) + chance.normal(0, 3, 3))) & (chance.random((120, 160)) > 0.001)
    assert boundary_iou(rle.encode(a), rle.encode(b)) == overlap(band(a, 0.02), band(b, 0.02))


@settings(max_examples=50, deadline=None)
@given(PAIRS, RADII)
def test_order_and_mirror_images_do_not_matter(pair: tuple[np.ndarray, np.ndarray], radius: float) -> None:
    a, b = pair
    found = boundary_iou(rle.encode(a), rle.encode(b), radius)
    assert found == boundary_iou(rle.encode(b), rle.encode(a), radius)
    assert found == boundary_iou(rle.encode(a[::-1]), rle.encode(b[::-1]), radius)
    assert found == boundary_iou(rle.encode(a.T), rle.encode(b.T), radius)
    assert 0 <= found <= 1
    assert boundary_iou(rle.encode(a), rle.encode(a), radius) == float(a.any())


def test_a_coarse_outline_costs_more_than_mask_iou_says() -> None:
    fine = disc(480, 640, 240, 320, 150)
    coarse = rle.from_polygons([[320 + 150 * f(t) for t in np.arange(6) * math.pi / 3
                                 for f in (math.cos, lambda t: math.sin(t) - 80 / 150)]], 480, 640)  # fmt: skip
    truth = rle.encode(fine)
    assert rle.iou([coarse], [truth], [False])[0, 0] > 0.8
    assert boundary_score(coarse, truth) == boundary_iou(coarse, truth) < 0.4


def test_both_forms_of_counts_and_empty_runs() -> None:
    mask = disc(40, 30, 20, 15, 9)
    text = rle.encode(mask)
    lengths = rle.uncompress(text)
    assert isinstance(lengths.counts, tuple)
    padded = Rle(40, 30, (*lengths.counts[:1], 0, 0, *lengths.counts[1:], 0, 0))
    assert boundary_iou(text, lengths) == boundary_iou(text, padded) == 1


def test_nothing_shares_nothing() -> None:
    empty, full = rle.encode(np.zeros((8, 8))), rle.encode(np.ones((8, 8)))
    assert boundary_iou(empty, empty) == boundary_iou(empty, full) == boundary_score(full, empty) == 0
    assert boundary_iou(Rle(0, 0, ()), Rle(0, 0, b"")) == 0


def test_the_radius_is_the_papers() -> None:
    assert radius_px(480, 640) == 16
    assert radius_px(10, 10) == 1
    for wrong in (0.0, -0.1, math.nan, math.inf):
        with pytest.raises(ParamsError, match="radius is .*; give a positive fraction"):
            radius_px(480, 640, wrong)


def test_masks_of_two_images_are_refused() -> None:
    with pytest.raises(DataError, match=r"one is 4 x 6 px and the other 6 x 4; compare masks of one image"):
        boundary_iou(Rle(4, 6, (24,)), Rle(6, 4, (24,)))
    with pytest.raises(DataError, match="runs that do not sum"):
        boundary_iou(Rle(4, 6, (25,)), Rle(4, 6, (24,)))


def test_a_typical_mask_takes_less_than_a_millisecond() -> None:
    a, b = rle.encode(disc(480, 640, 240, 320, 80)), rle.encode(disc(480, 640, 243, 318, 82))
    boundary_score(a, b)
    best = min(_seconds(a, b) for _ in range(20))
    assert best < 0.005, f"{best * 1000:.2f} ms"  # 0.3 on a quiet machine


def _seconds(a: Rle, b: Rle) -> float:
    start = time.perf_counter()
    boundary_score(a, b)
    return time.perf_counter() - start
