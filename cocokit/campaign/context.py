"""A campaign as the engine needs it at every step: frozen at launch, read once."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ..domain.stages import Stage
from ..domain.tasks import CategoryRef
from ..errors import NotFoundError
from ..pipeline.campaign_file import read_campaign
from ..pipeline.graph import StageGraph
from ..pipeline.settings import CampaignSettings
from ..store.campaigns import CampaignRecord, campaign_names, categories_of, find_campaign, ids_by_coco_id
from ..store.database import Transaction


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a campaign is, besides its rows.

    Attributes:
        record: its row.
        settings, graph: its numbers and stages.
        categories: id -> category, in the campaign's order.
        more_captions: images that get ``k_caption_more`` sentences: drawn at random, the same ones for a seed.
        gated: stages in which a worker needs a qualification for each category: their tasks wait in lanes.
    """

    record: CampaignRecord
    settings: CampaignSettings
    graph: StageGraph
    categories: dict[int, CategoryRef]
    gated: frozenset[Stage] = field(default=frozenset({Stage.SEGMENT}))
    more_captions: frozenset[int] = frozenset()

    @property
    def id(self) -> int:
        """Of its row."""
        return self.record.id


def load_campaign(tx: Transaction, name: str | None = None, campaign_id: int | None = None) -> Campaign:
    """A campaign by name or id; without either the newest.

    Raises:
        NotFoundError: there is no such campaign.
    """
    record = find_campaign(tx, name, campaign_id)
    if record is None:
        names = campaign_names(tx)
        cure = f"there are {', '.join(names)}" if names else "make one with: cocokit campaign create"
        raise NotFoundError(f"there is no campaign{'' if name is None else f' {name!r}'}; {cure}")
    file = read_campaign(record.document, f"campaign {record.name}")
    categories = {c.id: c for c in categories_of(tx, record.id)}
    more = _drawn(tx, record, file.settings.caption_more_images)
    return Campaign(record, file.settings, file.graph, categories, more_captions=more)


def _drawn(tx: Transaction, record: CampaignRecord, count: int) -> frozenset[int]:
    """So many images at random; which ones depends on the seed and their ids in exports alone."""
    if not count:
        return frozenset()
    ids = ids_by_coco_id(tx, record.id)
    chance = random.Random(f"captions {record.seed}")
    return frozenset(ids[key] for key in chance.sample(sorted(ids), min(count, len(ids))))
