"""Polygons become the masks that pycocotools makes of them (PARITY H3 to H6)."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycocotools import mask as oracle

from cocokit import rle
from cocokit.columns import Ragged
from cocokit.kernels.raster import rasterise
from cocokit.masks import Masks
from tests.cocokit import naive_masks as naive

SIZES = st.tuples(st.integers(1, 30), st.integers(1, 30))


def coordinates(spread: float) -> st.SearchStrategy[float]:
    return st.one_of(
        st.integers(-3, 33).map(float),
        st.integers(-6, 66).map(lambda v: v / 2),
        st.integers(-15, 165).map(lambda v: v / 5 + 0.1),  # on the rounding border of the fine grid
        st.floats(-spread, spread, allow_nan=False),
    )


def ring_lists(spread: float = 60.0) -> st.SearchStrategy[list[list[float]]]:
    ring = st.lists(st.tuples(coordinates(spread), coordinates(spread)), min_size=3, max_size=8)
    return st.lists(ring.map(lambda points: [v for point in points for v in point]), min_size=1, max_size=3)


def pycocotools_runs(rings: list[list[float]], height: int, width: int) -> list[int]:
    union = oracle.merge(oracle.frPyObjects(rings, height, width))
    return naive.read(union["counts"])


def drawn(rings: list[list[float]], height: int, width: int) -> list[int]:
    return rle.runs(rle.from_polygons(rings, height, width)).tolist()


@settings(max_examples=400, deadline=None)
@given(SIZES, ring_lists())
@example((4, 4), [[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
@example((4, 4), [[0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0]])
@example((9, 9), [[-5.0, -5.0, 20.0, -5.0, 20.0, 20.0, -5.0, 20.0]])
@example((9, 9), [[2.0, 2.0, 2.0, 7.0, 2.0, 2.0]])
@example((1, 1), [[0.2, 0.2, 0.8, 0.2, 0.8, 0.8]])
@example((5, 5), [[0.0, 4.9, 4.9, 0.0, 4.9, 4.9], [0.0, 0.0, 2.0, 0.0, 2.0, 2.0]])
def test_polygons_are_drawn_like_pycocotools(size: tuple[int, int], rings: list[list[float]]) -> None:
    assert drawn(rings, *size) == pycocotools_runs(rings, *size)


@settings(max_examples=200, deadline=None)
@given(SIZES, ring_lists())
def test_the_slow_twin_draws_like_pycocotools(size: tuple[int, int], rings: list[list[float]]) -> None:
    for ring in rings:
        assert naive.draw(ring, *size) == pycocotools_runs([ring], *size)


@settings(max_examples=60, deadline=None)
@given(SIZES, ring_lists(3000.0))
def test_points_far_outside_are_clipped_alike(size: tuple[int, int], rings: list[list[float]]) -> None:
    assert drawn(rings, *size) == pycocotools_runs(rings, *size)


@settings(max_examples=60, deadline=None)
@given(SIZES, ring_lists())
def test_a_polygon_turned_round_is_drawn_like_pycocotools(size: tuple[int, int], rings: list[list[float]]) -> None:
    turned = [np.array(r).reshape(-1, 2)[::-1].reshape(-1).tolist() for r in rings]
    assert drawn(turned, *size) == pycocotools_runs(turned, *size)


@settings(max_examples=100, deadline=None)
@given(SIZES, st.tuples(*[coordinates(40.0)] * 4))
def test_boxes_are_drawn_like_pycocotools(size: tuple[int, int], box: tuple[float, float, float, float]) -> None:
    expected = naive.read(oracle.frPyObjects(np.array([box]), *size)[0]["counts"])
    assert rle.runs(rle.from_bbox(box, *size)).tolist() == expected


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_an_image_without_pixels_is_drawn_like_pycocotools(size: tuple[int, int]) -> None:
    ring = [0.0, 0.0, 7.0, 0.5, 6.0, 9.0]
    columns = rle.segmentations([[ring]])
    ends = Masks(columns, np.array([size], np.int64)).ends(np.zeros(1, np.int64))
    assert rle.text_of(ends)[0] == oracle.frPyObjects([ring], *size)[0]["counts"]


@pytest.mark.parametrize("ring", [[], [1.0, 1.0], [1.0, 1.0, 3.0, 3.0], [1.0, 1.0, 3.0, 3.0, 2.0]])
def test_fewer_than_three_points_are_an_empty_mask(ring: list[float]) -> None:
    assert drawn([ring], 4, 4) == [16]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300, -1e12, 4.4e8])
def test_a_point_beyond_all_numbers_is_clipped_and_costs_nothing(bad: float) -> None:
    runs = drawn([[0.0, 0.0, 3.0, 0.0, 3.0, bad, 0.0, 3.0]], 4, 4)
    assert sum(runs) == 16


def test_a_wide_polygon_gets_the_room_it_asks_for() -> None:
    zigzag = [v for i in range(3000) for v in (float(i * 3 % 7000), float(i % 50))]
    assert drawn([zigzag, zigzag[::-1]], 60, 7000) == pycocotools_runs([zigzag, zigzag[::-1]], 60, 7000)


def test_the_kernel_uncompiled_draws_the_same() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        h, w = (int(v) for v in rng.integers(1, 25, 2))
        rings = [(rng.random(2 * rng.integers(3, 8)) * 40 - 8).tolist() for _ in range(rng.integers(1, 4))]
        columns = rle.segmentations([rings])
        ends, offsets, need = np.empty(4096, np.uint32), np.zeros(2, np.int64), np.zeros(2, np.int64)
        points, cells, crossings = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(4096, np.uint32)
        args = [columns.rings, columns.xy.values, columns.xy.offsets, np.array([h, w]), np.zeros(1, np.int64), 0, 1,
                ends, 4096, offsets, points, cells, 64, crossings, 4096, need]  # fmt: skip
        done = rasterise.plain(*[memoryview(a) if isinstance(a, np.ndarray) else a for a in args])
        assert done == 1
        assert rle.text_of(Ragged(ends[: offsets[1]], offsets))[0] == rle.from_polygons(rings, h, w).counts


@pytest.mark.parametrize("name", ["instances_train2017.json", "instances_val2017.json"])
def test_all_real_polygons_are_drawn_like_pycocotools(shared_data: Path, name: str) -> None:
    data = json.loads((shared_data / "coco_mini" / "annotations" / name).read_text())
    sizes = {i["id"]: (i["height"], i["width"]) for i in data["images"]}
    found = [a for a in data["annotations"] if isinstance(a["segmentation"], list) and a["segmentation"]]
    size = np.array([sizes[a["image_id"]] for a in found], np.int64)
    masks = Masks(rle.segmentations([a["segmentation"] for a in found]), size)
    texts = rle.text_of(masks.ends(np.arange(len(found))))
    both = zip(found, size.tolist(), strict=True)
    expected = [oracle.merge(oracle.frPyObjects(a["segmentation"], *s)) for a, s in both]
    assert texts == [e["counts"] for e in expected]
    assert masks.measures.area.tolist() == [float(oracle.area(e)) for e in expected]
    assert masks.measures.bbox.tolist() == [oracle.toBbox(e).tolist() for e in expected]
