"""Annotations and detections drawn over their photo: masks, boxes, poses and names, in the colours of the interface.

Every line is double, dark or light under its colour, so that it can be seen on any photo; ground truth is solid,
detections are dashed, crowd regions are hatched: nothing is told by colour alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

Point = tuple[float, float]
Path = Sequence[Point]

#: Twelve colours that people with any colour vision can tell apart; neighbours in the list differ most.
PALETTE = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#D55E00", "#CC79A7",
    "#5E2A7E", "#A7E3CF", "#882255", "#6B3F12", "#F2F2F2", "#B5D334",
)  # fmt: skip

#: Ground without a photo, and the colours under and in text on it.
STAGE, PAPER = "#E4E4E6", "#FFFFFF"

_LINE, _UNDER = 2.25, 4.5  # px, of the stroke and of the one below it
_DASH, _GAP = 7.0, 5.0  # px
_FILL, _CROWD_FILL, _HATCH = 0.30, 0.14, 0.55
_SAMPLES = 3  # finer drawing per px along each axis, averaged for smooth edges
_WANTED = 1000  # px: smaller images are enlarged to about this length


@dataclass(slots=True)
class Mark:
    """One thing to draw; all coordinates are px of the image, origin at its top-left corner.

    Attributes:
        text: what its chip says, or an empty string for none.
        colour: its colour, as ``#RRGGBB``.
        box: [x, y, w, h] to stroke, or None.
        rings: outlines, each a sequence of (x, y); they are stroked where there is no box.
        mask: (H, W) bool of the whole image to fill; None fills the rings.
        points: keypoints as (x, y, v); those with v = 0 are left out.
        bones: pairs of indices into ``points`` that a line joins.
        dashed: a detection and not a ground truth.
        crowd: hatched instead of filled.
        category: id of its category, or None.
    """

    text: str = ""
    colour: str = PALETTE[0]
    box: tuple[float, float, float, float] | None = None
    rings: Sequence[Path] = ()
    mask: NDArray[np.bool_] | None = None
    points: Sequence[tuple[float, float, float]] = ()
    bones: Sequence[tuple[int, int]] = ()
    dashed: bool = False
    crowd: bool = False
    category: int | None = None

    def extent(self) -> tuple[float, float, float, float]:
        """[left, top, right, bottom] px of all that is drawn; of the box where there is one."""
        if self.box is not None:
            x, y, w, h = self.box
            return x, y, x + w, y + h
        xs, ys = zip(*(self._places() or [(0.0, 0.0)]), strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def top_x(self) -> float:
        """Where along x, px, its highest point lies; the left side of a box."""
        if self.box is not None or not self._places():
            return self.extent()[0]
        return min(self._places(), key=lambda place: place[1])[0]

    def _places(self) -> list[Point]:
        return [p for ring in self.rings for p in ring] + [(x, y) for x, y, v in self.points if v > 0]


def draw(
    photo: NDArray[np.uint8] | None, size: tuple[int, int], marks: Sequence[Mark], *, caption: str = ""
) -> Picture:
    """An RGB picture of the marks over the photo, enlarged by a whole factor if the image is small.

    Args:
        photo: (height, width, 3) uint8 RGB, or None for a grey ground.
        size: (width, height) px of the image, at least 1.
        marks: what to draw, in this order; names come on top of everything.
        caption: a line below the picture, or nothing.
    """
    scale = max(1, round(_WANTED / max(size)))
    canvas = Canvas(_ground(photo, size, scale), scale)
    for mark in marks:
        canvas.fill(mark)
    for mark in marks:
        canvas.outline(mark)
    from .chips import add_caption, add_chips

    spots = [(m.text, m.colour, m.dashed, [v * scale for v in (*m.extent(), m.top_x())]) for m in marks if m.text]
    add_chips(canvas.picture, spots)
    return add_caption(canvas.picture, caption) if caption else canvas.picture


def _ground(photo: NDArray[np.uint8] | None, size: tuple[int, int], scale: int) -> Picture:
    enlarged = size[0] * scale, size[1] * scale
    if photo is None:
        return Image.new("RGB", enlarged, STAGE)
    # Thumbnails and masks of a few pixels are looked at pixel by pixel.
    how = Image.Resampling.NEAREST if scale >= 8 else Image.Resampling.LANCZOS
    return Image.fromarray(photo).resize(enlarged, how)


@dataclass(slots=True)
class Canvas:
    """A picture that is painted on with smooth edges.

    Attributes:
        picture: RGB, ``scale`` times the image's size.
        scale: px of the picture per px of the image.
    """

    picture: Picture
    scale: int
    _unit: float = field(init=False, default=1.0)

    def __post_init__(self) -> None:
        # Strokes are made for screens; on very large photos they grow, so that they stay visible when it is shrunk.
        self._unit = max(1.0, max(self.picture.size) / 1600)

    def fill(self, mark: Mark) -> None:
        """Fill a mark's mask or rings, hatched if it is a crowd region."""
        if mark.mask is None and not mark.rings:
            return

        def shape(draw: ImageDraw.ImageDraw, place: _Place) -> None:
            if mark.mask is not None:
                place.paste(draw, mark.mask)
            else:
                for ring in mark.rings:
                    if len(ring) > 2:
                        draw.polygon([place(p) for p in ring], fill=255)

        bounds = (
            (0.0, 0.0, *self._size())
            if mark.mask is not None
            else mark.extent()
            if mark.box is None
            else _around(mark.rings)
        )
        layer = self._layer(bounds, shape)
        self._tint(layer, mark.colour, _CROWD_FILL if mark.crowd else _FILL)
        if mark.crowd:
            self._tint(layer, mark.colour, _HATCH, hatched=True)

    def outline(self, mark: Mark) -> None:
        """Stroke a mark's box or rings, and its pose."""
        left, top, right, bottom = mark.extent()
        frame = [(left, top), (right, top), (right, bottom), (left, bottom)]
        rings = mark.rings if mark.box is None else [frame]
        paths = [[*ring, ring[0]] for ring in rings if len(ring)]
        under = PAPER if is_dark(mark.colour) else "#000000"
        for path in paths:
            self._stroke(path, under, _UNDER, 0.62)
            self._stroke(path, mark.colour, _LINE, 1.0, dashed=mark.dashed)
        self._pose(mark, under)

    def _pose(self, mark: Mark, under: str) -> None:
        seen = {i: (x, y) for i, (x, y, v) in enumerate(mark.points) if v > 0}
        bones = [[seen[a], seen[b]] for a, b in mark.bones if a in seen and b in seen]
        for colour, width, strength in ((under, _UNDER, 0.62), (mark.colour, _LINE, 1.0)):
            for bone in bones:
                self._stroke(bone, colour, width, strength, dashed=mark.dashed and colour == mark.colour)
        for i, point in seen.items():
            self._dot(point, under, 5.0)
            self._dot(point, mark.colour, 3.75)
            if mark.points[i][2] == 1:  # labelled but hidden: hollow
                self._dot(point, under, 1.75)

    def _dot(self, centre: Point, colour: str, radius: float) -> None:
        r = radius * self._unit / self.scale
        x, y = centre

        def shape(draw: ImageDraw.ImageDraw, place: _Place) -> None:
            draw.ellipse([place((x - r, y - r)), place((x + r, y + r))], fill=255)

        self._tint(self._layer((x - r, y - r, x + r, y + r), shape), colour, 1.0)

    def _stroke(self, path: Path, colour: str, width: float, strength: float, *, dashed: bool = False) -> None:
        wide = width * self._unit / self.scale
        pieces = _dashes(path, _DASH * self._unit / self.scale, _GAP * self._unit / self.scale) if dashed else [path]

        def shape(draw: ImageDraw.ImageDraw, place: _Place) -> None:
            thick = max(1, round(wide * place.scale))
            for piece in pieces:
                draw.line([place(p) for p in piece], fill=255, width=thick, joint="curve")

        left, top, right, bottom = _around([path])
        self._tint(self._layer((left - wide, top - wide, right + wide, bottom + wide), shape), colour, strength)

    def _size(self) -> tuple[float, float]:
        return self.picture.width / self.scale, self.picture.height / self.scale

    def _layer(self, bounds: Sequence[float], shape: Callable[[ImageDraw.ImageDraw, _Place], None]) -> _Layer | None:
        """The coverage of a shape within its bounds (px of the image), 0 to 255 per px of the picture."""
        left, top = (max(0, math.floor(v * self.scale) - 1) for v in bounds[:2])
        right = min(self.picture.width, math.ceil(bounds[2] * self.scale) + 1)
        bottom = min(self.picture.height, math.ceil(bounds[3] * self.scale) + 1)
        if right <= left or bottom <= top:
            return None
        fine = Image.new("L", ((right - left) * _SAMPLES, (bottom - top) * _SAMPLES))
        shape(ImageDraw.Draw(fine), _Place(fine, left, top, self.scale * _SAMPLES))
        return _Layer(fine.reduce(_SAMPLES), left, top)

    def _tint(self, layer: _Layer | None, colour: str, strength: float, *, hatched: bool = False) -> None:
        if layer is None:
            return
        cover = np.asarray(layer.cover, np.float32) * strength
        if hatched:
            cover *= _hatch(cover.shape, layer.left, layer.top, 9 * self._unit)
        self.picture.paste(colour, (layer.left, layer.top), Image.fromarray(cover.round().astype(np.uint8)))


@dataclass(slots=True)
class _Layer:
    cover: Picture
    left: int
    top: int


@dataclass(slots=True)
class _Place:
    """From px of the image to px of a finer layer."""

    fine: Picture
    left: int
    top: int
    scale: int

    def __call__(self, point: Point) -> Point:
        x, y = point
        return x * self.scale - self.left * _SAMPLES - 0.5, y * self.scale - self.top * _SAMPLES - 0.5

    def paste(self, draw: ImageDraw.ImageDraw, mask: NDArray[np.bool_]) -> None:
        """Paint an (H, W) mask, enlarged."""
        whole = Image.fromarray(mask.astype(np.uint8) * 255)
        size = mask.shape[1] * self.scale, mask.shape[0] * self.scale
        offset = -self.left * _SAMPLES, -self.top * _SAMPLES
        self.fine.paste(whole.resize(size, Image.Resampling.NEAREST), offset)


def _around(paths: Sequence[Path]) -> tuple[float, float, float, float]:
    xs, ys = zip(*(p for path in paths for p in path), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _dashes(path: Path, dash: float, gap: float) -> list[list[Point]]:
    """The pieces of a path that a dashed line draws."""
    pieces: list[list[Point]] = [[path[0]]]
    on, left = True, dash
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        length, at = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - at > left:
            at += left
            here = (x0 + (x1 - x0) * at / length, y0 + (y1 - y0) * at / length)
            if on:
                pieces[-1].append(here)
            else:
                pieces.append([here])
            on, left = not on, gap if on else dash
        left -= length - at
        if on:
            pieces[-1].append((x1, y1))
    return [piece for piece in pieces if len(piece) > 1]


def _hatch(shape: tuple[int, ...], left: int, top: int, period: float) -> NDArray[np.float32]:
    """Diagonal stripes in picture coordinates, so that all crowd regions of a picture line up."""
    y, x = np.ogrid[top : top + shape[0], left : left + shape[1]]
    wave = np.abs(((x + y) / period) % 1.0 - 0.5) * period
    return np.clip(wave - period * 0.28 + 0.5, 0, 1).astype(np.float32)


def is_dark(colour: str) -> bool:
    """Whether a colour needs white below it, and not black, to be seen on any photo."""
    return luminance(colour) < 0.09


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` as WCAG defines it, 0 for black to 1 for white.

    >>> luminance("#FFFFFF"), luminance("#000000")
    (1.0, 0.0)
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return round(0.2126 * r + 0.7152 * g + 0.0722 * b, 6)
