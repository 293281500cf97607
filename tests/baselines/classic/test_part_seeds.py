"""The first roots and parts."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from cocokit.baselines.classic.component import root_alone
from cocokit.baselines.classic.hog import hog, mirrored
from cocokit.baselines.classic.part_seeds import FIRST_CURVE, by_aspect, facing, root_size, warped, with_parts


def test_groups_are_equally_large_and_ordered_by_aspect() -> None:
    boxes = torch.tensor([[0.0, 0, 10, h] for h in (5, 30, 12, 40, 8, 11)])
    assert by_aspect(boxes, 3).tolist() == [0, 2, 1, 2, 0, 1]
    assert by_aspect(boxes, 1).tolist() == [0] * 6


@pytest.mark.parametrize(
    "box, expected",
    [
        ((64, 64), (8, 8)),  # 4096 px^2, within the limits
        ((400, 400), (9, 9)),  # cut to 5000 px^2
        ((10, 10), (7, 7)),  # raised to 3000 px^2
        ((200, 20), (3, 16)),  # a side is at most so long, and at least so short
        ((40, 80), (10, 5)),
    ],
)
def test_roots_have_the_aspect_of_their_group(box: tuple[int, int], expected: tuple[int, int]) -> None:
    boxes = torch.tensor([[5.0, 5, 5 + box[0], 5 + box[1]]]).repeat(5, 1)
    assert root_size(boxes, (3000, 5000), 3, 16) == expected


def test_the_area_is_that_of_the_smallest_fifth() -> None:
    boxes = torch.tensor([[0.0, 0, side, side] for side in (66, 56, 90, 100, 70)])
    assert root_size(boxes, (1, 1e6), 3, 99) == (8, 8)  # 66 px


def test_a_box_as_large_as_the_root_is_not_changed() -> None:
    coarse = torch.rand(1, 3, 12, 16, generator=torch.Generator().manual_seed(0))
    pixels = functional.interpolate(coarse, (96, 128), mode="bicubic")
    found = warped(pixels[0], torch.tensor([[32.0, 24, 96, 72]]), (6, 8))
    assert found.shape == (1, 32, 6, 8)
    here = hog(pixels, 8)[:, :, 3:9, 4:12]
    assert functional.cosine_similarity(found.flatten(), here.flatten(), dim=0) > 0.9


def test_all_are_made_to_face_one_way() -> None:
    one = torch.rand(32, 4, 5, generator=torch.Generator().manual_seed(1))
    some = [one + 0.1 * torch.rand(32, 4, 5, generator=torch.Generator().manual_seed(n)) for n in range(6)]
    turned = torch.stack([mirrored(f) if n % 2 else f for n, f in enumerate(some)])
    assert facing(turned).tolist() == [False, True] * 3


def test_parts_go_where_the_root_has_weight() -> None:
    root = torch.full((32, 8, 8), -1.0)
    root[:, 1:4, 1:4] = 2
    root[:, 5:8, 5:8] = 1
    made = with_parts(root_alone(root, 6), 2, 6)
    assert made.anchors.tolist() == [[2, 2], [10, 10]]
    assert made.parts.shape == (2, 32, 6, 6)
    assert float(made.parts[0].mean()) > float(made.parts[1].mean()) > 0.5
    assert made.deform.tolist() == [pytest.approx([0, 0, FIRST_CURVE, FIRST_CURVE])] * 2


def test_a_small_root_has_no_two_parts_in_one_place() -> None:
    made = with_parts(root_alone(torch.rand(32, 4, 4, generator=torch.Generator().manual_seed(2)), 6), 8, 6)
    assert len({tuple(anchor) for anchor in made.anchors.tolist()}) == 8
    assert int(made.anchors.min()) >= 0
    assert int(made.anchors.max()) <= 2


def test_no_parts_leave_the_root_alone() -> None:
    alone = root_alone(torch.rand(32, 4, 4), 6)
    assert torch.equal(with_parts(alone, 0, 6).vector(), alone.vector())
