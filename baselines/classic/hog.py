"""Histograms of oriented gradients with 31 channels, and a 32nd that says where a picture ends.

Felzenszwalb, Girshick, McAllester, Ramanan: Object detection with discriminatively trained part-based models, PAMI
2010, section 6, as release 5 of their code computes them. Two things differ: the eighteen orientations begin at 0
degrees (theirs are centred there, and a vertical gradient falls between two), so that a mirrored image has exactly
mirrored features; and cells at the rim stay, normalised as if the energy beyond went on.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

#: 18 orientations with a sign, 9 without, 4 energies of blocks, and 1 where the picture has ended.
CHANNELS = 32
#: No normalised share of a cell counts for more.
CLIP = 0.2
#: Weight of the four energy channels.
ENERGY = 0.2357
_TINY = 1e-4 / 255**2  # release 5 adds 1e-4 to energies of pixels from 0 to 255
_MIRRORED = [*range(8, -1, -1), *range(17, 8, -1), *range(26, 17, -1), 29, 30, 27, 28, 31]


def hog(pixels: Tensor, cell: int) -> Tensor:
    """The features of images.

    Args:
        pixels: (B, 3, H, W) float32, RGB from 0 to 1; H and W multiples of the cell.
        cell: side of a cell, px; even.

    Returns:
        (B, 32, H / cell, W / cell) float32; the last channel is zero.
    """
    strength, bins = gradients(pixels)
    return normalised(histogram(strength, bins, cell))


def gradients(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient of the strongest colour of each pixel: (B, H, W) float32 length, int64 orientation 0 to 17."""
    padded = functional.pad(pixels, (1, 1, 1, 1), mode="replicate")
    dx = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    dy = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    squares = dx * dx + dy * dy
    best, x, y = squares[:, 0], dx[:, 0], dy[:, 0]
    for colour in (1, 2):
        stronger = squares[:, colour] > best
        best = torch.where(stronger, squares[:, colour], best)
        x, y = torch.where(stronger, dx[:, colour], x), torch.where(stronger, dy[:, colour], y)
    return best.sqrt(), orientation(x, y)


def orientation(dx: Tensor, dy: Tensor) -> Tensor:
    """Which twenty degrees a gradient points to, int64: counted on the upright half, so that mirroring is exact."""
    wide, high = dx.abs(), dy.abs()
    steps = sum((high >= wide * math.tan(math.radians(angle))).to(torch.int16) for angle in (20, 40, 60, 80))
    left, up = (dx < 0).to(torch.int16), (dy < 0).to(torch.int16)  # y grows downwards
    steps = steps + left * (8 - 2 * steps)
    return (steps + up * (17 - 2 * steps)).long()


def histogram(strength: Tensor, bins: Tensor, cell: int) -> Tensor:
    """Each pixel votes for its orientation in the four cells around it, more for the nearer.

    Returns:
        (B, 18, H / cell, W / cell) float32.
    """
    images, height, width = strength.shape
    rows, columns = height // cell + 2, width // cell + 2  # one more all round, for votes beyond the image
    top, below = _shares(height, cell, strength)
    left, right = _shares(width, cell, strength)
    place = 18 * ((torch.arange(images, device=bins.device)[:, None] * rows + top)[:, :, None] * columns + left)
    place = place.add_(bins)
    votes = strength.new_zeros(images * rows * columns * 18)
    for row, down in ((0, 1 - below), (1, below)):
        part = strength * down[:, None]
        for column, across in ((0, 1 - right), (1, right)):
            first = 18 * (row * columns + column)
            votes[first:].scatter_add_(0, place.flatten(), (part * across).flatten())
    return votes.view(images, rows, columns, 18)[:, 1:-1, 1:-1].permute(0, 3, 1, 2)


def _shares(pixels: int, cell: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """For each row or column: the cell before it (counted from the extra one), and the share of the cell after it."""
    centre = (torch.arange(pixels, device=like.device, dtype=like.dtype) + 0.5) / cell + 0.5
    return centre.long(), centre - centre.floor()


def normalised(votes: Tensor) -> Tensor:
    """Divide by the energy of the four blocks of 2 x 2 cells around a cell, clip, and sum up.

    Args:
        votes: (B, 18, H, W) float32.

    Returns:
        (B, 32, H, W) float32.
    """
    either = votes[:, :9] + votes[:, 9:]
    energy = functional.pad((either * either).sum(1, keepdim=True), (1, 1, 1, 1), mode="replicate")
    blocks = functional.avg_pool2d(energy, 2, 1, divisor_override=1)  # (B, 1, H + 1, W + 1)
    scale = (blocks + _TINY).rsqrt()
    features = votes.new_zeros(votes.shape[0], CHANNELS, *votes.shape[2:])
    signed, unsigned = features[:, :18], features[:, 18:27]
    for channel, (row, column) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1)), start=27):
        block = scale[:, :, row : row + votes.shape[2], column : column + votes.shape[3]]
        share = (votes * block).clamp_(max=CLIP)
        signed += share
        unsigned += (either * block).clamp_(max=CLIP)
        features[:, channel] = ENERGY * share.sum(1)
    features[:, :27] *= 0.5
    return features


def mirrored(features: Tensor) -> Tensor:
    """Features, or a filter of them, as a mirrored image would have them: (..., 32, H, W)."""
    return features.flip(-1)[..., _MIRRORED, :, :]
