"""Merging beside a twin that counts pixels anew at every step; ranks; what is found in made pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.classic.region_looks import bins, looks
from cocokit.baselines.classic.segments import touching
from cocokit.baselines.classic.selective import MODES, Strategies, hierarchies, merged, selective_search

SINGLE = Strategies(("grey",), ("CTSF",), (30,))


def naive(segments: np.ndarray, binned: np.ndarray, measure: str) -> list[list[int]]:
    """The boxes of all unions, from the pixels of every pair at every step."""

    def histogram(mask: np.ndarray, planes: np.ndarray) -> np.ndarray:
        return np.bincount(planes[:, mask].ravel(), minlength=25 * 9 + 80 * 9) / (len(planes) * mask.sum())

    def box(mask: np.ndarray) -> list[int]:
        ys, xs = np.nonzero(mask)
        return [int(n) for n in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)]

    def likeness(a: np.ndarray, b: np.ndarray) -> float:
        total, channels = 0.0, len(binned) // 9
        for letter, planes in (("C", binned[:channels]), ("T", binned[channels:])):
            if letter in measure:
                total += np.minimum(histogram(a, planes), histogram(b, planes)).sum()
        if "S" in measure:
            total += 1 - (a | b).sum() / a.size
        if "F" in measure:
            x0, y0, x1, y1 = box(a | b)
            total += 1 - ((x1 - x0) * (y1 - y0) - (a | b).sum()) / a.size
        return total

    def near(a: np.ndarray, b: np.ndarray) -> bool:
        return bool((a[:, 1:] & b[:, :-1]).any() or (a[:, :-1] & b[:, 1:]).any()
                    or (a[1:] & b[:-1]).any() or (a[:-1] & b[1:]).any())  # fmt: skip

    masks = {n: segments == n for n in range(segments.max() + 1)}
    boxes = [box(mask) for mask in masks.values()]
    while len(masks) > 1:
        pairs = [(i, j) for i in masks for j in masks if i < j and near(masks[i], masks[j])]
        i, j = max(pairs, key=lambda pair: (round(likeness(masks[pair[0]], masks[pair[1]]), 5), -pair[0], -pair[1]))
        masks[len(boxes)] = masks.pop(i) | masks.pop(j)
        boxes.append(box(masks[len(boxes)]))
    return boxes


@pytest.mark.parametrize("measure", ["CTSF", "TSF", "F", "S"])
@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_merging_is_that_of_the_twin(measure: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    places = chance.random((7, 2)) * [9, 11]
    y, x = np.mgrid[:9, :11]
    nearest = ((y[..., None] - places[:, 0]) ** 2 + (x[..., None] - places[:, 1]) ** 2).argmin(axis=2)
    segments = np.unique(nearest, return_inverse=True)[1].reshape(9, 11)
    binned = bins(chance.random((9, 11, 1)))
    found = merged(looks(segments, binned), touching(segments), measure)  # type: ignore[arg-type]
    wanted = naive(segments, binned, measure)
    if measure in ("F", "S"):  # ties of whole numbers are many: any order of them is right
        assert sorted(found[: segments.max() + 1].tolist()) == sorted(wanted[: segments.max() + 1])
        assert found[-1].tolist() == wanted[-1] == [0, 0, 11, 9]
    else:
        assert found.tolist() == wanted


def test_small_segments_merge_first_by_size() -> None:
    segments = np.repeat([0, 1, 2, 3], [1, 2, 4, 8])[None].repeat(2, axis=0)
    found = merged(looks(segments, bins(np.zeros((2, 15, 1)))), touching(segments), "S")
    assert found[4:].tolist() == [[0, 0, 3, 2], [0, 0, 7, 2], [0, 0, 15, 2]]


def test_what_fills_a_box_merges_first_by_fill() -> None:
    segments = np.ones((6, 6), np.int64)
    segments[:3, :3], segments[:3, 3:] = 0, 2  # two squares make a rectangle, the rest does with neither
    segments[2, 2] = 1
    found = merged(looks(segments, bins(np.zeros((6, 6, 1)))), touching(segments), "F")
    assert found[3].tolist() == [0, 0, 6, 3]


def test_one_segment_is_the_whole_photo() -> None:
    grey = np.full((16, 20, 3), 0.5, np.float32)
    assert [tree.tolist() for tree in hierarchies(grey, SINGLE)] == [[[0, 0, 20, 16]]]


def test_the_ways_of_the_paper() -> None:
    counts = {name: len(m.spaces) * len(m.measures) * len(m.ks) for name, m in MODES.items()}
    assert counts == {"single": 1, "fast": 8, "quality": 80}


def squares() -> np.ndarray:
    picture = np.full((80, 80, 3), 0.2, np.float32)
    picture[8:30, 10:40] = [0.9, 0.1, 0.1]
    picture[45:70, 42:72] = [0.1, 0.8, 0.3]
    return picture + np.random.default_rng(0).normal(0, 0.004, picture.shape).astype(np.float32)


def test_what_stands_out_is_proposed() -> None:
    found = selective_search(squares(), MODES["fast"], np.random.default_rng(0)).tolist()
    for box in ([10, 8, 40, 30], [42, 45, 72, 70], [0, 0, 80, 80]):
        assert any(max(abs(a - b) for a, b in zip(box, other, strict=True)) <= 1 for other in found)


def test_boxes_are_there_once_and_large_enough() -> None:
    noise = np.random.default_rng(2).random((64, 64, 3)).astype(np.float32)
    found = selective_search(noise, MODES["fast"], np.random.default_rng(0), smallest=10)
    assert len(np.unique(found, axis=0)) == len(found) > 20
    assert (found[:, 2:] - found[:, :2]).min() >= 10


def test_ranks_are_places_times_chance() -> None:
    noise = np.random.default_rng(2).random((40, 40, 3)).astype(np.float32)
    (tree,) = hierarchies(noise, SINGLE)
    draws = np.random.default_rng(7).random(len(tree))
    best: dict[tuple[int, ...], float] = {}
    for place, (box, draw) in enumerate(zip(tree[::-1].tolist(), draws, strict=True), 1):
        best[tuple(box)] = min(place * draw, best.get(tuple(box), np.inf))
    wanted = sorted(best, key=lambda box: best[box])
    found = selective_search(noise, SINGLE, np.random.default_rng(7))
    assert [tuple(box) for box in found.tolist()] == wanted
