"""A photo that was taken down leaves the campaigns that have it: nobody gets it any more, and it is not exported.

Its image is dropped, whatever it was before. Answers stay, as all answers do, and count for what was paid; they are
about an image that wants nothing. First the image goes, then the leases on it end: a call that is killed between the
two can be made again, and ends what it began.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.stages import CampaignState, Stage
from ..pipeline.leases import Clock, SteadyClock
from ..store.audit_log import add_entry
from ..store.campaigns import campaign_names, campaign_state, lock_campaign, lock_images
from ..store.database import Database, Transaction
from ..store.exports import ImageEntry, export_images
from ..store.journal import note
from ..store.withdrawals import TAKEN_DOWN, leases_on, withdraw_images
from .context import Campaign, load_campaign
from .routing import close_images, end_leases, open_page

#: What may still be known of a photo that was taken down: enough to know it again.
_KEPT = ("source", "source_id")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a campaign lost.

    Attributes:
        campaign: its name.
        images: ids in exports of the images that had the photo.
        file_names: of the photo, below the folder of images.
        fresh: how many of these images were not withdrawn before.
        leases: how many assignments that showed it have ended.
    """

    campaign: str
    images: tuple[int, ...]
    file_names: tuple[str, ...]
    fresh: int = 0
    leases: int = 0


def find_photo(database: Database, key: str, sha256: str | None = None) -> list[Withdrawal]:
    """The campaigns that have a photo, withdrawn or not, the oldest first; nothing changes.

    Args:
        database: where they live.
        key: ``source:id``, as the images' origin has it.
        sha256: of the photo that the collection had; images of the same content are the same photo.
    """
    with database.read() as tx:
        return [Withdrawal(name, tuple(one.coco_id for one in mine), tuple(sorted({one.file_name for one in mine})))
                for name, mine in _find(tx, key, sha256).items()]  # fmt: skip


def withdraw_photo(
    database: Database, key: str, sha256: str | None, reason: str, clock: Clock | None = None
) -> list[Withdrawal]:
    """Take a photo out of every campaign that has it; see :func:`find_photo`.

    An open assignment that shows it ends. A page of masks to judge may still be handed in: its other masks count. The
    diary and the audit log say when, why and which images.

    Args:
        database: where the campaigns live.
        key: ``source:id``.
        sha256: of the photo that the collection had, or None.
        reason: why.
        clock: tells the time.
    """
    now = (clock or SteadyClock()).now()
    fresh, pages = database.run(lambda tx: _withdraw_all(tx, key, sha256, reason, now))
    ended = database.run(lambda tx: _end_all(tx, key, sha256, pages, now))
    return [
        Withdrawal(one.campaign, one.images, one.file_names, fresh.get(one.campaign, 0), ended.get(one.campaign, 0))
        for one in find_photo(database, key, sha256)
    ]


def _find(tx: Transaction, key: str, sha256: str | None) -> dict[str, list[ImageEntry]]:
    """Campaign -> its images of a photo: by its key, or because they are the same file."""
    images = {name: export_images(tx, load_campaign(tx, name).id) for name in campaign_names(tx)}
    every = [one for mine in images.values() for one in mine]
    names = {one.file_name for one in every if _key(one) == key}
    if sha256:
        names |= {one.file_name for one in every if os.path.basename(one.file_name).partition(".")[0] == sha256}
    found = {name: [one for one in mine if one.file_name in names] for name, mine in images.items()}
    return {name: mine for name, mine in found.items() if mine}


def _key(image: ImageEntry) -> str:
    return f"{image.origin.get('source')}:{image.origin.get('source_id')}"


def _withdraw_all(
    tx: Transaction, key: str, sha256: str | None, reason: str, now: int
) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Drop the images; how many of each campaign were not dropped so before, and the filter's pages they were on."""
    fresh, pages = {}, {}
    for name, images in _find(tx, key, sha256).items():
        campaign = load_campaign(tx, name)
        new = [one for one in images if one.reason != TAKEN_DOWN]
        if new:
            pages[name] = sorted({one.page for one in new if one.page is not None})
            fresh[name] = len(new)
            _withdraw(tx, campaign, new, pages[name], now)
            what = {"key": key, "reason": reason, "images": [one.coco_id for one in new]}
            note(tx, campaign.id, TAKEN_DOWN, now, data=what)
            add_entry(tx, now, None, "photo.takedown", {"campaign": name, **what})
    return fresh, pages


def _withdraw(tx: Transaction, campaign: Campaign, images: Sequence[ImageEntry], pages: list[int], now: int) -> None:
    ids = [one.id for one in images]
    lock_campaign(tx, campaign.id)  # it is not launched meanwhile
    lock_images(tx, ids)
    withdraw_images(tx, {one.id: {k: one.origin[k] for k in _KEPT if k in one.origin} for one in images})
    close_images(tx, campaign, ids, now)
    if campaign_state(tx, campaign.id) is not CampaignState.DRAFT:
        for page in pages:
            open_page(tx, campaign, page, now)


def _end_all(tx: Transaction, key: str, sha256: str | None, pages: dict[str, list[int]], now: int) -> dict[str, int]:
    """End the leases that show the photo; how many of each campaign."""
    ended = {}
    for name, images in _find(tx, key, sha256).items():
        campaign = load_campaign(tx, name)
        held = leases_on(tx, campaign.id, [one.id for one in images], pages.get(name, []))
        for state, chosen in (("expired", True), ("withdrawn", False)):
            mine = [lease for lease, stage in held if (stage is Stage.VERIFY) is chosen]
            if mine:
                end_leases(tx, campaign, mine, state, now)
        ended[name] = len(held)
    return ended
