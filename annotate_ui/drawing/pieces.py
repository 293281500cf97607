"""A worker's answer as a picture: a part of the photo with what was drawn, dropped or painted on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import count

import numpy as np
from markupsafe import Markup
from skimage.measure import approximate_polygon

from cocokit.campaign.mask_sets import rle_of
from cocokit.campaign.roster import Piece, Portfolio
from cocokit.domain.answers import Mask
from cocokit.domain.tasks import CategoryRef, ImageRef
from cocokit.marks import contours
from cocokit.rle import decode

from ..pictures import Crop, crop_around
from .svg import picture, tag

#: px of the longer side of a small picture, and of one to look at closely.
SMALL, LARGE = 320, 1280
#: The hatch of each of the twelve colours, as tokens.css has them.
_HATCHES = ("diag", "diag", "anti", "anti", "dots", "cross", "dots", "horiz", "horiz", "vert", "vert", "cross")
_NUMBERS = count(1)


def draw_piece(piece: Piece, found: Portfolio, categories: Mapping[int, CategoryRef], campaign: int) -> Markup | None:
    """An answer as a small picture; None if it has none."""
    if piece.image is None:
        return None
    if piece.id in found.drawn:
        mask, _ = found.drawn[piece.id]
        crop = crop_around(mask.bbox, piece.image)
        return draw_masks(piece.image, [(mask, 1)], campaign, crop, SMALL, title=f"Mask by w-{piece.worker_id}")
    spots = found.spots.get(piece.id, [])
    marks = [_mark(i + 1, x, y, piece.image, categories.get(key)) for i, (key, x, y, _) in enumerate(spots)]
    whole = (0, 0, piece.image.width, piece.image.height)
    return _photo(piece.image, whole, campaign, SMALL, marks, f"{piece.stage} by w-{piece.worker_id}")


def draw_masks(
    image: ImageRef, masks: list[tuple[Mask, int]], campaign: int, crop: Crop | None = None, side: int = LARGE,
    title: str = "Photo with masks", crowds: frozenset[int] = frozenset(),
) -> Markup:  # fmt: skip
    """A photo, or a part of it, with masks in the colours and hatches of the palette.

    Args:
        image: the photo.
        masks: (mask, number of its colour from 1); the number is also its id in ``data-mask``.
        campaign: of the page.
        crop: which part; None means all of it.
        side: px that the picture is made of, along its longer side.
        title: for those who do not see it.
        crowds: places of painted regions in the list: they are dashed.
    """
    window = crop or (0, 0, image.width, image.height)
    wide = max(window[2], window[3]) / side * 2.2
    shapes = [_shape(mask, number, wide, crowd=i in crowds, at=i) for i, (mask, number) in enumerate(masks)]
    return _photo(image, window, campaign, side, shapes, title)


def draw_replay(piece: Piece, mask: Mask | None, campaign: int) -> Markup:
    """The photo around a mask, large, with an empty layer for strokes."""
    assert piece.image is not None
    crop = crop_around(mask.bbox, piece.image, 0.5) if mask else (0, 0, piece.image.width, piece.image.height)
    shapes = [_shape(mask, 1, max(crop[2], crop[3]) / LARGE * 3, crowd=False, at=0)] if mask else []
    layer = tag("g", data_part="strokes", class_="strokes")
    return _photo(piece.image, crop, campaign, LARGE, [*shapes, layer], "Photo with the strokes of an answer")


@lru_cache(4096)
def outline_path(mask: Mask) -> str:
    """A mask's outline as a path, px of the image; holes are cut out."""
    left, top, width, height = (int(value) for value in mask.bbox)
    rings = contours(decode(rle_of(mask))[top : top + height, left : left + width])
    # half a pixel is not seen
    kept = [approximate_polygon(np.array(ring), 0.5) for ring in rings]  # type: ignore[no-untyped-call]
    return "".join("M" + "L".join(f"{x + left:.1f} {y + top:.1f}" for x, y in ring) + "Z" for ring in kept)


def crop_address(campaign: int, image: ImageRef, crop: Crop, side: int) -> str:
    """Where a part of a photo is served to those who are signed in."""
    left, top, width, height = crop
    return f"/dash/{campaign}/crop/{image.id}/{left}-{top}-{width}-{height}/{side}.jpg"


def _photo(image: ImageRef, crop: Crop, campaign: int, side: int, shapes: list[Markup], title: str) -> Markup:
    left, top, width, height = crop
    photo = tag("image", href=crop_address(campaign, image, crop, side), x=left, y=top, width=width, height=height)
    inner = tag("svg", photo, *shapes, viewBox=f"{left} {top} {width} {height}", width=width, height=height)
    return picture(width, height, inner, title=title, class_="photo")


def _shape(mask: Mask, number: int, wide: float, *, crowd: bool, at: int) -> Markup:
    path = outline_path(mask)
    ink = (number - 1) % 12 + 1
    dash = {"stroke_dasharray": f"{wide * 3:.2f} {wide * 2:.2f}"} if crowd else {}
    name = f"hatch-{next(_NUMBERS)}"
    return tag(
        "g", _pattern(name, ink, wide), tag("path", d=path, class_=f"fill ink-{ink}", fill_rule="evenodd"),
        tag("path", d=path, class_="hatch", fill=f"url(#{name})", fill_rule="evenodd"),
        tag("path", d=path, class_="under", stroke_width=f"{wide * 2:.2f}"),
        tag("path", d=path, class_=f"over ink-{ink}", stroke_width=f"{wide:.2f}", **dash),
        class_="mask", data_mask=at,
    )  # fmt: skip


def _pattern(name: str, ink: int, wide: float) -> Markup:
    """The hatch of a colour; as coarse as lines are wide, so that it looks the same in every picture."""
    size, half = wide * 5, wide * 2.5
    flat, upright = f"M0 {half:.1f}H{size:.1f}", f"M{half:.1f} 0V{size:.1f}"
    lines = {"diag": f"M0 {size:.1f}L{size:.1f} 0", "anti": f"M0 0L{size:.1f} {size:.1f}", "horiz": flat,
             "vert": upright, "cross": flat + upright}  # fmt: skip
    kind = _HATCHES[ink - 1]
    if kind == "dots":
        drawn = tag("circle", cx=half, cy=half, r=wide, class_=f"dot ink-{ink}")
    else:
        drawn = tag("path", d=lines[kind], class_=f"over ink-{ink}", stroke_width=f"{wide * 0.7:.2f}")
    return tag("pattern", drawn, id=name, width=size, height=size, patternUnits="userSpaceOnUse")


def _mark(number: int, x: float, y: float, image: ImageRef, category: CategoryRef | None) -> Markup:
    size = max(image.width, image.height) / 26
    name = category.name if category else "spot"
    return tag(
        "g", tag("title", name), tag("circle", cx=x, cy=y, r=size, class_="disc"),
        tag("text", str(number), x=x, y=y + size * 0.38, class_="disc-n"),
        font_size=f"{size * 1.1:.1f}",
    )  # fmt: skip
