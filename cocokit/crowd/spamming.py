"""Workers who do not try: what random, mark-all, always-good, copy-paste and bot-fast hand in.

Every payload is one that a page could send: spam that the engine refuses would be no trouble.
"""

from __future__ import annotations

from typing import Any

from cocokit import rle
from cocokit.domain.answers import Point
from cocokit.domain.tasks import CrowdTask, FilterTask, LabelTask, SegmentTask, SpotTask, VerifyTask

from .drawing import blob
from .hands import Hands, Payload
from .truth import Scene

#: What a worker who copies pastes: categories by place in the list, points and boxes by share of the image.
_PASTED = (0.31, 0.44)
#: Crosses of somebody who marks all where no number of them is too many.
_MOST = 25
_WORDS = "nice good photo picture image view great colors thing light ground people"


class RandomHands(Hands):
    """Answers by chance; ``random`` and ``bot-fast`` (who is only faster)."""

    def filter(self, work: FilterTask) -> Payload:
        """Half of the page goes."""
        return {"removed": {str(image.id): "invalid" for image in work.candidates if self._happens(0.5)}}

    def label(self, work: LabelTask, scene: Scene, hours: float) -> Payload:
        """Some categories somewhere."""
        count = min(int(self.chance.integers(1, 7)), len(work.categories))
        chosen = self.chance.choice(len(work.categories), count, replace=False).tolist()
        return {"drops": [_drop(work.categories[i].id, self._anywhere(scene)) for i in chosen]}

    def spot(self, work: SpotTask, scene: Scene, hours: float) -> Payload:
        """Some crosses somewhere."""
        count = int(self.chance.integers(1, min(work.max_spots, 10) + 1))
        return {"points": _on_pixels([self._anywhere(scene) for _ in range(count)])}

    def segment(self, work: SegmentTask, scene: Scene) -> Payload:
        """A shape near the spot, or nothing."""
        if self._happens(0.3):
            return {"outcome": "no_object"}
        radius = float(self.chance.uniform(5, 80))
        return self._shape([list(ring) for ring in blob(scene, work.spot, radius, self.chance)], scene)

    def verify(self, work: VerifyTask, scenes: dict[int, Scene]) -> Payload:
        """Half of the tiles are bad."""
        return {"bad": [tile.position for tile in work.tiles if self._happens(0.5)]}

    def crowd(self, work: CrowdTask, scene: Scene) -> Payload:
        """A shape somewhere."""
        rings = blob(scene, self._anywhere(scene), 40.0, self.chance)
        return {"rle": rle.to_coco(scene.drawn(rings))}

    def caption(self, work: Any, scene: Scene) -> Payload:
        """Some words."""
        words = _WORDS.split()
        chosen = self.chance.choice(len(words), max(self.settings.caption_min_words, 3)).tolist()
        return {"text": " ".join(words[i] for i in chosen)}

    def _shape(self, rings: list[list[float]], scene: Scene) -> Payload:
        """Rings as the first of the campaign's tools sends them."""
        tool = self.settings.tools[0]
        if tool in ("brush", "superpixels"):
            return {"outcome": "mask", "rle": rle.to_coco(scene.drawn([tuple(ring) for ring in rings])), "tool": tool}
        return {"outcome": "mask", "polygons": rings, "tool": tool}


class MarkAllHands(RandomHands):
    """Marks everything everywhere: passes any test that only looks for what was missed."""

    def filter(self, work: FilterTask) -> Payload:
        """Every image goes."""
        return {"removed": {str(image.id): "invalid" for image in work.candidates}}

    def label(self, work: LabelTask, scene: Scene, hours: float) -> Payload:
        """Every category is there."""
        return {"drops": [_drop(category.id, self._anywhere(scene)) for category in work.categories]}

    def spot(self, work: SpotTask, scene: Scene, hours: float) -> Payload:
        """As many crosses as the page takes."""
        return {"points": _on_pixels([self._anywhere(scene) for _ in range(min(work.max_spots, _MOST))])}

    def segment(self, work: SegmentTask, scene: Scene) -> Payload:
        """Nearly all of the image."""
        return self._shape([_box(scene, (0.5, 0.5), 0.48)], scene)

    def verify(self, work: VerifyTask, scenes: dict[int, Scene]) -> Payload:
        """Every tile is bad."""
        return {"bad": [tile.position for tile in work.tiles]}

    def crowd(self, work: CrowdTask, scene: Scene) -> Payload:
        """The whole image."""
        return {"rle": rle.to_coco(rle.from_bbox((0, 0, scene.width, scene.height), scene.height, scene.width))}


class AlwaysGoodHands(Hands):
    """Finds that all is well and nothing is missing."""

    def filter(self, work: FilterTask) -> Payload:
        """No image goes."""
        return {"removed": {}}

    def label(self, work: LabelTask, scene: Scene, hours: float) -> Payload:
        """No category is there."""
        return {"drops": []}

    def spot(self, work: SpotTask, scene: Scene, hours: float) -> Payload:
        """What blinks already."""
        return {"points": [list(work.primer)]}

    def segment(self, work: SegmentTask, scene: Scene) -> Payload:
        """Everything has its mask."""
        return {"outcome": "all_segmented"}

    def verify(self, work: VerifyTask, scenes: dict[int, Scene]) -> Payload:
        """No tile is bad."""
        return {"bad": []}

    def crowd(self, work: CrowdTask, scene: Scene) -> Payload:
        """Nothing is left."""
        return {"nothing": True}


class CopyPasteHands(RandomHands):
    """Hands in the same again and again."""

    def filter(self, work: FilterTask) -> Payload:
        """No image goes."""
        return {"removed": {}}

    def label(self, work: LabelTask, scene: Scene, hours: float) -> Payload:
        """The same two categories at the same point."""
        chosen = work.categories[:: max(len(work.categories) - 1, 1)][:2]
        return {"drops": [_drop(category.id, self._pasted(scene)) for category in chosen]}

    def spot(self, work: SpotTask, scene: Scene, hours: float) -> Payload:
        """The same cross."""
        return {"points": [list(self._pasted(scene))]}

    def segment(self, work: SegmentTask, scene: Scene) -> Payload:
        """The same box."""
        x, y = self._pasted(scene)
        return self._shape([[x - 20, y - 20, x + 20, y - 20, x + 20, y + 20, x - 20, y + 20]], scene)

    def verify(self, work: VerifyTask, scenes: dict[int, Scene]) -> Payload:
        """The same two tiles."""
        return {"bad": [tile.position for tile in work.tiles[:2]]}

    def crowd(self, work: CrowdTask, scene: Scene) -> Payload:
        """The same box."""
        x, y = self._pasted(scene)
        return {"rle": rle.to_coco(rle.from_bbox((x - 20, y - 20, 40, 40), scene.height, scene.width))}

    def caption(self, work: Any, scene: Scene) -> Payload:
        """The same sentence."""
        return {"text": " ".join(["A nice photo of some things that are there"] + ["now"] * max(
            0, self.settings.caption_min_words - 9)) + "."}  # fmt: skip

    def _pasted(self, scene: Scene) -> Point:
        """The same point, as far as the image reaches."""
        return min(160.0, scene.width * _PASTED[0]), min(120.0, scene.height * _PASTED[1])


#: Kind of spam -> hands; everybody else has :class:`Hands`.
SPAMMERS: dict[str, type[Hands]] = {
    "random": RandomHands, "bot-fast": RandomHands, "mark-all": MarkAllHands, "always-good": AlwaysGoodHands,
    "copy-paste": CopyPasteHands,
}  # fmt: skip


def _drop(category: int, point: Point) -> dict[str, float]:
    return {"category_id": category, "x": point[0], "y": point[1]}


def _on_pixels(points: list[Point]) -> list[list[float]]:
    return [list(point) for point in {(int(x), int(y)): (x, y) for x, y in points}.values()]


def _box(scene: Scene, middle: Point, half: float) -> list[float]:
    x0, x1 = ((middle[0] + sign * half) * scene.width for sign in (-1, 1))
    y0, y1 = ((middle[1] + sign * half) * scene.height for sign in (-1, 1))
    return [x0, y0, x1, y0, x1, y1, x0, y1]
