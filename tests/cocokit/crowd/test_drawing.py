"""What simulated hands draw: as good as is asked for, valid, inside the image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit import geometry, rle
from cocokit.campaign.mask_sets import iou
from cocokit.crowd.drawing import blob, outline, painted
from cocokit.crowd.truth import Truth
from cocokit.dataset import Dataset

from .small import CUP, TABLE, truth

SCENE = truth().scenes[1]


def check_rings(rings: tuple[tuple[float, ...], ...], width: int, height: int) -> None:
    for ring in rings:
        assert not geometry.why_invalid(ring)
        x, y = np.asarray(ring).reshape(-1, 2).T
        assert 0 <= x.min() <= x.max() <= width
        assert 0 <= y.min() <= y.max() <= height


@pytest.mark.parametrize("wanted", [0.6, 0.75, 0.85, 0.92])
@pytest.mark.parametrize("category", [CUP, TABLE])
def test_outlines_come_to_the_iou_that_is_asked_for_on_average(wanted: float, category: int) -> None:
    one, chance = SCENE.instances[category][0], np.random.default_rng(0)
    found = [iou(SCENE.drawn(outline(SCENE, one, wanted, chance)), one.mask) for _ in range(150)]
    assert np.mean(found) == pytest.approx(wanted, abs=max(0.05, 0.2 * (1 - wanted)))
    assert len(set(found)) > 50


@given(st.integers(0, 10_000), st.floats(0.3, 0.98))
def test_every_outline_is_one_that_a_page_takes(seed: int, wanted: float) -> None:
    for one in (SCENE.instances[CUP][0], SCENE.instances[TABLE][0]):
        rings = outline(SCENE, one, wanted, np.random.default_rng(seed))
        check_rings(rings, SCENE.width, SCENE.height)
        assert rle.area(SCENE.drawn(rings)) > 0


@given(st.integers(0, 10_000), st.floats(0, 319.9), st.floats(0, 239.9), st.floats(1, 200))
def test_careless_shapes_are_valid_too(seed: int, x: float, y: float, radius: float) -> None:
    rings = blob(SCENE, (x, y), radius, np.random.default_rng(seed))
    check_rings(rings, SCENE.width, SCENE.height)
    assert rle.area(SCENE.drawn(rings)) > 0


def test_a_region_is_painted_a_little_beside_itself_and_is_never_empty() -> None:
    region, chance = SCENE.instances[TABLE][0].mask, np.random.default_rng(0)
    found = [iou(painted(SCENE, region, 2, chance), region) for _ in range(30)]
    assert min(found) > 0.9
    assert max(found) <= 1.0
    assert len(set(found)) > 1
    corner = rle.compress(rle.from_bbox((0, 0, 1, 1), 240, 320))
    assert all(rle.area(painted(SCENE, corner, 2, chance)) for _ in range(30))


def test_real_instances_of_every_shape_are_drawn_well(shared_data: Path) -> None:
    found = Truth(Dataset.read(shared_data / "coco_mini/annotations/instances_val2017.json"), 20)
    chance, overlaps = np.random.default_rng(0), []
    for scene in found.scenes.values():
        for one in (one for each in scene.instances.values() for one in each):
            rings = outline(scene, one, 0.9, chance)
            check_rings(rings, scene.width, scene.height)
            overlaps.append(iou(scene.drawn(rings), one.mask))
    assert len(overlaps) > 100
    assert np.mean(overlaps) > 0.85
    assert np.quantile(overlaps, 0.1) > 0.7
