"""A point is in a mask exactly where the decoded mask says so."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as oracle

from cocokit import rle
from cocokit.campaign.mask_points import contains
from cocokit.domain.answers import Mask

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def mask_of(pixels: np.ndarray) -> Mask:
    """A mask with pycocotools' counts and box."""
    written = oracle.encode(np.asfortranarray(pixels, np.uint8))
    return Mask(*pixels.shape, written["counts"], float(pixels.sum()), tuple(oracle.toBbox(written).tolist()))


@settings(max_examples=200, deadline=None)
@given(MASKS, st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_every_pixel_is_where_the_decoded_mask_has_it(pixels: np.ndarray, dx: float, dy: float) -> None:
    mask = mask_of(pixels)
    height, width = pixels.shape
    found = [[contains(mask, math.nextafter(x + 1, x) if x + dx == x + 1 else x + dx,
                       math.nextafter(y + 1, y) if y + dy == y + 1 else y + dy)
              for x in range(width)] for y in range(height)]  # fmt: skip
    assert found == pixels.tolist()


@settings(max_examples=50, deadline=None)
@given(MASKS)
def test_the_far_edges_belong_to_the_last_pixels(pixels: np.ndarray) -> None:
    mask = mask_of(pixels)
    height, width = pixels.shape
    assert [contains(mask, width, y) for y in range(height)] == pixels[:, -1].tolist()
    assert [contains(mask, x, height) for x in range(width)] == pixels[-1].tolist()
    assert contains(mask, width, height) == pixels[-1, -1]


@settings(max_examples=200, deadline=None)
@given(MASKS, st.data())
def test_a_point_is_asked_as_its_pixel_is(pixels: np.ndarray, data: st.DataObject) -> None:
    """Anywhere, on the borders of the mask's box and of the image, and a hair beside them."""
    mask = mask_of(pixels)
    height, width = pixels.shape
    left, top, across, down = mask.bbox
    edges = st.sampled_from([0, left, left + across, top, top + down, width, height])
    coordinate = st.builds(lambda edge, beside: edge + beside, edges, st.sampled_from([0, 1e-9, -1e-9, 0.5, -0.5]))
    coordinate |= st.floats(-2, 12)
    x, y = data.draw(coordinate), data.draw(coordinate)
    inside = 0 <= x <= width and 0 <= y <= height
    pixel = min(math.floor(y), height - 1), min(math.floor(x), width - 1)
    assert contains(mask, x, y) == (inside and bool(pixels[pixel]))


@pytest.mark.parametrize("x, y", [(-0.1, 1), (1, -0.1), (3.1, 1), (1, 2.1), (math.nan, 1), (1, math.inf), (-1e300, 1)])
def test_outside_the_image_is_no_mask(x: float, y: float) -> None:
    assert not contains(mask_of(np.ones((2, 3), bool)), x, y)


def test_masks_of_one_text_and_two_shapes_are_not_confused() -> None:
    counts = rle.encode([[0, 1], [0, 1], [0, 1]]).counts
    assert isinstance(counts, bytes)
    tall, wide = Mask(3, 2, counts, 3.0, (1.0, 0.0, 1.0, 3.0)), Mask(2, 3, counts, 3.0, (1.0, 0.0, 2.0, 2.0))
    assert [contains(tall, x, 0) for x in range(2)] == [False, True]
    assert [contains(wide, x, 0) for x in range(3)] == [False, False, True]
    assert [contains(wide, x, 1) for x in range(3)] == [False, True, True]


def test_a_known_mask_is_asked_in_microseconds() -> None:
    y, x = np.mgrid[:480, :640]
    mask = mask_of((x - 300) ** 2 + (y - 200) ** 2 < 150**2)
    assert contains(mask, 300, 200)
    start = time.perf_counter()
    for i in range(10_000):
        contains(mask, 300, i % 480)
    assert time.perf_counter() - start < 0.5  # 50 microseconds each, some forty times what it takes
