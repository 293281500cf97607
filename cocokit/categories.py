"""COCO's 91 categories with their own ids; 80 of them are in the releases, whose ids have gaps."""

from __future__ import annotations

from dataclasses import dataclass

# (supercategory, first id, names): the ids of a row follow each other. A supercategory may have several rows.
_ROWS = (
    ("person", 1, "person"),
    ("vehicle", 2, "bicycle, car, motorcycle, airplane, bus, train, truck, boat"),
    ("outdoor", 10, "traffic light, fire hydrant, street sign, stop sign, parking meter, bench"),
    ("animal", 16, "bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe"),
    ("accessory", 26, "hat, backpack, umbrella, shoe, eye glasses, handbag, tie, suitcase"),
    ("sports", 34,
     "frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, "
     "tennis racket"),
    ("kitchen", 44, "bottle, plate, wine glass, cup, fork, knife, spoon, bowl"),
    ("food", 52, "banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake"),
    ("furniture", 62, "chair, couch, potted plant, bed, mirror, dining table, window, desk, toilet, door"),
    ("electronic", 72, "tv, laptop, mouse, remote, keyboard, cell phone"),
    ("appliance", 78, "microwave, oven, toaster, sink, refrigerator, blender"),
    ("indoor", 84, "book, clock, vase, scissors, teddy bear, hair drier, toothbrush, hair brush"),
)
_LEFT_OUT = frozenset((12, 26, 29, 30, 45, 66, 68, 69, 71, 83, 91))


@dataclass(frozen=True, slots=True)
class CocoCategory:
    """One of COCO's categories.

    Attributes:
        id: COCO's own, 1 to 91.
        name, supercategory: as in COCO's files.
        released: it is among the 80 of the releases of 2014 and 2017.
    """

    id: int
    name: str
    supercategory: str
    released: bool


#: All 91, by id.
COCO_91 = tuple(
    CocoCategory(first + place, name, group, first + place not in _LEFT_OUT)
    for group, first, names in _ROWS
    for place, name in enumerate(names.split(", "))
)

#: The 80 of the releases, by id.
COCO_80 = tuple(category for category in COCO_91 if category.released)
