"""A worker who tries: from what a page shows to the payload that it sends, one method for each stage."""

from __future__ import annotations

from typing import Any

import numpy as np

from cocokit import rle
from cocokit.campaign.mask_sets import rle_of, without
from cocokit.domain.answers import Point
from cocokit.domain.tasks import (
    CaptionTask,
    CategoryRef,
    CrowdTask,
    FilterTask,
    LabelTask,
    SegmentTask,
    SpotTask,
    VerifyTask,
    Work,
)
from cocokit.pipeline.settings import CampaignSettings
from cocokit.types import Rle

from .drawing import outline, painted
from .eyes import Eyes
from .skills import TOOLS, Skill
from .truth import Instance, Scene

#: A crowd of fewer px^2 is nothing to paint.
_NOTHING_PX = 30

#: What captions are made of.
_HOW = "sharp blurred close wide plain busy quiet colourful grey tilted cropped small".split()
_WHERE = ("near a wall", "on the left", "on the right", "in the middle", "far away", "behind something", "at the top",
          "at the edge", "beside other things", "in front of a background")  # fmt: skip
_LIGHT = "bright dim warm cold soft hard morning evening artificial even".split()

Payload = dict[str, Any]


class Hands:
    """One worker's hands.

    Args:
        skill: what the worker is like.
        eyes: the truth as people see it.
        settings: of the campaign: which tools there are, how long a sentence is.
        chance: of this worker alone.
    """

    def __init__(self, skill: Skill, eyes: Eyes, settings: CampaignSettings, chance: np.random.Generator) -> None:
        self.skill, self.eyes, self.settings, self.chance = skill, eyes, settings, chance

    def answer(self, work: Work, scenes: dict[int, Scene], hours: float = 0.0) -> Payload:
        """The payload that this worker sends.

        Args:
            work: what the page shows.
            scenes: id of an image in the campaign -> what is in it.
            hours: worked without a break.
        """
        match work:
            case FilterTask():
                return self.filter(work)
            case VerifyTask():
                return self.verify(work, scenes)
            case LabelTask():
                return self.label(work, scenes[work.image.id], hours)
            case SpotTask():
                return self.spot(work, scenes[work.image.id], hours)
            case SegmentTask():
                return self.segment(work, scenes[work.image.id])
            case CrowdTask():
                return self.crowd(work, scenes[work.image.id])
        return self.caption(work, scenes[work.image.id])

    def filter(self, work: FilterTask) -> Payload:
        """Every image of the truth is a good one; now and then one is removed all the same."""
        gone = [image.id for image in work.candidates if self._happens(self.skill.strict)]
        return {"removed": {str(image): "iconic" for image in gone}}

    def label(self, work: LabelTask, scene: Scene, hours: float) -> Payload:
        """What is noticed, at one of its instances, and now and then something that is not there."""
        drops: dict[int, Point] = {}
        for category in work.categories:
            if category.id in scene.categories and self._notices(scene, category.id, hours):
                drops[category.id] = self._click_category(scene, category.id)
        for _ in range(int(self.chance.poisson(self.skill.extra))):
            category_id, point = self._mistake(scene, work.categories)
            drops.setdefault(category_id, point)
        return {"drops": [{"category_id": key, "x": x, "y": y} for key, (x, y) in drops.items()]}

    def spot(self, work: SpotTask, scene: Scene, hours: float) -> Payload:
        """A cross on each instance that is noticed, as many as the page takes."""
        seen = scene.seen.get(work.category.id, [])
        clutter, hard = min(1.0, len(seen) / 15), 0.5 * self.eyes.hard(scene, work.category.id)
        base = self.skill.miss_spot
        noticed = [
            one for one in seen
            if not self._happens(self.skill.miss_chance(base, one.share, clutter, hours, hard))
        ]  # fmt: skip
        order = self.chance.permutation(len(noticed))[: work.max_spots].tolist()
        points = [self._click(scene, noticed[i]) for i in sorted(order)]
        if self._happens(self.skill.extra_spot):
            points.append(self._anywhere(scene))
        on_pixels = {(int(x), int(y)): (x, y) for x, y in points}
        return {"points": [list(point) for point in on_pixels.values()][: work.max_spots]}

    def segment(self, work: SegmentTask, scene: Scene) -> Payload:
        """The instance that the spot means, unless it has a mask already or nothing is there."""
        category = work.category.id
        one = self.eyes.at(scene, category, work.spot)
        if one is None:
            return {"outcome": "no_object"}
        shown = self.eyes.shown(scene, category, [mask for other, mask in work.others if other == category])
        if one.id not in shown:
            return self._draw(scene, one)
        left = [other for other in scene.seen[category] if other.id not in shown]
        return {"outcome": "no_object" if left else "all_segmented"}

    def verify(self, work: VerifyTask, scenes: dict[int, Scene]) -> Payload:
        """Tiles whose masks are too far from what they should be, as far as this worker can tell."""
        looks = [(t.position, self.eyes.look(scenes[t.image.id], t.category.id, t.mask)[0]) for t in work.tiles]
        return {"bad": [position for position, iou in looks if self._happens(self.skill.doubt(iou))]}

    def crowd(self, work: CrowdTask, scene: Scene) -> Payload:
        """The crowd region and the instances that nobody has drawn, where no mask is yet."""
        left = self.left_of_crowd(work, scene)
        if left is None or rle.area(left) < _NOTHING_PX:
            return {"nothing": True}
        return {"rle": _sent(painted(scene, left, 2, self.chance))}

    def left_of_crowd(self, work: CrowdTask, scene: Scene) -> Rle | None:
        """What a crowd task should paint."""
        category, masks = work.category.id, list(work.masks)
        shown = self.eyes.shown(scene, category, masks)
        parts = [one.mask for one in scene.instances.get(category, []) if one.id not in shown]
        parts += [scene.crowds[category]] if category in scene.crowds else []
        if not parts:
            return None
        region = rle.merge(parts)
        return without(region, rle.merge([rle_of(mask) for mask in masks])) if masks else region

    def caption(self, work: CaptionTask, scene: Scene) -> Payload:
        """A sentence of what is in the image."""
        return {"text": sentence(scene, self.eyes.truth.categories, self.settings, self.chance)}

    # ------------------------------------------------------------------ what a hand does

    def _draw(self, scene: Scene, one: Instance) -> Payload:
        tool = self.settings.tools[int(self.chance.integers(len(self.settings.tools)))]
        iou = self.skill.iou + TOOLS[tool] + 0.02 * float(self.chance.normal())
        if self._happens(self.skill.blunder):
            iou = float(self.chance.uniform(0.35, 0.7))
        rings = outline(scene, one, min(max(iou, 0.3), 0.98), self.chance)
        if tool in ("brush", "superpixels"):
            return {"outcome": "mask", "rle": _sent(scene.drawn(rings)), "tool": tool}
        return {"outcome": "mask", "polygons": [list(ring) for ring in rings], "tool": tool}

    def _notices(self, scene: Scene, category: int, hours: float) -> bool:
        seen = scene.seen[category]
        share = max((one.share for one in seen), default=1e-4)
        hard = self.eyes.hard(scene, category)
        return not self._happens(self.skill.miss_chance(self.skill.miss, share, scene.clutter, hours, hard))

    def _click_category(self, scene: Scene, category: int) -> Point:
        """On one of its instances, rather a large one."""
        seen = scene.seen[category]
        if not seen:
            return self._anywhere(scene)
        weights = np.sqrt([one.area for one in seen])
        return self._click(scene, seen[int(self.chance.choice(len(seen), p=weights / weights.sum()))])

    def _click(self, scene: Scene, one: Instance) -> Point:
        x, y = one.core[int(self.chance.integers(len(one.core)))].tolist()
        spread = min(self.skill.click_px, 0.15 * float(np.sqrt(one.area)))  # the magnifying glass is for small ones
        dx, dy = self.chance.normal(0, spread, 2).tolist()
        return _inside(scene, x + dx, y + dy)

    def _mistake(self, scene: Scene, categories: tuple[CategoryRef, ...]) -> tuple[int, Point]:
        """A category that is not there: mostly one like another that is, taken for it."""
        absent = [category.id for category in categories if category.id not in scene.categories]
        there = sorted(category for category in scene.categories if scene.seen[category])
        if there and self._happens(0.7):
            known = there[int(self.chance.integers(len(there)))]
            truth = self.eyes.truth
            like = [key for key in absent if truth.group_of[key] == truth.group_of[known]]
            if like:
                return like[int(self.chance.integers(len(like)))], self._click_category(scene, known)
        category = absent[int(self.chance.integers(len(absent)))] if absent else categories[0].id
        return category, self._anywhere(scene)

    def _anywhere(self, scene: Scene) -> Point:
        x, y = self.chance.random(2).tolist()
        return _inside(scene, x * scene.width, y * scene.height)

    def _happens(self, share: float) -> bool:
        return float(self.chance.random()) < share


def sentence(
    scene: Scene, categories: tuple[CategoryRef, ...], settings: CampaignSettings, chance: np.random.Generator
) -> str:
    """A caption that the stage takes."""
    names = [category.name for category in categories if category.id in scene.categories][:4] or ["thing"]
    start = int(chance.integers(len(names)))
    how, where, light = (words[int(chance.integers(len(words)))] for words in (_HOW, _WHERE, _LIGHT))
    things = " and ".join(f"a {name}" for name in names[start:] + names[:start])
    words = f"A {how} photo that shows {things} {where} in {light} light".split()
    while len(words) < settings.caption_min_words:
        words += ["with", "more", "around", "it"]
    return " ".join(words) + "."


def _inside(scene: Scene, x: float, y: float) -> Point:
    return round(min(max(x, 0.0), scene.width - 0.01), 2), round(min(max(y, 0.0), scene.height - 0.01), 2)


def _sent(mask: Rle) -> dict[str, Any]:
    return rle.to_coco(rle.compress(mask))
