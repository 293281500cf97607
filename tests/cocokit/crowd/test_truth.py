"""The hidden truth: repaired outlines, pieces of crowds, points to click."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cocokit import geometry, rle
from cocokit.crowd.truth import Truth
from cocokit.dataset import Dataset

from .small import CUP, DOG, PERSON, TABLE, dataset, truth


def test_categories_and_instances_of_an_image() -> None:
    scene = truth().scenes[1]
    assert scene.categories == {TABLE, CUP, PERSON}
    assert [len(scene.instances[key]) for key in (TABLE, CUP, PERSON)] == [1, 3, 1]
    assert not scene.instances[CUP][0].piece
    assert truth().pairs == {(i, c) for i in range(1, 5) for c in (TABLE, CUP, *([PERSON] if i % 2 else []))}
    assert DOG not in scene.instances


def test_a_crowd_is_seen_as_pieces_that_lie_in_it() -> None:
    scene = truth().scenes[1]
    crowd = scene.crowds[PERSON]
    pieces = [one for one in scene.seen[PERSON] if one.piece]
    assert len(pieces) >= 10
    assert all(one.id < 0 for one in pieces)
    for one in pieces:
        assert rle.iou([one.mask], [crowd], [True])[0, 0] > 0.95
    assert sum(not one.piece for one in scene.seen[PERSON]) == 1


def test_points_to_click_are_inside_and_far_from_the_edge() -> None:
    for scene in truth().scenes.values():
        for one in (one for each in scene.seen.values() for one in each):
            pixels = rle.decode(one.mask)
            assert all(pixels[int(y), int(x)] for x, y in one.core.tolist())
            assert len(one.core)


def test_an_outline_that_crosses_itself_is_repaired() -> None:
    bow = [[10, 10, 110, 110, 110, 10, 10, 110]]
    value = dataset(1).to_dict()
    value["annotations"] = [{"id": 5, "image_id": 1, "category_id": CUP, "iscrowd": 0, "segmentation": bow,
                             "area": 1, "bbox": [0, 0, 1, 1]}]  # fmt: skip
    (one,) = Truth(Dataset.from_dict(value)).scenes[1].instances[CUP]
    assert len(one.outlines) == 2
    assert not any(geometry.why_invalid(ring) for ring in one.outlines)
    assert one.area == pytest.approx(5000, rel=0.03)


def test_real_outlines_are_all_clean(shared_data: Path) -> None:
    found = Truth(Dataset.read(shared_data / "coco_mini/annotations/instances_val2017.json"), 25)
    instances = [(s, one) for s in found.scenes.values() for each in s.seen.values() for one in each]
    assert len(instances) > 100
    for scene, one in instances:
        assert not any(geometry.why_invalid(ring) for ring in one.outlines)
        assert rle.area(scene.drawn(one.outlines)) > 0
        x, y = np.asarray(one.core).T
        assert (0 <= x).all()
        assert (x < scene.width).all()
        assert (0 <= y).all()
        assert (y < scene.height).all()
