"""How right one answer is, by the truth: what was found, what was missed, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cocokit import rle
from cocokit.campaign.mask_sets import iou, rle_of, stored
from cocokit.domain.tasks import CrowdTask, FilterTask, LabelTask, SegmentTask, SpotTask, VerifyTask, Work

from .eyes import Eyes
from .hands import Hands, Payload
from .truth import Scene

#: Masks of a page that are surely good or bad by the truth; what lies between says nothing of a worker.
GOOD_FROM, BAD_UNTIL = 0.8, 0.65
#: A mask is of the instance that it overlaps with such an IoU.
RIGHT_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer is worth.

    Attributes:
        right, wrong: what was said, by whether it is so.
        found, missed: what is so, by whether it was said.
        iou: IoU of the mask with the nearest instance, or None.
    """

    right: int = 0
    wrong: int = 0
    found: int = 0
    missed: int = 0
    iou: float | None = None


def score(hands: Hands, work: Work, payload: Payload, scenes: dict[int, Scene]) -> Score:
    """How right a payload is.

    Args:
        hands: of the worker; their eyes know the truth.
        work: what was asked.
        payload: what was sent; one that the engine took.
        scenes: id of an image in the campaign -> what is in it.
    """
    match work:
        case FilterTask():
            gone = len(payload["removed"])
            return Score(right=0, wrong=gone, found=0, missed=0)
        case LabelTask():
            there = scenes[work.image.id].categories & {category.id for category in work.categories}
            said = {drop["category_id"] for drop in payload["drops"]}
            return Score(len(said & there), len(said - there), len(said & there), len(there - said))
        case SpotTask():
            return _spots(hands.eyes, work, payload, scenes[work.image.id])
        case SegmentTask():
            return _mask(hands.eyes, work, payload, scenes[work.image.id])
        case VerifyTask():
            return _page(hands.eyes, work, payload, scenes)
        case CrowdTask():
            return _painted(hands, work, payload, scenes[work.image.id])
    return Score()


def _spots(eyes: Eyes, work: SpotTask, payload: Payload, scene: Scene) -> Score:
    category = work.category.id
    hits = [(point, eyes.at(scene, category, (point[0], point[1]))) for point in payload["points"]]
    right = sum(one is not None or eyes.within(scene, category, (point[0], point[1])) for point, one in hits)
    wanted = {one.id for one in scene.instances.get(category, [])}
    found = wanted & {one.id for _, one in hits if one is not None}
    most = min(len(wanted), work.max_spots)
    return Score(right, len(hits) - right, len(found), most - len(found))


def _mask(eyes: Eyes, work: SegmentTask, payload: Payload, scene: Scene) -> Score:
    """A word that there is nothing is right where no instance was meant; other words say nothing."""
    if payload["outcome"] == "mask":
        drawn = payload["rle"] if "rle" in payload else scene.drawn([tuple(ring) for ring in payload["polygons"]])
        mask = stored(rle.merge([drawn]), "")
        overlap = eyes.look(scene, work.category.id, mask)[0]
        right = int(overlap >= RIGHT_FROM)
        return Score(right, 1 - right, right, 0, overlap)
    meant = eyes.at(scene, work.category.id, work.spot)
    return Score(missed=int(payload["outcome"] == "no_object" and meant is not None and not work.others))


def _page(eyes: Eyes, work: VerifyTask, payload: Payload, scenes: dict[int, Scene]) -> Score:
    flagged = set(payload["bad"])
    right = wrong = missed = 0
    for tile in work.tiles:
        overlap = eyes.look(scenes[tile.image.id], tile.category.id, tile.mask)[0]
        right += overlap <= BAD_UNTIL and tile.position in flagged
        missed += overlap <= BAD_UNTIL and tile.position not in flagged
        wrong += overlap >= GOOD_FROM and tile.position in flagged
    return Score(right, wrong, right, missed)


def _painted(hands: Hands, work: CrowdTask, payload: dict[str, Any], scene: Scene) -> Score:
    left = hands.left_of_crowd(work, scene)
    if "rle" not in payload:
        return Score(missed=int(left is not None and rle.area(left) > 0))
    overlap = 0.0 if left is None else iou(rle_of(stored(rle.merge([payload["rle"]]), "")), left)
    right = int(overlap >= RIGHT_FROM)
    return Score(right, 1 - right, right, int(not right), overlap)
