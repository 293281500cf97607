"""What simulated workers can see: which instance a mask shows or a click meant, the same for everybody."""

from __future__ import annotations

import math

import numpy as np

from cocokit import rle
from cocokit.campaign.mask_points import contains
from cocokit.campaign.mask_sets import rle_of, stored
from cocokit.domain.answers import Mask, Point
from cocokit.types import Rle

from .truth import Instance, Scene, Truth

#: A mask shows an instance, for whoever looks for what is left to draw, from this IoU on.
SHOWN = 0.4
#: How far a click may miss: px, and as a share of the instance's size.
_MISS_PX, _MISS_SHARE = 5.0, 0.5
#: How much the log odds of a miss differ between images, whatever their instances' sizes.
_HARDNESS = 0.4


class Eyes:
    """The truth as people see it; whatever is computed is kept.

    Args:
        truth: the hidden truth.
        seed: of what makes some images harder than others.
    """

    def __init__(self, truth: Truth, seed: int) -> None:
        self.truth = truth
        self._seed = seed
        self._hard: dict[tuple[int, int], float] = {}
        self._looks: dict[tuple[int, int, bytes], tuple[float, Instance | None]] = {}
        self._stored: dict[int, Mask] = {}

    def hard(self, scene: Scene, category: int) -> float:
        """What makes a category of an image hard to see for everybody, log odds."""
        key = (scene.id, category)
        if key not in self._hard:
            self._hard[key] = _HARDNESS * float(np.random.default_rng([self._seed, 3, *key]).normal())
        return self._hard[key]

    def look(self, scene: Scene, category: int, mask: Mask) -> tuple[float, Instance | None]:
        """The instance that a mask comes nearest to, and its IoU with it; 0 and None if there is none."""
        key = (scene.id, category, mask.counts)
        if key not in self._looks:
            self._looks[key] = self._nearest(scene.seen.get(category, []), rle_of(mask))
        return self._looks[key]

    def at(self, scene: Scene, category: int, point: Point) -> Instance | None:
        """The instance that a click means: the smallest that contains it, or else the nearest if it is near."""
        seen = scene.seen.get(category, [])
        inside = [one for one in seen if contains(self._mask(scene, one), *point)]
        if inside:
            return min(inside, key=lambda one: (one.area, one.id))
        gaps = [(_gap(one, point), one) for one in seen]
        near = [(gap, one) for gap, one in gaps if gap <= _MISS_PX + _MISS_SHARE * math.sqrt(one.area)]
        return min(near, key=lambda found: (found[0], found[1].id))[1] if near else None

    def within(self, scene: Scene, category: int, point: Point) -> bool:
        """Whether a point is on an instance of a category, or in its crowd."""
        one = self.at(scene, category, point)
        if one is not None:
            return True
        crowd = scene.crowds.get(category)
        return crowd is not None and contains(stored(crowd, ""), *point)

    def shown(self, scene: Scene, category: int, masks: list[Mask]) -> set[int]:
        """Ids of the instances that masks show already."""
        looks = [self.look(scene, category, mask) for mask in masks]
        return {one.id for iou, one in looks if one is not None and iou >= SHOWN}

    def _nearest(self, seen: list[Instance], mask: Rle) -> tuple[float, Instance | None]:
        if not seen:
            return 0.0, None
        ious = rle.iou([mask], [one.mask for one in seen], np.zeros(len(seen), np.bool_))[0]
        best = int(np.argmax(ious))
        return max(float(ious[best]), 0.0), seen[best]

    def _mask(self, scene: Scene, one: Instance) -> Mask:
        key = id(one)
        if key not in self._stored:
            self._stored[key] = stored(one.mask, "")
        return self._stored[key]


def _gap(one: Instance, point: Point) -> float:
    """From a point to the middle parts of an instance, px."""
    return float(np.hypot(*(one.core - point).T).min())
