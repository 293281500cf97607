"""``cocokit.eval.dropin.mask`` and ``pycocotools.mask`` give the same, for sensible and for odd arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as theirs

from cocokit.errors import CocokitError
from cocokit.eval.dropin import mask as ours

# pycocotools' own decode() is older than NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PIXELS = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 2))
BOXES = st.lists(st.lists(st.floats(-9, 9, width=32), min_size=4, max_size=4), min_size=1, max_size=4)
FLAGS = st.lists(st.integers(0, 1), min_size=4, max_size=4)
ONE = {"size": [2, 2], "counts": b"22"}
RING = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0]


def outcome(call: Any, *args: Any) -> Any:
    """What comes back, with its type and layout, or the kind of exception."""
    try:
        found = call(*args)
    except Exception as error:
        return Exception if isinstance(error, CocokitError) and not isinstance(error, ValueError) else type(error)
    if isinstance(found, (np.ndarray, np.generic)):
        layout = found.flags.f_contiguous, found.flags.c_contiguous
        return type(found), found.dtype, found.shape, found.tolist(), layout
    return found


def same(name: str, *args: Any) -> bool:
    return bool(outcome(getattr(ours, name), *args) == outcome(getattr(theirs, name), *args))


@settings(max_examples=150, deadline=None)
@given(PIXELS)
def test_masks_are_encoded_decoded_and_measured_alike(pixels: np.ndarray) -> None:
    stack = np.asfortranarray(np.stack([pixels, 1 - pixels.clip(0, 1)], axis=2))
    for array in (np.asfortranarray(pixels), stack, stack.astype(bool), pixels, stack[::-1]):
        assert same("encode", array)
    rles = theirs.encode(stack)
    for name in ("decode", "area", "toBbox", "merge"):
        assert same(name, rles)
        assert same(name, rles[0])
    assert same("merge", rles, 1)
    text = {"size": rles[0]["size"], "counts": rles[0]["counts"].decode()}
    assert same("decode", text)


@settings(max_examples=150, deadline=None)
@given(st.lists(arrays(np.uint8, (5, 6), elements=st.integers(0, 1)), min_size=1, max_size=4), FLAGS)
def test_iou_of_masks_is_alike(masks: list[np.ndarray], flags: list[int]) -> None:
    rles = theirs.encode(np.asfortranarray(np.stack(masks, axis=2)))
    other = [*rles[1:], {"size": [6, 5], "counts": rles[0]["counts"]}]
    assert same("iou", rles, rles, flags[: len(rles)])
    assert same("iou", rles, other, flags[: len(other)])
    assert same("iou", rles, [], [])


@settings(max_examples=150, deadline=None)
@given(BOXES, BOXES, FLAGS)
def test_iou_of_boxes_is_alike(dt: list[list[float]], gt: list[list[float]], flags: list[int]) -> None:
    crowd = flags[: len(gt)]
    assert same("iou", dt, gt, crowd)
    assert same("iou", np.array(dt), np.array(gt, np.float32), np.array(crowd, bool))
    assert same("iou", np.asfortranarray(dt), gt, crowd)  # read in memory order


@settings(max_examples=100, deadline=None)
@given(BOXES, st.integers(1, 9), st.integers(1, 9))
def test_boxes_and_polygons_are_drawn_alike(boxes: list[list[float]], h: int, w: int) -> None:
    assert same("frPyObjects", np.array(boxes), h, w)
    assert same("frPyObjects", np.asfortranarray(boxes), h, w)
    ring = [v for box in boxes for v in box] + [1.0, 2.0]
    assert same("frPyObjects", [ring, ring[:4], []], h, w)


@pytest.mark.parametrize(
    "args",
    [([RING], 4.9, np.float64(5)), ([RING], True, 3), ([RING], -1, 3), ([RING], "4", 4), ([RING], None, 4), ([], 4, 4),
     ([1, 2, 3, 4], 4, 4), ([[1, 2, 3, 4]], 4, 4), ([[1, 2]], 4, 4), ([[1, 2, 3, 4, 5]], 4, 4),
     (np.array([[0, 0, 2, 2]]), 4, 4),
     (np.zeros(4), 4, 4), (np.zeros((0, 4)), 4, 4), ({"counts": [3, -1], "size": [2, 2]}, 4, 4),
     ({"counts": [3.7, 1], "size": [2, 2]}, 4, 4), ({"counts": "22", "size": [2, 2]}, 4, 4),
     ([{"counts": [2, 2], "size": [2, 2]}], 4, 4), ({"counts": [], "size": [2, 2]}, 4, 4),
     ({"counts": [[2, 2]], "size": [2, 2]}, 4, 4), ({"size": [2, 2]}, 4, 4), ("x", 4, 4), ((1, 2, 3, 4, 5), 4, 4),
     ([[RING]], 4, 4), ([["a"] * 6], 4, 4), ([np.array(RING)], 4, 4), ([np.zeros((5, 2))], 4, 4),
     ({"counts": [2**32], "size": [2, 2]}, 4, 4)],
)  # fmt: skip
def test_odd_outlines_have_the_same_outcome(args: Any) -> None:
    assert same("frPyObjects", *args)


@pytest.mark.parametrize(
    "args",
    [([], [], []), ([ONE], [], []), ([ONE], [ONE], []), ([ONE], [ONE], 0), ([ONE], [ONE], [True]),
     ([ONE], [ONE], [256]), ([ONE], [ONE], [0.5]), ([ONE], [ONE], None), ([ONE], [], [1]),
     ([ONE], np.zeros((1, 4)), [0]),
     (np.zeros((2, 3)), np.zeros((1, 4)), [0]), (np.array([1.0]), [ONE], [0]), (np.array([2, 7]), [ONE], [0]),
     (np.array([1]), [ONE], [0]), (np.array([3, 1]), [ONE], [0]), ((1, 2), [ONE], [0]),
     ([ONE, [0, 0, 1, 1]], [ONE], [0]), ([5], [ONE], [0]),
     (ONE, [ONE], [0]), ([[0, 0, 2, "a"]], [[1, 0, 2, 2]], [0]), ("", [ONE], [0]),
     ("ab", [ONE], [0])],
)  # fmt: skip
def test_odd_sides_of_an_iou_have_the_same_outcome(args: Any) -> None:
    assert same("iou", *args)


@pytest.mark.parametrize(
    "rle",
    [(ONE,), {"size": [2, 2], "counts": [2, 2]}, {"size": [2, 2], "counts": None}, {"size": [2, 2]}, {"counts": b"22"},
     {"size": [2, 2], "counts": "29"}, {"size": [2.0, 2], "counts": "22"}, {"size": [-2, 2], "counts": "22"},
     {"size": [2], "counts": "22"}, {"size": [2, 2], "counts": bytearray(b"22")}],
)  # fmt: skip
def test_odd_rles_have_the_same_outcome(rle: Any) -> None:
    for name in ("decode", "area", "toBbox"):
        assert same(name, rle)
        assert same(name, [rle])


@pytest.mark.parametrize(
    "args", [([],), ([ONE],), ([ONE, {"size": [2, 3], "counts": b"6"}],), ([ONE, ONE], None), ([ONE, ONE], 2.5), (ONE,)]
)
def test_odd_merges_have_the_same_outcome(args: Any) -> None:
    assert same("merge", *args)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros(3, np.uint8), [[1]], np.zeros((0, 3), np.uint8), np.zeros((2, 3, 0), np.uint8),
     np.zeros((2, 2), np.int64, order="F")],
)  # fmt: skip
def test_odd_masks_have_the_same_outcome(pixels: Any) -> None:
    assert same("encode", pixels)


def test_more_than_255_masks_have_areas() -> None:
    assert ours.area([ONE] * 300).tolist() == [2] * 300


def test_masks_longer_than_others_end_instead_of_hanging() -> None:
    with pytest.raises(ValueError, match="different numbers"):
        ours.merge([ONE, {"size": [2, 2], "counts": b"23"}])
    with pytest.raises(ValueError, match="Invalid RLE"):
        ours.decode([])
