"""What segments look like: histograms of colour and texture, size and box, which add up when segments merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .segments import Float64, Int64

#: Bins of a colour channel; bins and directions of its gradient.
COLOURS, TEXTURES, DIRECTIONS = 25, 10, 8


@dataclass(frozen=True)
class Looks:
    """N segments.

    Attributes:
        histograms: (N, C * 25 + C * 8 * 10) float32; colour sums to 1, and so does texture.
        colours: how many columns are colour.
        sizes: (N,) float64 px.
        boxes: (N, 4) int64 corners, px.
    """

    histograms: NDArray[np.float32]
    colours: int
    sizes: Float64
    boxes: Int64


def bins(planes: Float64) -> NDArray[np.int32]:
    """(C * 9, H, W) the bin of each pixel: of every channel's colour, then of its gradient in eight directions.

    Bins are counted through, so that no two planes share one. A gradient is that of a Gaussian of 1 px; against a
    direction it counts 0. The bins of a direction end at its largest gradient.

    Args:
        planes: (H, W, C) from 0 to 1.
    """
    from skimage.filters import gaussian

    channels = np.moveaxis(planes, 2, 0).astype(np.float32)
    found = [_binned(channel, 1.0, COLOURS) for channel in channels]
    for channel in channels:
        across, down = _slopes(gaussian(channel, 1.0, mode="nearest"))  # type: ignore[no-untyped-call]
        for angle in np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS):
            along = np.maximum(across * np.cos(angle) + down * np.sin(angle), 0).astype(np.float32)
            found.append(_binned(along, float(along.max()), TEXTURES))
    widths = [COLOURS] * len(channels) + [TEXTURES] * DIRECTIONS * len(channels)
    starts = np.cumsum([0, *widths[:-1]], dtype=np.int32)
    return np.stack(found) + starts[:, None, None]


def looks(segments: Int64, binned: NDArray[np.int32]) -> Looks:
    """What each segment looks like.

    Args:
        segments: (H, W) from 0, none left out.
        binned: (C * 9, H, W) from :func:`bins`.
    """
    count, channels = int(segments.max()) + 1, len(binned) // (1 + DIRECTIONS)
    colours = channels * COLOURS
    total = colours + channels * DIRECTIONS * TEXTURES
    sizes = np.bincount(segments.ravel(), minlength=count).astype(np.float64)
    starts = segments.astype(np.int32).ravel() * np.int32(total)
    sums = np.zeros(count * total, np.int64)
    for plane in binned:
        sums += np.bincount(starts + plane.ravel(), minlength=count * total)
    histograms = sums.reshape(count, total) / sizes[:, None]
    histograms[:, :colours] /= channels
    histograms[:, colours:] /= channels * DIRECTIONS
    return Looks(histograms.astype(np.float32), colours, sizes, _boxes(segments, count))


def _binned(plane: NDArray[np.float32], most: float, count: int) -> NDArray[np.int32]:
    """(H, W) 0 to count - 1."""
    scaled = plane * np.float32(count / most) if most > 0 else np.zeros_like(plane)
    return np.clip(scaled, 0, count - 1).astype(np.int32)


def _slopes(plane: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(H, W) how much lighter the pixel on the right is than that on the left, and the one below than that above."""
    edged = np.pad(plane, 1, mode="edge")
    return edged[1:-1, 2:] - edged[1:-1, :-2], edged[2:, 1:-1] - edged[:-2, 1:-1]


def _boxes(segments: Int64, count: int) -> Int64:
    """(N, 4) tight corners."""
    y, x = np.indices(segments.shape)
    low, high = np.full((2, count), max(segments.shape)), np.zeros((2, count), np.int64)
    for axis, places in enumerate((x, y)):
        np.minimum.at(low[axis], segments, places)
        np.maximum.at(high[axis], segments, places + 1)
    return np.concatenate([low, high]).T
