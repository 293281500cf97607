"""Levels nest, know where they are, and mirror."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.nn import functional

from cocokit.baselines.classic.hog import hog, mirrored
from cocokit.baselines.classic.pyramid import Level, levels_of, pyramid


def image(height: int, width: int) -> torch.Tensor:
    """Smooth noise, so that sizes of it look alike."""
    coarse = torch.rand(1, 3, height // 8, width // 8, generator=torch.Generator().manual_seed(0))
    return functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)


@pytest.mark.parametrize("size", [(96, 128), (101, 87), (40, 300)])
@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_levels_are_as_many_as_promised_and_parts_are_seen_twice_as_closely(size: tuple[int, int], zoom: float) -> None:
    levels = list(pyramid(torch.rand(2, 3, *size), 5, 3, zoom))
    assert len(levels) == levels_of(size, 5, zoom) > 0
    for level in levels:
        assert level.fine.shape[2:] == (2 * level.root.shape[2], 2 * level.root.shape[3])
        assert level.root.shape[:2] == (2, 32)


def test_an_image_too_small_has_no_levels() -> None:
    assert list(pyramid(torch.rand(1, 3, 39, 200), 10, 3)) == []
    assert levels_of((39, 200), 10) == 0


def test_steps_shrink_by_a_tenth_of_an_octave() -> None:
    steps = sorted(level.step[0] for level in pyramid(torch.rand(1, 3, 320, 320), 10, 0))
    assert steps[0] == 8
    for finer, coarser in itertools.pairwise(steps):
        assert coarser / finer == pytest.approx(2**0.1, rel=0.04)  # whole pixels


def test_cells_lie_about_the_centre_of_the_image() -> None:
    for level in pyramid(torch.rand(1, 3, 101, 87), 5, 3):
        for side, pixels in ((0, 101), (1, 87)):
            middle = level.origin[side] + level.step[side] * level.root.shape[2 + side] / 2
            assert middle == pytest.approx(pixels / 2)
            assert level.origin[side] <= -3 * level.step[side]  # what hangs over the rim


def test_beyond_the_image_only_the_last_channel_speaks() -> None:
    level = next(iter(pyramid(image(64, 64), 5, 2)))
    rim = torch.ones(12, 12, dtype=torch.bool)
    rim[2:-2, 2:-2] = False
    assert level.root.shape[2:] == (12, 12)
    assert torch.equal(level.root[0, 31].bool(), rim)
    assert float(level.root[0, :31, rim].abs().max()) == 0


def test_the_first_octave_is_plain_hog_with_whole_and_half_cells() -> None:
    pixels = image(64, 96)
    level = next(iter(pyramid(pixels, 5, 0)))
    torch.testing.assert_close(level.root, hog(pixels, 8))
    torch.testing.assert_close(level.fine, hog(pixels, 4))


def octaves(levels: list[Level]) -> list[tuple[Level, Level]]:
    return [(a, b) for a, b in itertools.pairwise(levels) if b.step[0] > 1.5 * a.step[0]]


def test_a_level_is_the_fine_level_of_the_octave_below() -> None:
    pairs = octaves(list(pyramid(image(160, 160), 5, 0)))
    assert pairs
    for above, below in pairs:
        rows, columns = (min(a, b) for a, b in zip(above.root.shape[2:], below.fine.shape[2:], strict=True))
        torch.testing.assert_close(centre(above.root, rows, columns), centre(below.fine, rows, columns))


def centre(features: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    y, x = (features.shape[2] - rows) // 2, (features.shape[3] - columns) // 2
    return features[:, :, y : y + rows, x : x + columns]


def test_the_pyramid_of_a_mirrored_image_is_mirrored() -> None:
    pixels = image(72, 104)
    for one, other in zip(pyramid(pixels, 5, 2), pyramid(pixels.flip(3), 5, 2), strict=True):
        assert one.step == other.step
        assert one.origin == other.origin
        assert float((mirrored(one.root) - other.root).abs().mean()) < 1e-4  # rounding may tip a few pixels' angles
        assert float((mirrored(one.fine) - other.fine).abs().mean()) < 1e-4
