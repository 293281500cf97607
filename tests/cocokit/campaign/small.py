"""A campaign that is done in a second: images with shapes as the hidden truth, and scripted workers for every stage.

    truth = create(database)                      # written and launched
    engine = Engine(database, clock=ManualClock(0), chance=Random(0))
    finish(engine, truth, join(engine, 8), Random(0))

Nothing overlaps and every shape is large, so honest workers come to the truth exactly.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from cocokit import rle
from cocokit.campaign.bad_masks import make_bad
from cocokit.campaign.context import load_campaign
from cocokit.campaign.creating import GoldMask, NewImage, create_campaign, launch
from cocokit.campaign.engine import Engine
from cocokit.campaign.mask_sets import iou, rle_of, stored
from cocokit.domain.answers import Mask, Point
from cocokit.domain.stages import SentinelKind, Stage
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
    VerifyTask,
)
from cocokit.pipeline.campaign_file import CampaignFile
from cocokit.pipeline.leases import Clock
from cocokit.pipeline.presets import find_preset
from cocokit.store.campaigns import ids_by_coco_id
from cocokit.store.database import Database, Transaction
from cocokit.store.sentinels import add_sentinel
from cocokit.types import Ring

NAME = "small"
CATEGORIES = (
    CategoryRef(1, "person", "person"), CategoryRef(18, "dog", "animal"), CategoryRef(44, "bottle", "kitchen"),
)  # fmt: skip
WIDTH, HEIGHT, CELL = 80, 60, 20
SETTINGS = {
    "filter_page": 4, "k_label": 3, "k_spot": 2, "page_size": 8, "bad_sentinels": 1, "good_sentinels": 1,
    "sentinels_needed": 1, "false_alarms": 0, "votes_first": 2, "votes_more": 1, "votes_needed": 2, "crowd_after": 3,
    "k_caption": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One instance: a rectangle or a hexagon in a cell of its own."""

    category_id: int
    ring: Ring
    mask: Mask


@dataclass(frozen=True, slots=True)
class Truth:
    """What there is to be found: id in exports -> shapes; and which of the images an honest worker filters out."""

    shapes: dict[int, tuple[Shape, ...]]
    iconic: frozenset[int] = field(default=frozenset())

    def of(self, image: ImageRef, category_id: int) -> list[Shape]:
        """The shapes of a category in an image."""
        return [s for s in self.shapes[coco_id(image)] if s.category_id == category_id]


def coco_id(image: ImageRef) -> int:
    """The id in exports: the file is called after it."""
    return int(image.file_name.removesuffix(".jpg"))


def draw(images: int, seed: int) -> Truth:
    """Shapes for some images: 1 to 3 categories each, up to 7 instances of one, so that some need the crowd stage."""
    chance = random.Random(f"shapes {seed}")
    shapes: dict[int, tuple[Shape, ...]] = {}
    for image in range(1, images + 1):
        cells = [(x, y) for x in range(WIDTH // CELL) for y in range(HEIGHT // CELL)]
        chance.shuffle(cells)
        found = []
        for category in chance.sample(CATEGORIES, chance.choice([1, 2, 2, 3])):
            count = min(chance.choice([1, 1, 2, 2, 3, 5, 7]), len(cells))
            found += [_shape(category.id, cells.pop(), chance) for _ in range(count)]
        shapes[100 + image] = tuple(found)
    return Truth(shapes, frozenset(i for i in shapes if i % 7 == 0))


def _shape(category: int, cell: tuple[int, int], chance: random.Random) -> Shape:
    x, y = cell[0] * CELL + chance.randint(1, 4), cell[1] * CELL + chance.randint(1, 4)
    w, h = chance.randint(9, 14), chance.randint(9, 14)
    ring: Ring = (x, y, x + w, y, x + w, y + h, x, y + h)
    if chance.random() < 0.5:
        ring = (x + 3, y, x + w - 3, y, x + w, y + h // 2, x + w - 3, y + h, x + 3, y + h, x, y + h // 2)
    return Shape(category, ring, mask_of_ring(ring))


def mask_of_ring(ring: Ring) -> Mask:
    """A drawn ring as a mask of an image of this campaign."""
    return stored(rle.from_polygons([ring], HEIGHT, WIDTH), "polygon", (ring,))


def file(preset: str = "coco", **settings: int | float | bool) -> CampaignFile:
    """The campaign's file: small numbers, unless others are given."""
    known = find_preset(preset)
    return CampaignFile(NAME, preset, known.settings.changed(**{**SETTINGS, **settings}), known.graph)


def create(
    database: Database, *, images: int = 4, seed: int = 0, clock: Clock | None = None, preset: str = "coco",
    start: bool = True, **settings: int | float | bool,
) -> Truth:  # fmt: skip
    """Write the campaign with gold of every category and bad masks made from it, and launch it."""
    truth = draw(images, seed)
    new = [NewImage(i, f"{i}.jpg", WIDTH, HEIGHT, query="dog + person", kind="pair") for i in truth.shapes]
    gold = [GoldMask(i, s.category_id, s.mask) for i, shapes in truth.shapes.items() for s in shapes]
    create_campaign(database, file(preset, **settings), CATEGORIES, new, gold, seed=seed, clock=clock)
    database.run(lambda tx: _add_bad(tx, gold))
    if start:
        with database.read() as tx:
            campaign = load_campaign(tx, NAME)
        launch(database, campaign, clock)
    return truth


def _add_bad(tx: Transaction, gold: Sequence[GoldMask]) -> None:
    campaign = load_campaign(tx, NAME)
    ids = ids_by_coco_id(tx, campaign.id)
    for i, item in enumerate(gold):
        if bad := make_bad(item.mask, [], i):
            key = (campaign.id, SentinelKind.BAD, ids[item.coco_id], item.category_id)
            add_sentinel(tx, *key, bad.mask, bad.method, bad.severity)


def join(engine: Engine, count: int, name: str = "w") -> list[int]:
    """Some workers; their ids."""
    return [engine.join("small", f"{name}{i}") for i in range(count)]


def answer(truth: Truth, assignment: Assignment, chance: random.Random, noise: float = 0.0) -> object:
    """What a worker sends for an assignment.

    Args:
        truth: what there is.
        assignment: any stage's.
        chance: where in a shape a point falls, and what a noisy worker gets wrong.
        noise: how much of it is wrong, 0 (honest) to 1.
    """
    wrong = chance.random() < noise
    match assignment.work:
        case FilterTask(candidates=candidates):
            return {"removed": {str(i.id): "iconic" for i in candidates if coco_id(i) in truth.iconic}}
        case LabelTask(image=image, categories=categories):
            seen = [(c.id, truth.of(image, c.id)) for c in categories]
            drops = [(key, point_in(chance.choice(s), chance)) for key, s in seen if s and chance.random() >= noise]
            if wrong:
                drops += [(key, _anywhere(chance)) for key, s in seen if not s][:1]
            return {"drops": [{"category_id": key, "x": x, "y": y} for key, (x, y) in drops]}
        case SpotTask(image=image, category=category, max_spots=most):
            found = [s for s in truth.of(image, category.id) if chance.random() >= noise]
            points = [point_in(s, chance) for s in found] + ([_anywhere(chance)] if wrong else [])
            return {"points": [list(p) for p in {(int(x), int(y)): (x, y) for x, y in points}.values()][:most]}
        case SegmentTask():
            return _segment(truth, assignment.work, wrong)
        case VerifyTask(tiles=tiles):
            good = [any(_same(t.mask, s.mask) for s in truth.of(t.image, t.category.id)) for t in tiles]
            return {"bad": [t.position for t, g in zip(tiles, good, strict=True) if g == (chance.random() < noise)]}
        case CrowdTask(image=image, category=category, masks=masks):
            rest = [s for s in truth.of(image, category.id) if not any(_same(s.mask, m) for m in masks)]
            if not rest or wrong:
                return {"nothing": True}
            painted = rle.compress(rle.merge([rle_of(s.mask) for s in rest]))
            assert isinstance(painted.counts, bytes)
            return {"rle": {"size": [HEIGHT, WIDTH], "counts": painted.counts.decode()}}
        case CaptionTask():
            return {"text": "A picture of some simple shapes on a plain and empty ground."}


def _segment(truth: Truth, work: SegmentTask, wrong: bool) -> object:
    here = [s for s in truth.of(work.image, work.category.id) if _inside(s, work.spot)]
    if not here:
        return {"outcome": "no_object"}
    ring = here[0].ring
    if wrong:  # half of it
        ring = tuple(min(v, ring[0] + 4) if i % 2 == 0 else v for i, v in enumerate(_box(ring)))
    return {"outcome": "mask", "polygons": [list(ring)], "tool": "polygon"}


def _box(ring: Ring) -> Ring:
    (x, y), (u, v) = (min(ring[0::2]), min(ring[1::2])), (max(ring[0::2]), max(ring[1::2]))
    return (x, y, u, y, u, v, x, v)


def _inside(shape: Shape, point: Point) -> bool:
    pixels = rle.decode(rle_of(shape.mask))
    return bool(pixels[min(int(point[1]), HEIGHT - 1), min(int(point[0]), WIDTH - 1)])


def _same(one: Mask, other: Mask) -> bool:
    return iou(rle_of(one), rle_of(other)) > 0.9


def point_in(shape: Shape, chance: random.Random) -> Point:
    """A point of a shape, near its middle."""
    x, y, w, h = shape.mask.bbox
    return x + w / 2 + chance.choice([-2, -1, 0, 1]), y + h / 2 + chance.choice([-2, -1, 0, 1])


def _anywhere(chance: random.Random) -> Point:
    return chance.random() * WIDTH, chance.random() * HEIGHT


def step(engine: Engine, truth: Truth, worker: int, chance: random.Random, noise: float = 0.0) -> Assignment | None:
    """One worker does one task; None if there was none."""
    found = engine.next_task(worker)
    if found is not None:
        client = f"{chance.getrandbits(64):x}"
        engine.submit(worker, found.id, answer(truth, found, chance, noise), client)
    return found


def finish(
    engine: Engine, truth: Truth, workers: Sequence[int], chance: random.Random, noise: float = 0.0,
    most: int = 100_000,
) -> Counter[Stage]:  # fmt: skip
    """Workers do tasks in any order until none of them gets one; how many of each stage."""
    done: Counter[Stage] = Counter()
    idle: set[int] = set()
    while len(idle) < len(workers) and done.total() < most:
        worker = chance.choice([w for w in workers if w not in idle])
        found = step(engine, truth, worker, chance, noise)
        if found is None:
            idle.add(worker)
        else:
            done[found.stage] += 1
            idle.clear()
    return done
