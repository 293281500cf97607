"""Many filters slid over features by way of their spectra: a fourth of the sums, two thirds of the time of sliding.

Features are cut into square tiles that overlap by a filter's side less one (overlap-save). In the spectrum of a tile a
filter is a product for each frequency, so that all filters and all tiles are one matrix product a frequency; the way
back is two more, first along columns, then along rows. Errors are those of float32 sums.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

#: Side of a tile: smaller ones overlap more, larger ones go further beyond the rim.
TILE = 16
#: Side of a filter at most.
LARGEST = TILE // 2
#: Filters at a time: what lies between the products should stay near a processor.
_TOGETHER = 32


@dataclass(frozen=True)
class Tiles:
    """Spectra of features.

    Attributes:
        spectra: (frequencies, 2 C, B T) float32, real parts of the channels and then imaginary ones.
        images: B.
        places: rows and columns of places that a filter has.
        grid: rows and columns of tiles.
    """

    spectra: Tensor
    images: int
    places: tuple[int, int]
    grid: tuple[int, int]


def tiles_of(features: Tensor, side: int) -> Tiles:
    """The spectra of features (B, C, H, W) float32, for filters of so many cells a side."""
    images, channels, high, wide = features.shape
    new, places = TILE - side + 1, (high - side + 1, wide - side + 1)
    grid = -(-places[0] // new), -(-places[1] // new)
    below, right = (count * new + side - 1 - cells for count, cells in zip(grid, (high, wide), strict=True))
    cut = functional.pad(features, (0, right, 0, below)).unfold(2, TILE, new).unfold(3, TILE, new)
    spectra = torch.fft.rfft2(cut).permute(5, 4, 1, 0, 2, 3).reshape(-1, channels, images * grid[0] * grid[1])
    return Tiles(torch.cat([spectra.real, spectra.imag], 1), images, places, grid)


class Filters:
    """Square filters, ready to be slid: a filter of 32 channels and 6 x 6 cells, 5 kB, takes 74 kB as spectra."""

    def __init__(self, filters: Tensor) -> None:
        """Take filters (N, C, S, S) float32, S at most half a tile."""
        self.side = filters.shape[-1]
        spectra = torch.fft.rfft2(filters, (TILE, TILE)).conj().permute(3, 2, 0, 1).flatten(0, 1)
        real, imaginary = spectra.real, spectra.imag
        both = zip(torch.split(real, _TOGETHER, 1), torch.split(imaginary, _TOGETHER, 1), strict=True)
        self._some = [torch.cat([torch.cat([a, -b], 2), torch.cat([b, a], 2)], 1) for a, b in both]

    def responses(self, tiles: Tiles) -> Tensor:
        """(B, N, rows, columns) float32: what ``conv2d`` gives."""
        (rows, columns), new, half = tiles.places, TILE - self.side + 1, TILE // 2 + 1
        count, many = tiles.spectra.shape[2], sum(some.shape[1] for some in self._some) // 2
        found = tiles.spectra.new_empty(tiles.images, many, tiles.grid[0], new, tiles.grid[1], new)
        rooms = [found.new_empty(lines * _TOGETHER * count) for lines in (2 * half * TILE, 2 * half * new, new * new)]
        first = 0
        for some in self._some:
            wide = some.shape[1] // 2 * count
            product, along, cells = (room[: room.numel() // (_TOGETHER * count) * wide] for room in rooms)
            self._back(some, tiles.spectra, new, (product, along, cells))
            cells = cells.view(new, new, -1, tiles.images, *tiles.grid).permute(3, 2, 4, 0, 5, 1)
            found[:, first : first + some.shape[1] // 2] = cells
            first += some.shape[1] // 2
        return found.flatten(4).flatten(2, 3)[:, :, :rows, :columns]

    def _back(self, some: Tensor, spectra: Tensor, new: int, rooms: tuple[Tensor, Tensor, Tensor]) -> None:
        """Multiply, and go back to cells, each step into its room."""
        half, down, across = TILE // 2 + 1, *_inverse(new)
        product, along, cells = rooms
        torch.bmm(some, spectra, out=product.view(len(some), some.shape[1], -1))
        torch.bmm(down.expand(half, -1, -1), product.view(half, 2 * TILE, -1), out=along.view(half, 2 * new, -1))
        along = along.view(2 * half, new, -1).transpose(0, 1)
        torch.bmm(across.expand(new, -1, -1), along, out=cells.view(new, new, -1))


@cache
def _inverse(new: int) -> tuple[Tensor, Tensor]:
    """(2 new, 2 TILE) and (new, TILE + 2) float32: back from frequencies, down and then across, to the first cells."""
    half = TILE // 2 + 1
    angle = torch.arange(new, dtype=torch.float64)[:, None] * torch.arange(TILE) * (2 * math.pi / TILE)
    cos, sin = angle.cos(), angle.sin()
    down = torch.cat([torch.stack([cos, -sin], 2), torch.stack([sin, cos], 2)]).flatten(1)
    twice = torch.full((half,), 2.0, dtype=torch.float64)
    twice[0] = twice[-1] = 1.0
    across = torch.stack([cos[:, :half] * twice, -sin[:, :half] * twice], 2).flatten(1)
    return (down / TILE).float(), (across / TILE).float()
