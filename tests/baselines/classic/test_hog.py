"""HOG against plain loops, and mirrored."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cocokit.baselines.classic.hog import CHANNELS, hog, mirrored


def naive(image: np.ndarray, cell: int) -> np.ndarray:
    """The features of an image (3, H, W), as the paper tells them, pixel by pixel."""
    _, height, width = image.shape
    rows, columns = height // cell, width // cell
    votes = np.zeros((18, rows, columns))
    for y in range(height):
        for x in range(width):
            best = (-1.0, 0.0, 0.0)
            for colour in image:
                dy = colour[min(y + 1, height - 1), x] - colour[max(y - 1, 0), x]
                dx = colour[y, min(x + 1, width - 1)] - colour[y, max(x - 1, 0)]
                best = max(best, (dx * dx + dy * dy, dx, dy), key=lambda g: g[0])
            angle = math.degrees(math.atan2(best[2], best[1])) % 360
            top, left = math.floor((y + 0.5) / cell - 0.5), math.floor((x + 0.5) / cell - 0.5)
            for row in (top, top + 1):
                for column in (left, left + 1):
                    if 0 <= row < rows and 0 <= column < columns:
                        share = 1 - abs((y + 0.5) / cell - 0.5 - row), 1 - abs((x + 0.5) / cell - 0.5 - column)
                        votes[int(angle // 20), row, column] += math.sqrt(best[0]) * share[0] * share[1]
    energy = np.pad(((votes[:9] + votes[9:]) ** 2).sum(0), 1, mode="edge")
    found = np.zeros((32, rows, columns))
    for row in range(rows):
        for column in range(columns):
            for number, (down, right) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
                block = energy[row + down : row + down + 2, column + right : column + right + 2].sum()
                norm = 1 / math.sqrt(block + 1e-4 / 255**2)
                signed = np.minimum(votes[:, row, column] * norm, 0.2)
                found[:18, row, column] += signed / 2
                both = votes[:9, row, column] + votes[9:, row, column]
                found[18:27, row, column] += np.minimum(both * norm, 0.2) / 2
                found[27 + number, row, column] = 0.2357 * signed.sum()
    return found


@pytest.mark.parametrize("cell", [4, 8])
def test_it_is_what_plain_loops_find(cell: int) -> None:
    images = torch.rand(2, 3, 24, 32, generator=torch.Generator().manual_seed(cell))
    found = hog(images, cell)
    assert found.shape == (2, CHANNELS, 24 // cell, 32 // cell)
    for one, image in zip(found, images, strict=True):
        np.testing.assert_allclose(one.numpy(), naive(image.double().numpy(), cell), atol=2e-4)


@pytest.mark.parametrize("cell", [4, 8])
def test_a_mirrored_image_has_mirrored_features(cell: int) -> None:
    images = torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(1))
    images[:, :, 10:20] = images[:, :, 10:20].round(decimals=1)  # ties of colours and angles too
    images[:, :, 20:] = 0.5
    images[:, :, 26:, 8:24] = 0.9  # edges exactly upright and level
    torch.testing.assert_close(hog(images.flip(3), cell), mirrored(hog(images, cell)), atol=1e-5, rtol=0)


def test_mirroring_twice_is_nothing() -> None:
    features = torch.rand(5, CHANNELS, 3, 4)
    assert torch.equal(mirrored(mirrored(features)), features)
    assert not torch.equal(mirrored(features), features)


def test_a_flat_image_shows_nothing_and_brightness_does_not_matter() -> None:
    assert float(hog(torch.full((1, 3, 16, 16), 0.7), 8).abs().max()) == 0
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(hog(image * 0.5 + 0.2, 8), hog(image, 8), atol=1e-3, rtol=0)


def test_channels_stay_within_what_clipping_allows() -> None:
    found = hog(torch.rand(1, 3, 64, 64), 8)
    assert float(found[:, :27].max()) <= 0.4 + 1e-6
    assert float(found[:, 27:31].max()) <= 0.2357 * 18 * 0.2 + 1e-6
    assert float(found.min()) >= 0
