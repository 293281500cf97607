"""Which level a region is read from, and that reading many at once is reading each by itself."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cocokit.baselines.ops.regions import roi_align, roi_pool, with_rows
from cocokit.baselines.parts.pooling import How, find_levels, pool_regions

STRIDES = {"P2": 4, "P3": 8, "P4": 16, "P5": 32, "P6": 64}


@given(st.floats(2, 2000), st.floats(2, 2000))
def test_equation_4_1(width: float, height: float) -> None:
    k = 4 + math.log2(math.sqrt(width * height) / 224)
    found = int(find_levels(torch.tensor([[5.0, 7, 5 + width, 7 + height]]))[0])
    assert found == math.floor(k) or abs(k - round(k)) < 1e-4


def test_half_of_224_is_level_3() -> None:
    """The seed's own example, which settles how its root is to be read."""
    boxes = torch.tensor([[0.0, 0, 224, 224], [0, 0, 112, 112], [0, 0, 56, 224], [0, 0, 111, 112]])
    assert find_levels(boxes).tolist() == [4, 3, 3, 2]
    assert find_levels(boxes, canonical=112).tolist() == [5, 4, 4, 3]


@pytest.mark.parametrize("how", ["align", "pool"])
@pytest.mark.parametrize("levels", [("P2", "P3", "P4", "P5", "P6"), ("P2",), ("P3", "P5", "P6")])
def test_each_region_is_read_from_its_level(how: How, levels: tuple[str, ...]) -> None:
    maps = {name: torch.rand(2, 3, 512 // STRIDES[name], 512 // STRIDES[name]) for name in levels}
    corner = torch.rand(40, 2) * 256
    sides = 2 ** (torch.rand(40, 2) * 7)
    boxes = torch.cat([corner, corner + sides], 1)
    found = pool_regions(maps, STRIDES, [boxes[:25], boxes[25:]], 3, how)
    given_levels = [int(name[1]) for name in levels if name != "P6"]
    for i, box in enumerate(boxes):
        k = math.floor(4 + math.log2(math.sqrt(float((box[2] - box[0]) * (box[3] - box[1]))) / 224))
        level = max([n for n in given_levels if n <= k], default=given_levels[0])
        one = torch.cat([torch.tensor([float(i >= 25)]), box])[None]
        pool = roi_align if how == "align" else roi_pool
        assert torch.equal(found[i], pool(maps[f"P{level}"], one, 3, 1 / 2**level)[0])


def test_no_regions_are_still_joined_to_the_maps() -> None:
    maps = {"P2": torch.rand(1, 3, 8, 8, requires_grad=True), "P3": torch.rand(1, 3, 4, 4, requires_grad=True)}
    found = pool_regions(maps, STRIDES, [torch.zeros(0, 4)], 7)
    assert found.shape == (0, 3, 7, 7)
    found.sum().backward()
    assert all(x.grad is not None for x in maps.values())


def test_regions_of_no_size_are_read_from_the_finest_level() -> None:
    maps = {"P2": torch.rand(1, 3, 8, 8), "P3": torch.rand(1, 3, 4, 4)}
    box = torch.tensor([[3.0, 3, 3, 3]])
    assert torch.equal(pool_regions(maps, STRIDES, [box], 2), roi_align(maps["P2"], with_rows([box]), 2, 0.25))
