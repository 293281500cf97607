"""Domain types that cross borders: one small frozen record per noun of GLOSSARY.md, without behaviour.

Datasets of a million annotations live in columns (:mod:`cocokit.columns`); these records are for one thing at a time:
what a query returns, what a stage decides, what a caller builds by hand. Lengths are in pixels of the upright image,
with the origin at the outer corner of the top-left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: [x, y, w, h] px.
Box = tuple[float, float, float, float]

#: One ring: x0, y0, x1, y1, ... px, not closed.
Ring = tuple[float, ...]

#: The rings of one annotation; their union is its mask (quirk K2).
Polygons = tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Rle:
    """A mask as run lengths.

    Attributes:
        height, width: size of the mask, px.
        counts: compressed characters as ``bytes``, or the run lengths themselves as a tuple of int: px, column-major,
            background first (quirks G1, G5).
    """

    height: int
    width: int
    counts: bytes | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """One image.

    Attributes:
        id: its id in the file; never renumbered.
        width, height: px, or 0 where the file does not say.
        file_name: as written, or None.
        extras: members that cocokit does not know, as parsed JSON.
    """

    id: int
    width: int
    height: int
    file_name: str | None = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One ground-truth annotation; a field that the file does not have is None.

    Attributes:
        id: its id in the file.
        image_id: id of its image.
        category_id: id of its category; None for a caption.
        bbox: [x, y, w, h] px.
        area: px^2 as written, usually of the mask and not of the box.
        segmentation: polygons or RLE; an empty tuple stands for an empty list.
        iscrowd: one outline around many instances.
        ignore: as written (the evaluator's strict mode overwrites it, quirk D1).
        keypoints: x, y, v, x, y, v, ...; x and y in px, v 0 = not labelled, 1 = hidden, 2 = visible.
        num_keypoints: how many points have v > 0, as written.
        caption: a sentence about the image.
        extras: members that cocokit does not know, as parsed JSON.
    """

    id: int | None
    image_id: int
    category_id: int | None = None
    bbox: Box | None = None
    area: float | None = None
    segmentation: Polygons | Rle | None = None
    iscrowd: bool | None = None
    ignore: bool | None = None
    keypoints: tuple[float, ...] | None = None
    num_keypoints: int | None = None
    caption: str | None = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Detection:
    """One result of a detector: where, what, and how sure.

    Attributes:
        image_id: id of the image.
        category_id: id of the category.
        score: the larger, the surer; usually 0 to 1.
        bbox: [x, y, w, h] px.
        segmentation: polygons or RLE.
        keypoints: x, y, v, ...; v is not used in evaluation.
    """

    image_id: int
    category_id: int
    score: float
    bbox: Box | None = None
    segmentation: Polygons | Rle | None = None
    keypoints: tuple[float, ...] | None = None
