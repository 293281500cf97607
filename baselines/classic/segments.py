"""Pixels to segments: colour spaces, and the graph segmentation that Selective Search starts from."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cocokit.errors import ParamsError

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

#: Hue, saturation, value; CIE Lab; normalised red and green with intensity; hue alone; intensity alone.
Space = Literal["hsv", "lab", "rgi", "hue", "grey"]


def in_space(pixels: NDArray[np.float32], space: Space) -> Float64:
    """(H, W, C) planes of a colour space, each from 0 to 1.

    Args:
        pixels: (H, W, 3) RGB from 0 to 1.
        space: which one.

    Raises:
        ParamsError: it does not exist.
    """
    from skimage.color import rgb2hsv, rgb2lab

    rgb = pixels.astype(np.float64)
    grey = rgb.mean(axis=2, keepdims=True)
    if space == "lab":
        return np.asarray((rgb2lab(rgb) + np.array([0, 128, 128])) / [100, 255, 255])
    if space == "grey":
        return np.asarray(grey)
    if space == "rgi":
        total = np.maximum(3 * grey, 1e-6)
        return np.concatenate([rgb[..., :2] / total, grey], axis=2)
    if space in ("hsv", "hue"):
        return np.asarray(rgb2hsv(rgb)[..., : 3 if space == "hsv" else 1])
    raise ParamsError("space", space, f"there are {', '.join(get_args(Space))}")


def segment(planes: Float64, k: float, sigma: float = 0.8) -> Int64:
    """(H, W) the segment of each pixel, from 0, none left out (Felzenszwalb and Huttenlocher 2004).

    Two segments stay apart where the border between them is stronger than either is within, plus ``k / pixels``.

    Args:
        planes: (H, W, C) from 0 to 1.
        k: larger makes larger segments; also the fewest pixels of one. As for colours from 0 to 255.
        sigma: of the Gaussian before, px.
    """
    from skimage.segmentation import felzenszwalb

    return np.asarray(felzenszwalb(planes, scale=k, sigma=sigma, min_size=int(k), channel_axis=-1), np.int64)


def touching(segments: Int64) -> Int64:
    """(P, 2) each pair of segments that share a side of a pixel, the smaller number first, in order."""
    count = int(segments.max()) + 1
    across = np.stack([segments[:, :-1].ravel(), segments[:, 1:].ravel()])
    down = np.stack([segments[:-1].ravel(), segments[1:].ravel()])
    both = np.concatenate([across, down], axis=1)
    both = both[:, both[0] != both[1]]
    codes = np.unique(both.min(axis=0) * count + both.max(axis=0))
    return np.stack([codes // count, codes % count], axis=1)
