"""What workers hand in, after ``campaign/payloads`` has read and checked it: one record per stage."""

from __future__ import annotations

from dataclasses import dataclass

from ..types import Box, Polygons

#: (x, y) px.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mask:
    """One mask as it is stored.

    Attributes:
        height, width: of its image, px.
        counts: COCO's compressed RLE.
        area: px^2.
        bbox: [x, y, w, h] px, tight around the pixels.
        polygons: the rings as drawn, px, if it was drawn with outlines and has no hole; otherwise None.
        tool: what it was drawn with: "polygon" (the paper's), or another of
            :data:`cocokit.pipeline.settings.TOOLS`.
    """

    height: int
    width: int
    counts: bytes
    area: float
    bbox: Box
    polygons: Polygons | None = None
    tool: str = "polygon"


@dataclass(frozen=True, slots=True)
class FilterAnswer:
    """Which candidates of a page go: image id -> "iconic", "invalid" or "duplicate"."""

    removed: dict[int, str]


@dataclass(frozen=True, slots=True)
class Drop:
    """An icon dragged onto one instance of its category."""

    category_id: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """The categories that a worker saw: at most one drop each."""

    drops: tuple[Drop, ...]


@dataclass(frozen=True, slots=True)
class SpotAnswer:
    """The crosses of one worker on instances of one category."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """A mask, or why there is none.

    Attributes:
        outcome: "mask", "no_object" or "all_segmented".
        mask: the mask if the outcome is "mask", otherwise None.
    """

    outcome: str
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """The positions of the tiles that a worker called bad; every other tile of the page is called good."""

    bad: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CrowdAnswer:
    """The painted rest of a category, or None if nothing was left to paint."""

    mask: Mask | None


@dataclass(frozen=True, slots=True)
class CaptionAnswer:
    """One sentence."""

    text: str


Answer = FilterAnswer | LabelAnswer | SpotAnswer | SegmentAnswer | VerifyAnswer | CrowdAnswer | CaptionAnswer


@dataclass(frozen=True, slots=True)
class Times:
    """How long an answer took, ms: on the wall, with the page visible, with input in the last 5 s (PROTOCOL 10.9)."""

    wall_ms: int = 0
    visible_ms: int = 0
    active_ms: int = 0
