"""The stock of sentinels: bad masks made from good ones, renewed so that no worker ever sees one twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import islice

from ..domain.answers import Mask
from ..domain.stages import SentinelKind
from ..store.database import Transaction
from ..store.pairs import masks_of_image
from ..store.sentinels import Source, add_sentinel, count_unseen, most_seen, sources, stock
from .bad_masks import make_bad
from .context import Campaign
from .engine import Engine
from .examples import is_shown

#: How many pages ahead of the busiest worker the stock is kept.
AHEAD = 4
_BATCH = 40
#: Masks that are looked at beside those that are wanted, because some are shown as examples.
_MOST_SHOWN = 40


def restock(engine: Engine, at_most: int = _BATCH, worker_id: int | None = None) -> int:
    """Make sentinels from masks that passed without a bad vote, if the stock runs low; how many were made.

    Each such mask becomes a good sentinel, and its distorted twin a bad one. The stock is low when the worker who has
    seen most would have seen all of it within a few pages. With ``worker_id`` only that worker is looked at: whoever
    has just seen a page is the only one who can have run short.
    """
    settings = engine.campaign.settings
    pages = max(settings.bad_sentinels, settings.good_sentinels)
    if not pages:
        return 0

    def work(tx: Transaction) -> int:
        key, wanted = engine.campaign.id, AHEAD * pages
        if worker_id is None:
            short = most_seen(tx, key) + wanted - stock(tx, key).get(SentinelKind.BAD, 0)
        else:
            short = wanted - count_unseen(tx, key, worker_id, wanted)
        made = 0
        if short > 0:
            wanted = min(short, at_most)
            found = sources(tx, engine.campaign.id, wanted + _MOST_SHOWN)
            hidden = (one for one in found if not is_shown(tx, engine.campaign, one))  # what all see is no check
            for source in islice(hidden, wanted):
                made += add_twins(tx, engine.campaign, source, masks_of_image(tx, source.image_id))
        return made

    return engine.database.run(work)


def add_twins(
    tx: Transaction, campaign: Campaign, source: Source, others: Sequence[tuple[int, Mask]], method: str = "votes"
) -> int:
    """Write a good mask as a sentinel, and a bad one made from it; how many rows.

    Args:
        tx: a transaction.
        campaign: the campaign.
        source: the good mask.
        others: (category id, mask) of the image's masks.
        method: where the good mask comes from: "votes" or "gold".
    """
    mask = source.mask
    around = [other for _, other in others if other.counts != mask.counts]
    strangers = [other for category, other in others if category != source.category_id]
    seed = random.Random(f"{campaign.record.seed} {source.image_id} {mask.counts!r}").getrandbits(32)
    about = (source.image_id, source.category_id)
    add_sentinel(tx, campaign.id, SentinelKind.GOOD, *about, mask, method, 0.0, source.segmentation_id)
    bad = make_bad(mask, around, seed, strangers)
    if bad is None:
        return 1
    add_sentinel(tx, campaign.id, SentinelKind.BAD, *about, bad.mask, bad.method, bad.severity, source.segmentation_id)
    return 2
