"""An assignment as JSON for its page: what :mod:`cocokit.campaign.handout` reveals, pictures by signed addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cocokit.campaign.context import Campaign
from cocokit.campaign.drafts import Draft
from cocokit.campaign.duplicates import group
from cocokit.campaign.examples import Example
from cocokit.campaign.guidance import Guidance
from cocokit.domain.answers import Mask
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
)
from cocokit.pipeline.settings import CampaignSettings
from cocokit.types import Rle

from .icons import icon_file
from .pictures import CANDIDATE, COLUMNS, JUDGED, TILES, Part, Pictures, Size, crop_around, display_size
from .tiles import TILE, steps
from .tokens import Tokens

Json = dict[str, Any]

#: Whoever looks for people sees what they wear and carry: one question for both.
_WORN, _TOGETHER = {"person", "accessory"}, "person & accessory"


@dataclass(frozen=True, slots=True)
class Showing:
    """What is needed to show assignments of one campaign.

    Attributes:
        tokens: sign the addresses of pictures.
        pictures: tell which candidates look alike.
        root: where static files lie.
        campaign: whose assignments they are.
        now: ms since 1970 UTC.
        guidance: what the campaign tells its workers.
        examples: (good, bad) masks of a category, none of them in an image: ids of both.
    """

    tokens: Tokens
    pictures: Pictures
    root: str
    campaign: Campaign
    now: int
    guidance: Guidance
    examples: Callable[[int, int], tuple[list[Example], list[Example]]]

    @property
    def settings(self) -> CampaignSettings:
        """Of the campaign."""
        return self.campaign.settings

    def assignment(self, given: Assignment, draft: Draft | None = None) -> Json:
        """An assignment with its work."""
        stage = given.stage
        return {
            "id": given.id, "stage": str(stage), "training": given.training, "expires_at": given.expires_at,
            "lease_ms": self.settings.lease_ms(stage), "cents": self.settings.pay(stage),
            "draft": {"version": draft.version, "data": draft.data} if draft else None,
            "instructions": self.guidance.texts.get(stage), "work": self.work(given),
        }  # fmt: skip

    def work(self, given: Assignment) -> Json:
        """What to do, by stage."""
        match given.work:
            case FilterTask() as work:
                return self._filter(given.id, work)
            case LabelTask(image=image, categories=categories):
                return {"image": self.image(image), "groups": self._groups(categories)}
            case SpotTask(image=image, category=category, primer=primer, max_spots=most):
                return {"image": self.image(image), "category": self.category(category), "primer": list(primer),
                        "max_spots": most}  # fmt: skip
            case SegmentTask() as work:
                return self._segment(work)
            case VerifyTask() as work:
                return self._verify(given.id, work)
            case CrowdTask(image=image, category=category, masks=masks):
                return {"image": self.image(image), "category": self.category(category),
                        "masks": [shown_mask(mask) for mask in masks], "superpixels": True}  # fmt: skip
            case CaptionTask(image=image):
                rules = {"least_words": self.settings.caption_min_words, "most_characters": 1000}
                return {"image": self.image(image), "rules": rules}

    def image(self, image: ImageRef) -> Json:
        """An image with the address of its display copy."""
        width, height = display_size(image)
        shown: Json = {"id": image.id, "url": self.address(f"image/{image.id}"), "width": image.width,
                       "height": image.height, "shown_width": width, "shown_height": height,
                       "mean": self.pictures.mean(image)}  # fmt: skip
        found = steps(image)
        if found:  # most photos are their own display copy
            word = self.tokens.media(f"deep/{image.id}", self.now)
            shown["tiles"] = {"url": f"/media/deep/{image.id}/{word}/{{step}}/{{x}}/{{y}}.jpg", "size": TILE,
                              "steps": found}  # fmt: skip
        return shown

    def category(self, category: CategoryRef) -> Json:
        """A category with the address of its icon, if it has one."""
        own, file = self.guidance.icons.get(category.id), icon_file(category.name)
        icon = f"{self.root}/icons/{file}" if file else None
        if own:
            icon = self.address(f"icon/{self.campaign.id}/{category.id}/{own}", "png")
        return {"id": category.id, "name": category.name, "supercategory": category.supercategory, "icon": icon}

    def address(self, what: str, ending: str = "jpg") -> str:
        """The signed address of a picture; the same one within an hour."""
        return f"/media/{what}/{self.tokens.media(what, self.now)}.{ending}"

    def _groups(self, categories: Sequence[CategoryRef]) -> list[Json]:
        groups: dict[str, list[Json]] = {}
        for category in categories:
            groups.setdefault(category.supercategory, []).append(self.category(category))
        if _WORN.issubset(groups):
            worn = groups.pop("accessory")
            groups = {(_TOGETHER if name == "person" else name): found for name, found in groups.items()}
            groups[_TOGETHER] += worn
        return [{"name": name, "categories": found} for name, found in groups.items()]

    def _filter(self, word: str, work: FilterTask) -> Json:
        looks = [self.pictures.look(image) for image in work.candidates]
        stacks = group([look.fingerprint if look else None for look in looks])
        candidates = [
            {"id": image.id, "sheet": i // TILES, "at": i % TILES, "url": self.address(f"image/{image.id}"),
             "width": image.width, "height": image.height, "stack": stack,
             "mean": look.mean() if look else None}
            for i, (image, look, stack) in enumerate(zip(work.candidates, looks, stacks, strict=True))
        ]  # fmt: skip
        sheets = self._sheets(word, len(candidates), CANDIDATE)
        return {"query": work.query, "kind": work.kind, "sheets": sheets, "candidates": candidates}

    def _segment(self, work: SegmentTask) -> Json:
        others = [
            {"category": self.category(self.campaign.categories[key]), "mine": key == work.category.id,
             "mask": shown_mask(mask)}
            for key, mask in work.others
        ]  # fmt: skip
        return {
            "image": self.image(work.image), "category": self.category(work.category), "spot": list(work.spot),
            "others": others, "tools": list(self.settings.tools), "box": _guess(work),
            "examples": self._examples(work),
        }  # fmt: skip

    def _examples(self, work: SegmentTask) -> Json | None:
        good, bad = self.examples(work.category.id, work.image.id)
        if not good and not bad:
            return None
        return {"good": [self._example(one) for one in good], "bad": [self._example(one) for one in bad]}

    def _example(self, one: Example) -> Json:
        return {"url": self.address(f"example/{one.id}"), "mask": shown_mask(one.mask), "text": one.text,
                "crop": list(crop_around(one.mask.bbox, one.image))}  # fmt: skip

    def _verify(self, word: str, work: VerifyTask) -> Json:
        tiles = [self._tile(word, i, tile) for i, tile in enumerate(work.tiles)]
        kinds = {tile.category.id: tile.category for tile in work.tiles}
        category = self.category(next(iter(kinds.values()))) if len(kinds) == 1 else None
        return {"category": category, "sheets": self._sheets(word, len(tiles), JUDGED), "tiles": tiles}

    def _tile(self, word: str, i: int, tile: Tile) -> Json:
        crop = crop_around(tile.mask.bbox, tile.image)
        return {
            "position": tile.position, "sheet": i // TILES, "at": i % TILES, "crop": list(crop),
            "mask": shown_mask(tile.mask), "category": self.category(tile.category),
            "url": self.address(f"tile/{word}/{tile.position}"), "mean": self.pictures.mean(tile.image, crop),
        }  # fmt: skip

    def _sheets(self, word: str, count: int, tile: Size) -> list[Json]:
        found = []
        for number in range(-(-count // TILES)):
            on_it = min(TILES, count - number * TILES)
            found.append({"url": self.address(f"sheet/{word}/{number}"), "columns": min(COLUMNS, on_it),
                          "rows": -(-on_it // COLUMNS), "tile_width": tile[0], "tile_height": tile[1]})  # fmt: skip
        return found


def sheet_parts(given: Assignment, number: int) -> tuple[list[Part], Size]:
    """The tiles of one sheet of an assignment, and the size of each; none if there is no such sheet."""
    match given.work:
        case FilterTask(candidates=candidates):
            parts, size = [Part(image) for image in candidates], CANDIDATE
        case VerifyTask(tiles=tiles):
            parts, size = [Part(tile.image, crop_around(tile.mask.bbox, tile.image)) for tile in tiles], JUDGED
        case _:
            return [], CANDIDATE
    return parts[number * TILES : (number + 1) * TILES], size


def tile_part(given: Assignment, position: int) -> Part | None:
    """What a tile of a verification page shows, or None if there is no such tile."""
    tiles = given.work.tiles if isinstance(given.work, VerifyTask) else ()
    return next((Part(t.image, crop_around(t.mask.bbox, t.image)) for t in tiles if t.position == position), None)


def shown_mask(mask: Mask | Rle) -> Json:
    """A mask as COCO writes it."""
    counts = mask.counts
    assert isinstance(counts, bytes)
    return {"size": [mask.height, mask.width], "counts": counts.decode("ascii")}


def _guess(work: SegmentTask) -> list[int]:
    """A box around the spot for the zoom: as large as most masks of this category, or more than half of the image."""
    image = work.image
    sides = sorted(max(mask.bbox[2:]) for key, mask in work.others if key == work.category.id)
    side = 1.3 * sides[3 * len(sides) // 4] if sides else 0.6 * max(image.width, image.height)
    side = min(max(side, 64), image.width, image.height)
    x = _between(work.spot[0] - side / 2, image.width - side)
    y = _between(work.spot[1] - side / 2, image.height - side)
    return [round(x), round(y), round(side), round(side)]


def _between(value: float, most: float) -> float:
    return max(0.0, min(value, most))


