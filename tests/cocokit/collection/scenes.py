"""Synthetic photographs that look iconic, and others that do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.uint8]


def iconic(seed: int, height: int = 240, width: int = 320) -> Photo:
    """One large thing in the middle of a plain or slowly changing background."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    shade = chance.uniform(0, 40) * (x / width) + chance.uniform(0, 40) * (y / height)
    pixels = chance.uniform(60, 215, 3) + shade[..., None]
    cy, cx = height * chance.uniform(0.42, 0.58), width * chance.uniform(0.42, 0.58)
    ry, rx = height * chance.uniform(0.2, 0.36), width * chance.uniform(0.2, 0.36)
    inside = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1
    colour = chance.uniform(0, 255, 3)
    pixels[inside] = colour
    stripes = inside & ((x // 14) % 3 == 0)
    pixels[stripes] = colour * 0.6
    return noisy(pixels, chance, 3.0)


def busy(seed: int, height: int = 240, width: int = 320) -> Photo:
    """Many things of all sizes and colours, everywhere, before a background of patches."""
    chance = np.random.default_rng(seed)
    pixels = np.repeat(np.repeat(chance.uniform(0, 255, (6, 8, 3)), height // 6, axis=0), width // 8, axis=1)
    y, x = np.mgrid[:height, :width]
    for _ in range(int(chance.integers(12, 40))):
        cy, cx = chance.uniform(0, height), chance.uniform(0, width)
        ry, rx = chance.uniform(6, 45, 2)
        inside = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1
        pixels[inside] = chance.uniform(0, 255, 3)
    return noisy(pixels, chance, 6.0)


def noisy(pixels: NDArray[np.float64], chance: np.random.Generator, spread: float) -> Photo:
    """As a camera would have it."""
    return (pixels + chance.normal(0, spread, pixels.shape)).clip(0, 255).astype(np.uint8)
