"""Names on a drawing: dark chips with a swatch in the category's colour, placed where they hide each other least."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Area = tuple[float, float, float, float]

#: Characters of a chip, and of a caption, that can have a place.
_LONGEST, _MOST = 80, 400
_GROUND = (24, 24, 27, 216)
_WIDE_FONTS = ("NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "DejaVuSans.ttf", "Arial Unicode.ttf")


def add_chips(picture: Picture, names: Sequence[tuple[str, str, bool, Sequence[float]]]) -> None:
    """Draw a chip for each name into an RGB picture.

    Args:
        picture: changed in place.
        names: (text, colour, hollow swatch, [left, top, right, bottom, x of its highest point] px of what it names).
    """
    unit = max(1.0, max(picture.size) / 1600)
    overlay = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(overlay)
    taken: list[Area] = []
    for name, colour, hollow, extent in names:
        text = name if len(name) <= _LONGEST else name[: _LONGEST - 3] + "..."
        font = font_for(text, round(13 * unit))
        size = _chip_size(draw, text, font, unit)
        area = _free_place(extent, size, picture.size, taken)
        taken.append(area)
        _draw_chip(draw, area, text, font, colour, unit, hollow=hollow)
    picture.paste(overlay, mask=overlay.getchannel("A"))


def add_caption(picture: Picture, text: str) -> Picture:
    """The picture with a light strip of one line below it; text that is too long is cut."""
    unit = max(1.0, max(picture.size) / 1600)
    high, pad = round(32 * unit), round(12 * unit)
    made = Image.new("RGB", (picture.width, picture.height + high), "#FFFFFF")
    made.paste(picture)
    draw = ImageDraw.Draw(made)
    text = text if len(text) <= _MOST else text[: _MOST - 3] + "..."
    font = font_for(text, round(13 * unit))
    while len(text) > 4 and draw.textlength(text, font) > picture.width - 2 * pad:
        text = text[:-4] + "..."
    draw.text((pad, picture.height + high / 2), text, "#55555D", font, anchor="lm")
    return made


@functools.lru_cache(maxsize=32)
def font_for(text: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, the same everywhere; one from the system for letters that Pillow's does not have."""
    if not text.isascii():
        for name in _WIDE_FONTS:
            try:
                return ImageFont.truetype(name, size)
            except OSError:
                continue  # not installed here: the next one
    return ImageFont.load_default(size)


def _chip_size(
    draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, unit: float
) -> tuple[float, float]:
    return draw.textlength(text, font) + 27 * unit, 20 * unit


def _draw_chip(
    draw: ImageDraw.ImageDraw,
    area: Area,
    text: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    colour: str,
    unit: float,
    *,
    hollow: bool,
) -> None:
    left, top, _, bottom = area
    middle, side = (top + bottom) / 2, 5 * unit
    draw.rounded_rectangle(area, 4 * unit, fill=_GROUND)
    swatch = (left + 6 * unit, middle - side, left + 6 * unit + 2 * side, middle + side)
    if hollow:
        draw.rounded_rectangle(swatch, 2 * unit, outline=colour, width=round(2.25 * unit))
    else:
        draw.rounded_rectangle(swatch, 2 * unit, fill=colour)
    draw.text((left + 21 * unit, middle), text, "#FFFFFF", font, anchor="lm")


def _free_place(extent: Sequence[float], size: tuple[float, float], room: tuple[int, int], taken: list[Area]) -> Area:
    """The first place for a chip that covers no other chip; else the one that covers least."""
    best, least = None, float("inf")
    for left, top in _places(extent, size):
        left = min(max(left, 0), max(room[0] - size[0], 0))
        top = min(max(top, 0), max(room[1] - size[1], 0))
        area = (round(left), round(top), round(left + size[0]), round(top + size[1]))
        covered = sum(_overlap(area, other) for other in taken)
        if covered < least:
            best, least = area, covered
        if not covered:
            break
    assert best is not None
    return best


def _places(extent: Sequence[float], size: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Top-left corners for a chip: above, inside, below, and then down along both sides."""
    left, top, right, bottom, highest = extent
    wide, high = size
    yield min(max(highest - wide / 2, left), max(left, right - wide)), top - high - 3
    yield left, top - high - 3
    yield left + 3, top + 3
    yield right - wide, top - high - 3
    yield left, bottom + 3
    yield right - wide, bottom + 3
    yield right + 3, top
    yield left - wide - 3, top
    for step in range(1, 6):
        yield left + 3, top + 3 + step * (high + 2)
        yield left, top - 3 - (step + 1) * (high + 2)
        yield right + 3, top + step * (high + 2)


def _overlap(a: Area, b: Area) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0
