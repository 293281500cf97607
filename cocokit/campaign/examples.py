"""Good and bad masks to show beside a task.

What everybody is shown can be no check any more. So an example is never a mask whose answer is still asked for, by a
page of masks or by a training task, nor another outline of the same thing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.answers import Mask
from ..domain.stages import SentinelKind
from ..domain.tasks import ImageRef
from ..store import examples as store
from ..store.campaigns import image_refs
from ..store.database import Database, Transaction
from ..store.pairs import masks_of_image
from ..store.sentinels import Source, add_sentinel, find_sentinels
from .bad_masks import make_bad
from .context import Campaign
from .engine import Engine

#: Examples of each kind that are shown; of a category's expert masks, every how many-th is one of them.
SHOWN, EVERY = 3, 4
#: Masks that are looked at for one that may be shown.
_WINDOW = 50
#: How a bad mask was made -> what is wrong with it.
_FAULTS = {
    "shift": "Beside the edge", "erode": "Edge cut off", "dilate": "Too much around it", "merge": "Two in one",
    "wrong_instance": "Another thing", "coarse": "Too few points", "cut": "Part missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A mask to show: its ``id``, what is in it, and what to say of it."""

    id: int
    image: ImageRef
    mask: Mask
    text: str


def read_examples(engine: Engine, category_id: int) -> tuple[list[Example], list[Example]]:
    """(good, bad) masks of a category to show beside a task, some more than are shown: a task leaves its image out."""
    key = engine.campaign.id
    with engine.database.read() as tx:
        good, bad = (store.example_masks(tx, key, category_id, kind, SHOWN + 1) for kind in (True, False))
        images = image_refs(tx, {one.image_id for one, _ in [*good, *bad]})
    return (
        [Example(one.id, images[one.image_id], one.mask, "") for one, _ in good],
        [Example(one.id, images[one.image_id], one.mask, _FAULTS.get(how, "")) for one, how in bad],
    )


def read_example(database: Database, key: int) -> tuple[ImageRef, Mask] | None:
    """The image and the mask of an example by its id; None if there is none, or it is a check."""
    with database.read() as tx:
        found = [one for one in find_sentinels(tx, [key]) if one.kind is SentinelKind.EXAMPLE]
        return (image_refs(tx, [found[0].image_id])[found[0].image_id], found[0].mask) if found else None


def collect(engine: Engine, at_most: int = 2) -> int:
    """Make examples of masks that passed, in categories that have too few; how many good ones were made.

    Only those are taken that nothing was made from, and that no check and no training task has an outline of.
    """

    def work(tx: Transaction) -> int:
        campaign, made = engine.campaign, 0
        have = store.count_examples(tx, campaign.id)
        full = [key for key, count in have.items() if count > SHOWN]
        if len(full) == len(campaign.categories):
            return 0
        for source in store.newest_passed(tx, campaign.id, full, _WINDOW):
            if made < at_most and have.get(source.category_id, 0) <= SHOWN and not _is_asked_for(tx, campaign, source):
                add_example(tx, campaign, source, masks_of_image(tx, source.image_id), "votes")
                have[source.category_id] = have.get(source.category_id, 0) + 1
                made += 1
        return made

    return engine.database.run(work)


def add_example(
    tx: Transaction, campaign: Campaign, source: Source, others: Sequence[tuple[int, Mask]], method: str
) -> None:
    """Write a good mask as an example, and a bad one made from it; arguments as for :func:`.sentinels.add_twins`."""
    mask, about = source.mask, (source.image_id, source.category_id)
    around = [other for _, other in others if other.counts != mask.counts]
    strangers = [other for category, other in others if category != source.category_id]
    seed = random.Random(f"{campaign.record.seed} example {source.image_id} {mask.counts!r}").getrandbits(32)
    add_sentinel(tx, campaign.id, SentinelKind.EXAMPLE, *about, mask, method, 0.0, source.segmentation_id)
    if bad := make_bad(mask, around, seed, strangers):
        add_sentinel(tx, campaign.id, SentinelKind.EXAMPLE, *about, bad.mask, bad.method, bad.severity,
                     source.segmentation_id)  # fmt: skip


def is_shown(tx: Transaction, campaign: Campaign, source: Source) -> bool:
    """Whether an example shows what a mask shows, so that it can be no check."""
    boxes = store.boxes_of(tx, campaign.id, source.image_id, source.category_id, True)
    return any(_meet(source.mask.bbox, box) for box in boxes)


def _is_asked_for(tx: Transaction, campaign: Campaign, source: Source) -> bool:
    boxes = store.boxes_of(tx, campaign.id, source.image_id, source.category_id, False)
    return any(_meet(source.mask.bbox, box) for box in boxes)


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes (x, y, w, h) have a place in common."""
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))
