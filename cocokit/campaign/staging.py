"""A campaign from nothing to its first open task, in a database or in memory: for simulations and tests."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..domain.tasks import CategoryRef
from ..pipeline.campaign_file import CampaignFile
from ..pipeline.leases import Clock
from ..store.campaigns import ids_by_coco_id
from ..store.database import Database
from .context import load_campaign
from .creating import GoldMask, NewImage, create_campaign, launch
from .engine import Engine

__all__ = ["Database", "Staged", "stage"]


@dataclass(frozen=True, slots=True)
class Staged:
    """A running campaign.

    Attributes:
        engine: its front door.
        coco_ids: image -> its id in exports.
    """

    engine: Engine
    coco_ids: dict[int, int]


def stage(
    file: CampaignFile,
    categories: Sequence[CategoryRef],
    images: Iterable[NewImage],
    gold: Iterable[GoldMask],
    *,
    seed: int,
    clock: Clock,
    database: Database | None = None,
) -> Staged:
    """Create and launch a campaign.

    Args:
        file: its numbers and graph.
        categories, images, gold: what :func:`cocokit.campaign.creating.create_campaign` takes.
        seed: decides where sentinels are and what assignments are called.
        clock: tells the time.
        database: with tables; None makes one in memory.
    """
    if database is None:
        database = Database("sqlite://", durable=False)
        database.create_tables()
    key = create_campaign(database, file, categories, images, gold, seed=seed, clock=clock)
    with database.read() as tx:
        campaign = load_campaign(tx, campaign_id=key)
        coco_ids = {image: coco for coco, image in ids_by_coco_id(tx, key).items()}
    launch(database, campaign, clock)
    return Staged(Engine(database, file.name, clock=clock, chance=random.Random(seed)), coco_ids)
