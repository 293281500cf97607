"""Images for a draft that is there already, some at a time, by as many processes as like: each photo once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..domain.stages import CampaignState
from ..errors import CocokitError
from ..pipeline.campaign_file import read_campaign
from ..store.campaigns import campaign_state, coco_ids_taken, last_coco_id, lock_campaign, same_contents
from ..store.database import Database, Transaction
from .context import Campaign, load_campaign
from .creating import NewImage, add_new_images


def next_id(database: Database, name: str) -> int:
    """The first id that no image of a draft has.

    Raises:
        NotFoundError: there is no such campaign.
        CocokitError: it is no draft any more.
    """
    with database.read() as tx:
        return last_coco_id(tx, _draft(tx, name).id) + 1


def add_photos(database: Database, name: str, images: Sequence[NewImage]) -> int:
    """Add images to a draft, in one transaction; how many were new.

    A photo that the draft has already, by its content, is left out: so the same call may be made again. An id that
    another image has taken is replaced by the next free one.

    Args:
        database: where the campaign is.
        name: the campaign.
        images: with their checksums.

    Raises:
        NotFoundError: there is no such campaign.
        CocokitError: it is no draft any more.
    """
    return database.run(lambda tx: _add(tx, name, images))


def _add(tx: Transaction, name: str, images: Sequence[NewImage]) -> int:
    lock_campaign(tx, load_campaign(tx, name).id)  # two who add at once must see each other's images
    campaign = _draft(tx, name)
    new = dict[str | None, NewImage]()
    for image in images:
        new.setdefault(image.sha256, image)  # of two with one content the first one
    for known in same_contents(tx, campaign.id, [sha256 for sha256 in new if sha256]):
        del new[known]
    chosen = list(new.values())
    ids = [image.coco_id for image in chosen]
    taken = coco_ids_taken(tx, campaign.id, ids)
    free = max([last_coco_id(tx, campaign.id), *ids]) + 1
    for i, image in enumerate(chosen):
        if image.coco_id in taken:
            chosen[i], free = replace(image, coco_id=free), free + 1
    file = read_campaign(campaign.record.document, f"campaign {name}")
    add_new_images(tx, campaign.id, file, chosen)
    return len(chosen)


def _draft(tx: Transaction, name: str) -> Campaign:
    campaign = load_campaign(tx, name)
    state = campaign_state(tx, campaign.id)
    if state is not CampaignState.DRAFT:
        raise CocokitError(f"campaign {name} is {state}; photographs come into a draft, before it is launched")
    return campaign
