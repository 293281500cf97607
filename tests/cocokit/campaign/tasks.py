"""One small task of each stage, for tests of answers."""

from __future__ import annotations

from cocokit import rle
from cocokit.domain.answers import Mask
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import (
    Assignment,
    CaptionTask,
    CategoryRef,
    CrowdTask,
    FilterTask,
    ImageRef,
    LabelTask,
    SegmentTask,
    SpotTask,
    Tile,
    VerifyTask,
    Work,
)

IMAGE = ImageRef(17, "images/17.jpg", 40, 30)
CATS = (CategoryRef(1, "person", "person"), CategoryRef(18, "dog", "animal"), CategoryRef(44, "bottle", "kitchen"))


def box_mask(x: float, y: float, w: float, h: float, image: ImageRef = IMAGE) -> Mask:
    """A box as a mask of an image."""
    drawn = rle.from_bbox((x, y, w, h), image.height, image.width)
    assert isinstance(drawn.counts, bytes)
    return Mask(image.height, image.width, drawn.counts, float(rle.area(drawn)), rle.bbox(drawn))


MASK = box_mask(4, 5, 10, 8)
WORK: dict[Stage, Work] = {
    Stage.FILTER: FilterTask("dog + car", "pair", tuple(ImageRef(i, f"images/{i}.jpg", 40, 30) for i in (17, 5, 230))),
    Stage.LABEL: LabelTask(IMAGE, CATS),
    Stage.SPOT: SpotTask(IMAGE, CATS[1], (3.0, 4.0), 10),
    Stage.SEGMENT: SegmentTask(IMAGE, CATS[1], (3.0, 4.0)),
    Stage.VERIFY: VerifyTask(tuple(Tile(i, IMAGE, CATS[1], MASK) for i in range(4))),
    Stage.CROWD: CrowdTask(IMAGE, CATS[1], (MASK,)),
    Stage.CAPTION: CaptionTask(IMAGE),
}


def assignment(stage: Stage) -> Assignment:
    """A lease of the stage's task."""
    return Assignment("a1b2", 7, stage, WORK[stage], 10**12)
