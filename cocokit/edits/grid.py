"""Where tiles lie in an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import ParamsError
from .cutting import Window

#: What becomes of a tile that reaches over the edge: it is smaller, or it is moved back and overlaps more.
Edge = Literal["cut", "shift"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Tiles of one size.

    Attributes:
        width, height: of a tile, px.
        overlap: of neighbours, px.
        edge: what happens at the right and the lower edge: "cut" makes the last tile smaller, so that without an
            overlap every pixel is in one tile; "shift" moves it back, so that all tiles have one size.
    """

    width: int
    height: int
    overlap: int = 0
    edge: Edge = "cut"

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1:
            raise ParamsError("size", (self.width, self.height), "a tile has at least one pixel")
        if not 0 <= self.overlap < min(self.width, self.height):
            raise ParamsError("overlap", self.overlap, "from 0 to less than a tile's side")

    def windows(self, width: int, height: int) -> list[Window]:
        """The tiles of an image of a size, row by row; one alone if all of it fits.

        >>> Grid(4, 4).windows(6, 4), Grid(4, 4, 1, "shift").windows(6, 3)
        ([(0, 0, 4, 4), (4, 0, 2, 4)], [(0, 0, 4, 3), (2, 0, 4, 3)])
        """
        across, down = self._along(width, self.width), self._along(height, self.height)
        return [(x, y, w, h) for y, h in down for x, w in across]

    def count(self, width: int, height: int) -> int:
        """How many tiles an image of a size has, without making them.

        >>> Grid(4, 4).count(6, 4), Grid(2, 2).count(10**6, 10**6)
        (2, 250000000000)
        """
        return self._number(width, self.width) * self._number(height, self.height)

    def _number(self, length: int, side: int) -> int:
        return 1 if length <= side else 1 + -((side - length) // (side - self.overlap))

    def _along(self, length: int, side: int) -> list[tuple[int, int]]:
        """(start, length) of the tiles along one side of an image."""
        if length <= side:
            return [(0, length)]
        starts, step = [0], side - self.overlap
        while starts[-1] + side < length:
            starts.append(starts[-1] + step)
        if self.edge == "shift":
            starts[-1] = length - side
        return [(start, min(side, length - start)) for start in starts]
