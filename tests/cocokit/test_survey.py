"""Rings looked at by the kernel, by loops over every pair of edges, and by Shapely; COCO's rule on COCO's own files."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import LineString

from cocokit.columns import Field
from cocokit.dataset import Dataset
from cocokit.kernels import rings
from cocokit.rle import segmentations
from cocokit.survey import TOLERANCE, coco_measures, survey

Ring = list[float]


def side(a: Any, b: Any, c: Any) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def naive_crossing(ring: Ring) -> bool:
    """Every pair of edges, in exact numbers."""
    points = [(Fraction(x), Fraction(y)) for x, y in zip(ring[::2], ring[1::2], strict=True)]
    edges = list(pairwise([*points, points[0]]))
    return any(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for i, (a, b) in enumerate(edges)
        for c, d in edges[:i]
    )


def naive_faults(ring: Ring, width: float, height: float) -> int:
    if len(ring) < 6:
        return rings.SHORT
    if len(ring) % 2:
        return rings.ODD
    if not all(map(math.isfinite, ring)):
        return rings.INFINITE
    xs, ys = ring[::2], ring[1::2]
    if min(*xs, *ys) < -TOLERANCE or max(xs) > width + TOLERANCE or max(ys) > height + TOLERANCE:
        return rings.OUTSIDE
    if naive_crossing(ring):
        return rings.CROSSING
    return 0 if naive_area(ring) else rings.NO_AREA


def naive_area(ring: Ring) -> float:
    points = [(Fraction(x), Fraction(y)) for x, y in zip(ring[::2], ring[1::2], strict=True)]
    return float(abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]])))) / 2


def faults(outline: list[Ring], width: float = 40, height: float = 30) -> list[int]:
    return survey(segmentations([outline]), np.array([[width, height]], np.float64)).faults.tolist()


grid = st.integers(-8, 168).map(lambda v: v / 4)  # exact, so that "on the line" is on the line
numbers = st.one_of(grid, grid, st.sampled_from([math.nan, math.inf, -1e308, 1e308]))
ring_of = st.lists(grid, min_size=6, max_size=40).map(lambda v: v[: len(v) // 2 * 2])
any_ring = st.one_of(ring_of, ring_of, st.lists(numbers, max_size=20))


@settings(max_examples=400, deadline=None)
@given(st.lists(any_ring, min_size=1, max_size=4))
@example([[0, 0, 2, 2, 2, 0, 0, 2]])
@example([[0, 0, 4, 0, 4, 4, 0, 4, 0, 0]])
@example([[0, 0, 4, 0, 2, 0, 2, 4]])
def test_faults_are_those_of_loops_in_exact_numbers(outline: list[Ring]) -> None:
    assert faults(outline) == [naive_faults(ring, 40, 30) for ring in outline]


@pytest.mark.parametrize("points", [9, 64, 500])
def test_crossings_of_long_rings_are_found_by_shapely_too(points: int) -> None:
    chance = np.random.default_rng(points)
    found = []
    for _ in range(60):
        angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
        far = chance.uniform(4, 12, points) if chance.random() < 0.5 else 12 + np.sin(3 * angle)
        ring = np.column_stack([20 + 1.2 * far * np.cos(angle), 15 + far * np.sin(angle)])
        if chance.random() < 0.5:  # two points change places
            i, j = chance.integers(0, points, 2)
            ring[[i, j]] = ring[[j, i]]
        found.append(bool(faults([ring.ravel().tolist()])[0] & rings.CROSSING))
        assert found[-1] == (not LineString([*ring, ring[0]]).is_simple)
    assert any(found)
    assert not all(found)


@settings(max_examples=200, deadline=None)
@given(st.lists(any_ring, min_size=1, max_size=4))
def test_the_plain_kernel_writes_the_same(outline: list[Ring]) -> None:
    s, size = segmentations([outline]), np.array([40.0, 30.0])
    made = []
    for run in (rings.survey_rings, lambda *args: rings.survey_rings.plain(*map(as_plain, args))):
        flags, found = np.zeros(len(outline), np.uint8), np.full(rings.WORDS, 7.0)
        bad = run(s.xy.values, s.xy.offsets, s.rings, 1, size, 1.0, np.empty(300), flags, found)
        made.append((bad, flags.tolist(), found.tolist()))
    assert repr(made[0]) == repr(made[1])  # NaN beside NaN


def as_plain(value: Any) -> Any:
    return memoryview(value) if isinstance(value, np.ndarray) else value


def test_measures_are_of_usable_rings_alone() -> None:
    seen = survey(
        segmentations([[[1, 1, 5, 1, 5, 5, 1, 5], [9, 9, 9], [7, 1, 8, 1, 8, 3]], []]), np.full((2, 2), np.nan)
    )
    assert seen.faults.tolist() == [0, rings.SHORT, 0]
    assert (seen.area[0], seen.edge[0], seen.box[0].tolist()) == (17.0, 16.0 + 5.0, [1, 1, 8, 5])
    assert (seen.area[1], seen.box[1].tolist()) == (0, [0, 0, 0, 0])


@pytest.mark.parametrize(
    "name", ["cocoapi_val2014_100/instances_val2014_100", "coco_mini/annotations/instances_val2017"]
)
def test_cocos_own_areas_and_boxes_are_those_of_the_rule(shared_data: Path, name: str) -> None:
    a = Dataset.read(shared_data / f"{name}.json").annotations
    assert a.segmentation is not None
    assert a.area is not None
    assert a.bbox is not None
    assert a.iscrowd is not None
    area, box, good = coco_measures(a.segmentation)
    assert good.all()
    assert a.has(Field.AREA).all()
    single = a.iscrowd == 0
    assert np.abs(area - a.area)[single].max() < 1e-5
    assert np.abs(box - a.bbox)[single].max() < 1e-5


def test_a_ring_that_would_take_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    comb = [v for i in range(40) for v in (i, i, i + 20.0, i + 20.25)]  # slanted teeth: all boxes overlap
    comb[-4:] = [5.0, 39.0, 60.0, 1.0]
    s = segmentations([[comb]])
    for patience, fault in ((1 << 28, rings.CROSSING), (20, 0)):
        monkeypatch.setattr(rings, "_PATIENCE", patience)
        flags, sides = np.zeros(1, np.uint8), np.full(2, np.nan)
        arrays = (s.xy.values, s.xy.offsets, s.rings, 1, sides, 1.0, np.empty(500), flags, np.empty(rings.WORDS))
        rings.survey_rings.plain(*map(as_plain, arrays))
        assert flags.tolist() == [fault]


def test_a_ring_of_many_points_is_looked_at_in_moments() -> None:
    angle = np.linspace(0, 40 * np.pi, 20_000)  # a spiral and back, no two edges cross
    out = np.column_stack([np.cos(angle), np.sin(angle)]) * (2 + angle[:, None] / 8)
    back = np.column_stack([np.cos(angle), np.sin(angle)])[::-1] * (2.2 + angle[::-1, None] / 8)
    ring = (np.concatenate([out, back]) + 20).ravel().tolist()
    assert faults([ring], 60, 60) == [0]
