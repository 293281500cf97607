"""How a campaign begins: its file, categories, images and gold; then the launch, which freezes it and opens tasks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..domain.answers import Mask
from ..domain.stages import CampaignState, SentinelKind, Stage
from ..domain.tasks import CategoryRef
from ..errors import CocokitError
from ..pipeline.campaign_file import CampaignFile, write_campaign
from ..pipeline.leases import Clock, SteadyClock
from ..store.campaigns import (
    add_campaign,
    add_categories,
    add_images,
    add_query,
    campaign_state,
    find_campaign,
    ids_by_coco_id,
    images_in_state,
    last_page,
    lock_campaign,
    pages_of,
    set_campaign,
)
from ..store.database import Database, Transaction
from ..store.journal import note
from ..store.sentinels import Source, add_sentinel
from .context import Campaign, load_campaign
from .examples import EVERY, SHOWN, add_example
from .routing import open_images, open_page
from .sentinels import add_twins


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to annotate.

    Attributes:
        coco_id: its id in exports.
        file_name: relative to the workspace's ``images/``.
        width, height: px, upright.
        sha256: of the file's bytes, or None.
        query, kind: what it was searched with, for the filter; ``kind`` is pair, scene or single.
        origin: what is known of the source (license, photographer, url, ...).
    """

    coco_id: int
    file_name: str
    width: int
    height: int
    sha256: str | None = None
    query: str = ""
    kind: str = "single"
    origin: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GoldMask:
    """An expert's mask on an image of the campaign: for training tasks and as a good sentinel."""

    coco_id: int
    category_id: int
    mask: Mask


def create_campaign(
    database: Database,
    file: CampaignFile,
    categories: Sequence[CategoryRef],
    images: Iterable[NewImage],
    gold: Iterable[GoldMask] = (),
    *,
    seed: int = 0,
    clock: Clock | None = None,
) -> int:
    """Write a campaign as a draft; its id.

    Raises:
        CocokitError: the name is taken, or there are no categories.
    """
    now = (clock or SteadyClock()).now()
    if not categories:
        raise CocokitError(f"campaign {file.name} has no category; name some, or leave the list out for all of COCO's")

    def work(tx: Transaction) -> int:
        if find_campaign(tx, file.name) is not None:
            raise CocokitError(f"there is a campaign {file.name} already; choose another name")
        salt = f"{random.Random(f'{seed} {file.name}').getrandbits(64):016x}"
        key = add_campaign(tx, file.name, write_campaign(file), file.graph.stages, seed, salt, now)
        add_categories(tx, key, categories)
        add_new_images(tx, key, file, images)
        campaign = load_campaign(tx, campaign_id=key)
        add_gold(tx, campaign, gold)
        note(tx, key, "created", now)
        return key

    return database.run(work)


def add_new_images(tx: Transaction, campaign_id: int, file: CampaignFile, images: Iterable[NewImage]) -> None:
    """Write images; with a filter they are candidates, in pages of one query each; a page that has room is filled."""
    filtered = file.graph.has(Stage.FILTER)
    pages: dict[str, tuple[int, int]] = {}  # query -> (page, how many it has)
    rows, last = [], max(pages_of(tx, campaign_id), default=0) if filtered else 0
    for image in images:
        page = None
        if filtered:
            known = pages.get(image.query) or last_page(tx, campaign_id, image.query)
            page, count = known or (0, file.settings.filter_page)
            if count >= file.settings.filter_page:
                last += 1
                page, count = last, 0
            pages[image.query] = (page, count + 1)
        query = add_query(tx, campaign_id, image.query, image.kind) if image.query else None
        rows.append({
            "coco_id": image.coco_id, "file_name": image.file_name, "sha256": image.sha256, "width": image.width,
            "height": image.height, "query_id": query, "page": page, "state": "candidate",
            "origin": json.dumps(image.origin, sort_keys=True) if image.origin else None,
        })  # fmt: skip
    add_images(tx, campaign_id, rows)


def add_gold(tx: Transaction, campaign: Campaign, gold: Iterable[GoldMask]) -> None:
    """Write expert masks: each is a training task, and a good sentinel with its bad twin.

    Where a category has many, some are neither, but examples that everybody sees.
    """
    ids = ids_by_coco_id(tx, campaign.id)
    by_image: dict[int, list[GoldMask]] = {}
    met: dict[int, int] = {}  # category -> how many there were
    for item in gold:
        if item.coco_id not in ids or item.category_id not in campaign.categories:
            raise CocokitError(
                f"gold mask of category {item.category_id} on image {item.coco_id}: the campaign has no such "
                "image or category; add it first"
            )
        by_image.setdefault(item.coco_id, []).append(item)
    for coco_id, items in by_image.items():
        others = [(item.category_id, item.mask) for item in items]
        for item in items:
            source = Source(ids[coco_id], item.category_id, item.mask)
            count = met[item.category_id] = met.get(item.category_id, 0) + 1
            if count % EVERY == 0 and count <= EVERY * (SHOWN + 1):
                add_example(tx, campaign, source, others, "gold")
                continue
            add_sentinel(tx, campaign.id, SentinelKind.TRAINING, ids[coco_id], item.category_id, item.mask, "gold", 0.0)
            add_twins(tx, campaign, source, others, "gold")


def launch(database: Database, campaign: Campaign, clock: Clock | None = None) -> None:
    """Freeze a draft and open its first tasks; a paused campaign goes on.

    Raises:
        CocokitError: it has no image, or is closed.
    """
    now = (clock or SteadyClock()).now()

    def work(tx: Transaction) -> None:
        lock_campaign(tx, campaign.id)  # whoever adds or withdraws images has done so, or comes later
        state = campaign_state(tx, campaign.id)
        if state is CampaignState.CLOSED:
            raise CocokitError(f"campaign {campaign.record.name} is closed; create another one")
        if state is CampaignState.DRAFT:
            _open(tx, campaign, now)
            set_campaign(tx, campaign.id, CampaignState.RUNNING, launched_at=now)
        else:
            set_campaign(tx, campaign.id, CampaignState.RUNNING)
        note(tx, campaign.id, "launched", now)

    database.run(work)


def _open(tx: Transaction, campaign: Campaign, now: int) -> None:
    images = images_in_state(tx, campaign.id, "candidate")
    if not images:
        raise CocokitError(f"campaign {campaign.record.name} has no images; add some before launching it")
    if campaign.graph.has(Stage.FILTER):
        for page in pages_of(tx, campaign.id):
            open_page(tx, campaign, page, now)
        return
    for start in range(0, len(images), 1000):
        open_images(tx, campaign, images[start : start + 1000], now)


def set_state(database: Database, campaign: Campaign, state: CampaignState, clock: Clock | None = None) -> None:
    """Pause or close a campaign.

    Raises:
        CocokitError: it is closed already, or a draft, which nobody works at.
    """
    now = (clock or SteadyClock()).now()

    def work(tx: Transaction) -> None:
        name, now_is = campaign.record.name, campaign_state(tx, campaign.id)
        if now_is is CampaignState.CLOSED:
            raise CocokitError(f"campaign {name} is closed; that is for good")
        if now_is is CampaignState.DRAFT and state is CampaignState.PAUSED:
            raise CocokitError(f"campaign {name} is a draft, and nobody works at it; cocokit campaign launch starts it")
        set_campaign(tx, campaign.id, state)
        note(tx, campaign.id, str(state), now)

    database.run(work)
