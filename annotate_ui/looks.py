"""How a photo looks, in 200 bytes: a fingerprint that near duplicates share, and its colours on a coarse grid.

A page paints a picture's mean colour where the picture will come, so that nothing flashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

#: Cells of the grid of colours in a row, and in a column.
GRID = 8
_PRINT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Look:
    """How a photo looks.

    Attributes:
        fingerprint: 64 bits that are alike where pictures look alike: which of two neighbours is brighter, in 9 x 8 px.
        grid: 8 x 8 RGB bytes, row by row.
    """

    fingerprint: int
    grid: bytes

    def mean(self, box: Sequence[float] = (0.0, 0.0, 1.0, 1.0)) -> str:
        """The mean colour of a part of the photo.

        Args:
            box: left, top, width, height as shares of the photo's own; every cell that it touches counts.

        >>> Look(0, bytes([0, 0, 0] * 32 + [255, 128, 0] * 32)).mean((0, 0.5, 1, 0.5))
        '#ff8000'
        """
        left, top, width, height = box
        columns, rows = _touched(left, width), _touched(top, height)
        cells = [3 * (GRID * row + column) for row in rows for column in columns]
        red, green, blue = (round(sum(self.grid[at + c] for at in cells) / len(cells)) for c in range(3))
        return f"#{red:02x}{green:02x}{blue:02x}"

    def as_text(self) -> str:
        """For a file."""
        return f"{self.fingerprint:0{_PRINT_DIGITS}x}{self.grid.hex()}"

    @classmethod
    def of_text(cls, text: str) -> Look:
        """What :meth:`as_text` gave."""
        return cls(int(text[:_PRINT_DIGITS], 16), bytes.fromhex(text[_PRINT_DIGITS:]))


def look_at(photo: Image.Image) -> Look:
    """How a photo looks; a small copy of it will do."""
    small = photo.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = [small[i] < small[i + 1] for i in range(71) if i % 9 < 8]
    grid = photo.convert("RGB").resize((GRID, GRID), Image.Resampling.BOX).tobytes()
    return Look(sum(bit << place for place, bit in enumerate(bits)), grid)


def _touched(start: float, length: float) -> range:
    first = min(max(int(GRID * start), 0), GRID - 1)
    return range(first, max(first + 1, min(-(-int(1000 * GRID * (start + length)) // 1000), GRID)))
