"""Squares that show a part of an image, or more than an image: beside a naive twin, pixel by pixel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cocokit.baselines.batch import Batch, Target
from cocokit.baselines.detectors import DETECTORS
from cocokit.baselines.train.config import default_config
from cocokit.baselines.train.data import View
from cocokit.baselines.train.framing import framed
from cocokit.baselines.train.reading import Wanted, read_set
from cocokit.baselines.train.scenes import CATEGORIES
from cocokit.baselines.train.shapes import write_shapes
from cocokit.baselines.train.source import find_source


def image(height: int, width: int, seed: int) -> Batch:
    """Noise, with three boxes, a mask of each, a keypoint in the middle of each, and a crowd."""
    chance = torch.Generator().manual_seed(seed)
    size = torch.tensor([width, height])
    low = (torch.rand(4, 2, generator=chance) * (size - 1)).floor()
    boxes = torch.cat([low, torch.minimum(low + 1 + (torch.rand(4, 2, generator=chance) * size / 2).floor(), size)], 1)
    masks = torch.zeros(3, height, width, dtype=torch.bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes[:3].int().tolist(), strict=True):
        mask[y0:y1, x0:x1] = True
    middles = (boxes[:3, :2] + boxes[:3, 2:]) / 2
    points = torch.stack([torch.cat([middles, torch.full((3, 1), 2.0)], 1), torch.zeros(3, 3)], 1)
    target = Target(boxes[:3], torch.tensor([2, 0, 1]), masks, points, boxes[3:], boxes)
    pixels = torch.rand(1, 3, height, width, generator=chance)
    return Batch(pixels, ((height, width),), (target,), (boxes,))


@given(st.integers(4, 40), st.integers(4, 40), st.integers(4, 40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
def test_what_is_seen_is_what_lies_there(height: int, width: int, side: int, down: float, across: float, seed: int
                                         ) -> None:  # fmt: skip
    before = image(height, width, seed)
    after = framed(before, side, (down, across))
    top, left = round((side - height) * down), round((side - width) * across)
    assert after.pixels.shape == (1, 3, side, side)
    assert after.sizes == ((side, side),)
    assert before.targets is not None
    assert after.targets is not None
    old, new = before.targets[0], after.targets[0]
    mean = before.pixels[0].mean((1, 2))
    kept = []
    for row, (x0, y0, x1, y1) in enumerate(old.boxes.tolist()):
        if 0 <= (x0 + x1) / 2 + left < side and 0 <= (y0 + y1) / 2 + top < side:
            kept.append(row)
    assert new.labels.tolist() == [old.labels.tolist()[row] for row in kept]
    assert old.masks is not None
    assert new.masks is not None
    for y in range(side):
        for x in range(side):
            v, u = y - top, x - left
            there = 0 <= v < height and 0 <= u < width
            assert torch.allclose(after.pixels[0, :, y, x], before.pixels[0, :, v, u] if there else mean)
            seen = [bool(there and old.masks[row, v, u]) for row in kept]
            assert new.masks[:, y, x].tolist() == seen
    assert new.keypoints is not None
    for box, mask, points, row in zip(new.boxes, new.masks, new.keypoints, kept, strict=True):
        rows, columns = mask.nonzero().unbind(1)
        edges = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert box.tolist() == [float(edge) for edge in edges]
        middle = (old.boxes[row, :2] + old.boxes[row, 2:]) / 2 + torch.tensor([left, top])
        assert points.tolist() == [[*middle.tolist(), 2], [0, 0, 0]]
    assert new.crowd is not None
    assert new.proposals is not None
    for found, given_ in ((new.crowd, old.crowd), (new.proposals, old.proposals)):
        assert given_ is not None
        naive = [[min(max(v + m, 0), side) for v, m in zip(box, (left, top, left, top), strict=True)]
                 for box in given_.tolist()]  # fmt: skip
        assert found.tolist() == [[x0, y0, x1, y1] for x0, y0, x1, y1 in naive if x1 > x0 and y1 > y0]


def test_a_keypoint_outside_is_not_labelled() -> None:
    points = torch.tensor([[[5.0, 5.0, 2.0], [35.0, 5.0, 2.0]]])
    target = Target(torch.tensor([[0.0, 0.0, 20.0, 20.0]]), torch.tensor([0]), keypoints=points)
    seen = framed(Batch(torch.rand(1, 3, 40, 40), ((40, 40),), (target,)), 30, (0, 0)).targets
    assert seen is not None
    assert seen[0].keypoints is not None
    assert seen[0].keypoints.tolist() == [[[5, 5, 2], [0, 0, 0]]]


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    return Path(write_shapes(tmp_path / "scenes", 6, (96, 160), seed=2, domain="cluttered", kinds=CATEGORIES))


def test_views_of_a_square_are_larger_and_smaller(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(160, square=64, largest=1.5, masks=True))
    assert images.items[0].pixels.shape == (3, 96, 96)
    item = images.items[0]
    for scale in (0.5, 1.5):
        batch = images.batch(0, View(scale, shift=(0, 0)))
        assert batch.pixels.shape == (1, 3, 64, 64)
        assert batch.targets is not None
        ratio = torch.tensor([64 * scale / 160, 64 * scale / 96]).repeat(2)
        inside = ((item.boxes[:, :2] + item.boxes[:, 2:]) / 2 * ratio[:2] < 64).all(1)
        assert torch.allclose(batch.targets[0].boxes, (item.boxes[inside] * ratio).clamp(max=64))
    plain = images[0].pixels
    corner = images.batch(0, View(0.5, shift=(1, 1))).pixels[:, :, 32:, 32:]
    small = torch.nn.functional.interpolate(plain, (32, 32), mode="bilinear", antialias=True)
    assert (corner - small).abs().mean() < 0.02


def test_a_training_sees_squares_of_many_sizes(scenes: Path) -> None:
    images = read_set(find_source(str(scenes)), Wanted(160, square=64, largest=1.5))
    config = replace(default_config("toy"), batch=6, scales=(0.5, 1.5), flip=0.0)
    batch, _ = images.training_batch(config, 0)
    assert batch.pixels.shape == (6, 3, 64, 64)
    assert batch.sizes == ((64, 64),) * 6
    again, _ = images.training_batch(config, 0)
    assert torch.equal(batch.pixels, again.pixels)
    later, _ = images.training_batch(config, 1)
    assert not torch.equal(batch.pixels, later.pixels)


def test_only_what_looks_at_squares_is_given_squares() -> None:
    """R-CNN's ``model.size`` is that of a region."""
    found = {name: default_config(name).square for name in DETECTORS if name != "toy"}
    assert {name: side for name, side in found.items() if side} == {"ssd": 300, "yolo1": 448}
