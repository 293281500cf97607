"""A pyramid of HOG features: a root is seen at one level, its parts one octave finer.

Every image of the pyramid has even sides, and its grid of cells is centred on it with an even number of cells each way.
So a level and the one an octave below have cells that nest exactly, each level serves as the fine level of the other,
and the pyramid of a mirrored image is the mirrored pyramid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from .hog import gradients, histogram, normalised

#: Side of a cell in a level's image, px.
CELL = 8
#: A level has at least so many cells along its shorter side.
SMALLEST = 5


@dataclass(frozen=True)
class Level:
    """One size of the image.

    Attributes:
        root: (B, 32, H, W) float32, cells of 8 px of this level's image, ``pad`` of them beyond the image on each side.
        fine: (B, 32, 2 H, 2 W) float32, cells half as large over the same area.
        step: height and width of a root cell, px of the original image.
        origin: y and x of the corner of the first root cell, px of the original image; below zero.
    """

    root: Tensor
    fine: Tensor
    step: tuple[float, float]
    origin: tuple[float, float]


def pyramid(pixels: Tensor, per_octave: int, pad: int, zoom: float = 1.0) -> Iterator[Level]:
    """The levels of images of one size, an octave at a time, each a factor 2 ** (-1 / per_octave) smaller.

    Args:
        pixels: (B, 3, H, W) float32, RGB from 0 to 1, without padding.
        per_octave: levels from one size to half of it.
        pad: cells beyond the image, where a filter may hang over the rim; their last channel is 1.
        zoom: size of the first level's image to the original's.
    """
    size = pixels.shape[2], pixels.shape[3]
    for step in range(per_octave):
        image, above = pixels, None
        for octave in range(64):
            scale = zoom * 2 ** (-step / per_octave - octave)
            sides = _even(size[0] * scale), _even(size[1] * scale)
            if min(size) * scale / CELL < SMALLEST:
                break
            image = functional.interpolate(image, sides, mode="bilinear", antialias=True, align_corners=False)
            here, finer = _features(image, above is None)
            yield _level(here, finer if above is None else above, sides, size, pad)
            above = here


def levels_of(size: tuple[int, int], per_octave: int, zoom: float = 1.0) -> int:
    """How many levels the pyramid of an image of so many pixels has."""
    octaves = math.log2(min(size) * zoom / CELL / SMALLEST)
    return sum(max(0, math.floor(octaves + 1 - step / per_octave)) for step in range(per_octave))


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))


def _features(image: Tensor, first: bool) -> tuple[Tensor, Tensor]:
    """Cells of 8 px, and for the first octave, which has none finer, cells of 4 px of the same gradients."""
    around = [side for pixels in (image.shape[3], image.shape[2]) for side in (-pixels % (2 * CELL) // 2,) * 2]
    strength, bins = gradients(functional.pad(image, around, mode="replicate"))
    here = normalised(histogram(strength, bins, CELL))
    return here, normalised(histogram(strength, bins, CELL // 2)) if first else here


def _level(here: Tensor, finer: Tensor, sides: tuple[int, int], size: tuple[int, int], pad: int) -> Level:
    rows, columns = here.shape[2], here.shape[3]
    step = CELL * size[0] / sides[0], CELL * size[1] / sides[1]
    origin = size[0] / 2 - (rows / 2 + pad) * step[0], size[1] / 2 - (columns / 2 + pad) * step[1]
    root = _about_centre(here, rows + 2 * pad, columns + 2 * pad)
    return Level(root, _about_centre(finer, 2 * root.shape[2], 2 * root.shape[3]), step, origin)


def _about_centre(features: Tensor, rows: int, columns: int) -> Tensor:
    """The same cells with so many around the centre: those beyond the image are empty, and say so."""
    down, across = (rows - features.shape[2]) // 2, (columns - features.shape[3]) // 2
    around = (across, across, down, down)  # below zero: cut off
    whole = functional.pad(features, around)
    whole[:, -1] = functional.pad(features[:, -1], around, value=1)
    return whole
