"""A plan becomes a campaign: created, told about, with its channel, launched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cocokit.campaign.channels import add_channel
from cocokit.campaign.creating import GoldMask, NewImage, create_campaign, launch
from cocokit.campaign.desk import campaign_by_id
from cocokit.campaign.guidance import WELCOME, instruct, picture_category
from cocokit.campaign.ingest import read_gold
from cocokit.errors import CocokitError, DataError

from .channels.adding import full_settings
from .plans import Plan, Plans
from .site import Site

#: What a plan calls a channel -> (name, kind, settings) of the channel.
CHANNELS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "link": ("invite", "link", {}), "prolific": ("prolific", "panel", {"preset": "prolific", "answers": 20}),
    "mturk": ("turk", "mturk", {"answers": 10, "sandbox": True}),
}  # fmt: skip


def launch_plan(site: Site, plan: Plan, images: Sequence[NewImage], name: str) -> int:
    """Make a campaign of a plan and launch it; its id.

    Args:
        site: the application's state.
        plan: what was chosen.
        images: those of the campaign.
        name: of the campaign.

    Raises:
        CocokitError: the name is taken, or something of the plan cannot work.
    """
    chosen = plan.chosen()
    gold = _gold(plan, images, [category.id for category in chosen])
    file = plan.changed(name=name).file()
    key = create_campaign(site.database, file, chosen, images, gold, clock=site.clock)
    _tell(site, plan, key)
    channel, kind, settings = CHANNELS[plan.channel]
    add_channel(site.database, key, channel, kind, full_settings(kind, settings))
    launch(site.database, campaign_by_id(site.database, key), site.clock)
    return key


def _tell(site: Site, plan: Plan, key: int) -> None:
    """Texts and pictures; those of stages and categories that were taken out again are left."""
    campaign, place = campaign_by_id(site.database, key), Plans(site.config.workspace)
    for stage, text in plan.texts.items():
        if stage == WELCOME or stage in campaign.graph.stages:
            instruct(site.database, campaign, stage, text)
    for category in campaign.categories.values():
        if file := plan.icons.get(category.name):
            try:
                with open(place.place(plan, file), "rb") as picture:
                    data = picture.read()
            except OSError as error:
                raise CocokitError(f"the picture of {category.name} cannot be read ({error}); give it again") from None
            picture_category(site.database, campaign, category, data)


def _gold(plan: Plan, images: Sequence[NewImage], categories: list[int]) -> list[GoldMask]:
    """Expert masks of the plan's COCO file; none is no fault."""
    try:
        return read_gold(plan.coco, images, categories) if plan.coco else []
    except DataError:
        return []
