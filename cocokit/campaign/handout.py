"""From claimed tasks to what a worker's page shows: exactly what the stage reveals, and no more."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..domain.answers import Mask
from ..domain.stages import Stage
from ..domain.tasks import (
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
from ..rle import runs
from ..store.answers import Lease, primer_of, spot_points
from ..store.campaigns import image_refs, images_of_page, query_of_page
from ..store.claims import Task
from ..store.database import Transaction
from ..store.pairs import masks_by_id, masks_of_image
from ..store.sentinels import Sentinel, find_sentinel, shown_on
from ..store.tasks import Held, held_places
from ..types import Rle
from .context import Campaign

#: The image, category and mask of a tile of which nothing but the position is known.
_UNSEEN = (ImageRef(0, "", 0, 0), CategoryRef(0, "", ""), Mask(0, 0, b"", 0.0, (0.0, 0.0, 0.0, 0.0)))


def show_lease(tx: Transaction, campaign: Campaign, lease: Lease) -> Assignment:
    """An assignment as its worker sees it; the same every time."""
    return _assignment(tx, campaign, lease, [] if lease.sentinel_id is not None else held_places(tx, lease.id))


def plain_lease(
    tx: Transaction, campaign: Campaign, lease: Lease, held: Sequence[Held], checks: Collection[int] = ()
) -> Assignment:
    """An assignment of which the places are known, to read its answer against.

    What only its worker needs to see is not fetched once more: the primer, the spot, other people's masks, and of a
    page of masks anything but its positions; ``checks`` are those of its sentinels.
    """
    task = held[0].task if held and lease.sentinel_id is None else None
    work: Work
    match task:
        case Task(stage=Stage.SPOT, image=ImageRef() as image):
            work = SpotTask(image, campaign.categories[task.category_id], (0.0, 0.0), campaign.settings.max_spots)
        case Task(stage=Stage.SEGMENT, image=ImageRef() as image):
            work = SegmentTask(image, campaign.categories[task.category_id], (0.0, 0.0))
        case Task(stage=Stage.CROWD, image=ImageRef() as image):
            work = CrowdTask(image, campaign.categories[task.category_id], ())
        case Task(stage=Stage.VERIFY):
            positions = sorted([*(one.position for one in held), *checks])
            work = VerifyTask(tuple(Tile(position, *_UNSEEN) for position in positions))
        case _:
            return _assignment(tx, campaign, lease, held)
    return Assignment(lease.word, lease.worker_id, lease.stage, work, lease.expires_at)


def _assignment(tx: Transaction, campaign: Campaign, lease: Lease, held: Sequence[Held]) -> Assignment:
    training = lease.sentinel_id is not None
    if lease.sentinel_id is not None:
        work: Work = training_work(tx, campaign, find_sentinel(tx, lease.sentinel_id))
    else:
        places = [(one.task, one.position) for one in held]
        sentinels = shown_on(tx, lease.id) if lease.stage is Stage.VERIFY else []
        work = work_of(tx, campaign, lease.stage, places, sentinels)
    return Assignment(lease.word, lease.worker_id, lease.stage, work, lease.expires_at, training)


def work_of(
    tx: Transaction,
    campaign: Campaign,
    stage: Stage,
    places: Sequence[tuple[Task, int]],
    sentinels: Sequence[tuple[int, Sentinel]] = (),
) -> Work:
    """What the places of one assignment ask for; ``sentinels`` are (position, sentinel) of a verification page."""
    if stage is Stage.VERIFY:
        return _page(tx, campaign, places, sentinels)
    task = places[0][0]
    if stage is Stage.FILTER:
        candidates = images_of_page(tx, campaign.id, task.subject)
        refs = image_refs(tx, candidates)
        return FilterTask(*query_of_page(tx, campaign.id, task.subject), tuple(refs[image] for image in candidates))
    assert task.image_id is not None
    image = task.image or image_refs(tx, [task.image_id])[task.image_id]
    if stage is Stage.LABEL:
        return LabelTask(image, _in_turn(campaign))
    if stage is Stage.CAPTION:
        return CaptionTask(image)
    return _pair_work(tx, campaign, task, image, campaign.categories[task.category_id])


def _pair_work(tx: Transaction, campaign: Campaign, task: Task, image: ImageRef, category: CategoryRef) -> Work:
    if task.stage is Stage.SPOT:
        primer = primer_of(tx, image.id, category.id)
        return SpotTask(image, category, primer, campaign.settings.max_spots)
    masks = masks_of_image(tx, image.id)
    if task.stage is Stage.SEGMENT:
        return SegmentTask(image, category, spot_points(tx, [task.subject])[task.subject], tuple(masks))
    return CrowdTask(image, category, tuple(mask for other, mask in masks if other == category.id))


def training_work(tx: Transaction, campaign: Campaign, gold: Sentinel) -> SegmentTask:
    """A training task: the instance is named by a point well inside its mask."""
    image = image_refs(tx, [gold.image_id])[gold.image_id]
    return SegmentTask(image, campaign.categories[gold.category_id], inner_point(gold.mask), training=True)


def inner_point(mask: Mask) -> tuple[float, float]:
    """The middle of the longest vertical run of a mask: a point that is surely inside, px."""
    lengths = runs(Rle(mask.height, mask.width, mask.counts)).tolist()
    best, start, at = 0, 0, 0
    for i, length in enumerate(lengths):
        if i % 2 and length > best:
            best, start = length, at
        at += length
    middle = start + best // 2
    return middle // mask.height + 0.5, middle % mask.height + 0.5


def _in_turn(campaign: Campaign) -> tuple[CategoryRef, ...]:
    """The categories with those of one supercategory together, in the campaign's order."""
    order = {name: i for i, name in enumerate(dict.fromkeys(c.supercategory for c in campaign.categories.values()))}
    return tuple(sorted(campaign.categories.values(), key=lambda c: order[c.supercategory]))


def _page(
    tx: Transaction,
    campaign: Campaign,
    places: Sequence[tuple[Task, int]],
    sentinels: Sequence[tuple[int, Sentinel]],
) -> VerifyTask:
    # Sentinels have neither rings nor a tool, so no tile shows any.
    masks = masks_by_id(tx, [task.subject for task, _ in places])
    shown: dict[int, tuple[int, int, Mask]] = {
        position: (task.image_id or 0, task.category_id, masks[task.subject]) for task, position in places
    }
    shown |= {position: (s.image_id, s.category_id, s.mask) for position, s in sentinels}
    images = {task.image.id: task.image for task, _ in places if task.image}
    images |= image_refs(tx, unread) if (unread := {image for image, _, _ in shown.values()} - images.keys()) else {}
    return VerifyTask(tuple(
        Tile(position, images[image], campaign.categories[category],
             Mask(mask.height, mask.width, mask.counts, mask.area, mask.bbox, tool=""))
        for position, (image, category, mask) in sorted(shown.items())
    ))  # fmt: skip
