"""Masks that were handed in: pycocotools says what they are, and holes survive."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as oracle

from cocokit.campaign.payloads import read_answer
from cocokit.domain.answers import CrowdAnswer, Mask, SegmentAnswer
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment, ImageRef, SegmentTask
from cocokit.errors import RefusedError
from cocokit.pipeline.settings import TOOLS, CampaignSettings
from tests.cocokit.campaign.tasks import CATS, IMAGE, assignment

SETTINGS = CampaignSettings(tools=TOOLS)
PIXELS = arrays(np.bool_, (IMAGE.height, IMAGE.width), elements=st.booleans(), fill=st.just(False))


def mask_of(payload: dict[str, Any], task: Assignment | None = None) -> Mask:
    answer = read_answer(task or assignment(Stage.SEGMENT), payload, SETTINGS)
    assert isinstance(answer, SegmentAnswer)
    assert answer.mask is not None
    return answer.mask


def drawn(*polygons: list[float], **more: Any) -> dict[str, Any]:
    return {"outcome": "mask", "polygons": list(polygons), "tool": "polygon", **more}


def painted(counts: Any, tool: str = "brush") -> dict[str, Any]:
    return {"outcome": "mask", "rle": {"size": [IMAGE.height, IMAGE.width], "counts": counts}, "tool": tool}


def check(mask: Mask, known: dict[str, Any]) -> None:
    """A mask is one of pycocotools', to the last character."""
    assert mask.counts == known["counts"]
    assert mask.area == oracle.area(known) > 0
    assert list(mask.bbox) == oracle.toBbox(known).tolist()
    assert [mask.height, mask.width] == known["size"]


def star(points: int, image: ImageRef, random: np.random.Generator) -> list[float]:
    """A ring around the middle that cannot cross itself."""
    angles = np.arange(points) * 2 * math.pi / points
    radius = random.uniform(0.2, 0.49, points) * min(image.width, image.height)
    x, y = image.width / 2 + radius * np.cos(angles), image.height / 2 + radius * np.sin(angles)
    return np.stack([x, y], axis=1).reshape(-1).tolist()


@pytest.mark.parametrize("points", [3, 4, 7, 30, 200, 5000])
def test_a_polygon_is_the_mask_that_pycocotools_draws(points: int) -> None:
    image = ImageRef(5, "a.jpg", 640, 480)
    task = Assignment("b", 1, Stage.SEGMENT, SegmentTask(image, CATS[0], (320.0, 240.0)), 0)
    for seed in range(5):
        ring = star(points, image, np.random.default_rng(seed))
        mask = mask_of(drawn(ring), task)
        check(mask, oracle.merge(oracle.frPyObjects([ring], image.height, image.width)))
        assert mask.polygons == (tuple(ring),)
        assert mask.tool == "polygon"


def test_several_rings_are_one_mask() -> None:
    rings = [[1, 1, 9, 1, 9, 9, 1, 9], [5, 5, 20, 5, 20, 20, 5, 20], [30.5, 2, 38, 2, 34, 11.25]]
    mask = mask_of(drawn(*rings))
    check(mask, oracle.merge(oracle.frPyObjects(rings, 30, 40)))
    assert mask.polygons == tuple(tuple(map(float, ring)) for ring in rings)


def test_a_hole_survives_as_pixels() -> None:
    outer, hole = [2, 2, 22, 2, 22, 22, 2, 22], [8, 8, 12, 8, 12, 12, 8, 12]
    mask = mask_of(drawn(outer, holes=[hole]))
    pixels = np.zeros((30, 40), np.uint8)
    pixels[2:22, 2:22] = 1
    pixels[8:12, 8:12] = 0
    check(mask, oracle.encode(np.asfortranarray(pixels)))
    assert mask.area == 20 * 20 - 4 * 4
    assert mask.polygons is None


def test_no_holes_may_be_written_as_an_empty_list() -> None:
    ring = [2, 2, 22, 2, 22, 22]
    assert mask_of(drawn(ring, holes=[])) == mask_of(drawn(ring))


def test_a_closed_ring_and_repeated_points_are_kept_once() -> None:
    mask = mask_of(drawn([2, 2, 2, 2, 22, 2, 22, 22, 22, 22, 2, 22, 2, 2]))
    assert mask.polygons == ((2.0, 2.0, 22.0, 2.0, 22.0, 22.0, 2.0, 22.0),)
    assert mask.area == 400


def test_half_a_pixel_outside_is_moved_onto_the_edge() -> None:
    mask = mask_of(drawn([-0.5, -0.25, 40.5, -0.5, 40.25, 30.5, -0.0, 30]))
    assert mask.polygons == ((0.0, 0.0, 40.0, 0.0, 40.0, 30.0, 0.0, 30.0),)
    assert "-" not in str(mask.polygons)
    assert mask.area == 1200


@settings(max_examples=100, deadline=None)
@given(PIXELS)
def test_a_painted_mask_is_kept_to_the_character(pixels: np.ndarray) -> None:
    known = oracle.encode(np.asfortranarray(pixels, np.uint8))
    if pixels.any():
        check(mask_of(painted(known["counts"].decode())), known)
        crowd = read_answer(assignment(Stage.CROWD), {"rle": painted(known["counts"].decode())["rle"]}, SETTINGS)
        assert isinstance(crowd, CrowdAnswer)
        assert crowd.mask is not None
        check(crowd.mask, known)
    else:
        with pytest.raises(RefusedError, match="covers no pixel"):
            mask_of(painted(known["counts"].decode()))


def test_counts_that_are_written_in_another_way_are_kept_in_one() -> None:
    pixels = np.zeros((30, 40), np.uint8)
    pixels[3:9, 5:7] = 1
    known = oracle.encode(np.asfortranarray(pixels))
    loose = [153, 3, 0, 3, 24, 6, 1011]  # with an empty run within
    text = oracle.frPyObjects({"size": [30, 40], "counts": loose}, 30, 40)["counts"].decode()
    assert text != known["counts"].decode()
    check(mask_of(painted(text)), known)


@pytest.mark.parametrize("tool", [t for t in TOOLS if t != "polygon"])
def test_the_tool_is_recorded(tool: str) -> None:
    counts = oracle.encode(np.asfortranarray(np.ones((30, 40), np.uint8)))["counts"].decode()
    assert mask_of(painted(counts, tool)).tool == tool
    assert mask_of(drawn([2, 2, 22, 2, 22, 22]) | {"tool": tool}).tool == tool


def test_the_largest_payloads_are_read_in_a_moment() -> None:
    image = ImageRef(5, "a.jpg", 6000, 4000)
    task = Assignment("b", 1, Stage.SEGMENT, SegmentTask(image, CATS[0], (320.0, 240.0)), 0)
    ring = star(5000, image, np.random.default_rng(0))
    crossing = np.random.default_rng(0).uniform(0, 4000, 10_000).tolist()
    start = time.perf_counter()
    mask_of(drawn(ring), task)
    with pytest.raises(RefusedError, match="crosses itself"):
        mask_of(drawn(crossing), task)
    assert time.perf_counter() - start < 5


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 35), st.integers(0, 25), st.integers(1, 12), st.integers(1, 12)),
                min_size=1, max_size=4),
       st.lists(st.tuples(st.integers(0, 35), st.integers(0, 25), st.integers(1, 12), st.integers(1, 12)),
                min_size=1, max_size=4))  # fmt: skip
def test_boxes_with_holes_are_the_pixels_in_the_one_and_not_in_the_other(outer: list[Any], holes: list[Any]) -> None:
    pixels = np.zeros((30, 40), np.uint8)
    for value, boxes in ((1, outer), (0, holes)):
        for x, y, w, h in boxes:
            pixels[y : y + h, x : x + w] = value
    rings = [[[x, y, min(x + w, 40), y, min(x + w, 40), min(y + h, 30), x, min(y + h, 30)] for x, y, w, h in boxes]
             for boxes in (outer, holes)]  # fmt: skip
    payload = drawn(*rings[0], holes=rings[1])
    if pixels.any():
        check(mask_of(payload), oracle.encode(np.asfortranarray(pixels)))
    else:
        with pytest.raises(RefusedError, match="holes: covers no pixel"):
            mask_of(payload)


def test_a_polygon_on_108_megapixels_is_read_to_the_pixel() -> None:
    large = SegmentTask(ImageRef(1, "large.jpg", 12_000, 9_000), CATS[1], (6200.0, 4600.0))
    ring = [6100.0, 4560.0, 6300.0, 4560.0, 6300.0, 4700.0, 6180.0, 4700.0, 6100.0, 4640.0]
    mask = mask_of(drawn(ring), Assignment("a1b2", 7, Stage.SEGMENT, large, 10**12))
    (known,) = oracle.frPyObjects([ring], 9_000, 12_000)
    assert (mask.width, mask.height) == (12_000, 9_000)
    assert mask.counts == known["counts"]
    assert mask.bbox == (6100, 4560, 200, 140)
