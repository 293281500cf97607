"""Campaigns, their categories and their images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, insert, or_, select, update

from ..domain.stages import CampaignState, Stage, TaskState
from ..domain.tasks import CategoryRef, ImageRef
from .database import Transaction
from .lists import among
from .models import CampaignRow, CategoryRow, ImageRow, QueryRow, StageRow, TaskRow


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign as its row has it."""

    id: int
    name: str
    state: CampaignState
    document: str
    seed: int
    salt: str
    created_at: int
    launched_at: int | None


def find_campaign(tx: Transaction, name: str | None = None, campaign_id: int | None = None) -> CampaignRecord | None:
    """A campaign by its name or id; without either the newest one; None if there is none."""
    query = select(CampaignRow.__table__)
    if name is not None:
        query = query.where(CampaignRow.name == name)
    if campaign_id is not None:
        query = query.where(CampaignRow.id == campaign_id)
    row = tx.execute(query.order_by(CampaignRow.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    state = CampaignState(row.state)
    return CampaignRecord(
        row.id, row.name, state, row.document, row.seed, row.salt, row.created_at, row.launched_at
    )


def campaign_names(tx: Transaction) -> list[str]:
    """Every campaign's name, the oldest first."""
    return list(tx.execute(select(CampaignRow.name).order_by(CampaignRow.id)).scalars())


def add_campaign(
    tx: Transaction, name: str, document: str, stages: Sequence[Stage], seed: int, salt: str, now: int
) -> int:
    """A new campaign as a draft; its id."""
    statement = insert(CampaignRow).values(
        name=name, state=str(CampaignState.DRAFT), document=document, seed=seed, salt=salt, created_at=now
    )
    key = tx.execute(statement.returning(CampaignRow.id)).scalar_one()
    rows = [{"campaign_id": key, "name": str(stage), "position": i, "paused": False} for i, stage in enumerate(stages)]
    tx.execute(insert(StageRow), rows)
    return key


def set_campaign(tx: Transaction, campaign_id: int, state: CampaignState, **columns: Any) -> None:
    """Where a campaign stands from now on."""
    values = {"state": str(state), **columns}
    tx.execute(update(CampaignRow).where(CampaignRow.id == campaign_id).values(**values))


def campaign_state(tx: Transaction, campaign_id: int) -> CampaignState:
    """Where a campaign stands."""
    query = select(CampaignRow.state).where(CampaignRow.id == campaign_id)
    return CampaignState(tx.execute(query).scalar_one())


def pause_stage(tx: Transaction, campaign_id: int, stage: Stage, paused: bool) -> None:
    """Stop or start one stage."""
    mine = (StageRow.campaign_id == campaign_id, StageRow.name == stage)
    tx.execute(update(StageRow).where(*mine).values(paused=paused))


def add_categories(tx: Transaction, campaign_id: int, categories: Sequence[CategoryRef]) -> None:
    """Write the categories in their order."""
    rows = [
        {"campaign_id": campaign_id, "id": c.id, "name": c.name, "supercategory": c.supercategory, "position": i}
        for i, c in enumerate(categories)
    ]
    if rows:
        tx.execute(insert(CategoryRow), rows)


def categories_of(tx: Transaction, campaign_id: int) -> list[CategoryRef]:
    """The categories of a campaign in their order."""
    query = select(CategoryRow.id, CategoryRow.name, CategoryRow.supercategory)
    rows = tx.execute(query.where(CategoryRow.campaign_id == campaign_id).order_by(CategoryRow.position))
    return [CategoryRef(row.id, row.name, row.supercategory) for row in rows]


def add_query(tx: Transaction, campaign_id: int, text: str, kind: str) -> int:
    """A query that candidates came from; its id."""
    mine = (QueryRow.campaign_id == campaign_id, QueryRow.text == text)
    known = tx.execute(select(QueryRow.id).where(*mine)).scalar_one_or_none()
    if known is not None:
        return known
    statement = insert(QueryRow).values(campaign_id=campaign_id, text=text, kind=kind)
    return tx.execute(statement.returning(QueryRow.id)).scalar_one()


def query_of_page(tx: Transaction, campaign_id: int, page: int) -> tuple[str, str]:
    """(text, kind) of the query whose candidates a page shows."""
    query = select(QueryRow.text, QueryRow.kind).join(ImageRow, ImageRow.query_id == QueryRow.id)
    row = tx.execute(query.where(ImageRow.campaign_id == campaign_id, ImageRow.page == page).limit(1)).one_or_none()
    return ("", "single") if row is None else (row.text, row.kind)


def add_images(tx: Transaction, campaign_id: int, images: Iterable[Mapping[str, Any]]) -> None:
    """Write images; each mapping has the columns of the table but for the campaign."""
    rows = [{"campaign_id": campaign_id, **image} for image in images]
    for start in range(0, len(rows), 5000):
        tx.execute(insert(ImageRow), rows[start : start + 5000])


def image_refs(tx: Transaction, images: Iterable[int]) -> dict[int, ImageRef]:
    """Image id -> what a page may know of it."""
    rows = tx.execute(_image_refs(), {"images": sorted(set(images))})
    return {row.id: ImageRef(row.id, row.file_name, row.width, row.height) for row in rows}


@cache
def _image_refs() -> Any:
    query = select(ImageRow.id, ImageRow.file_name, ImageRow.width, ImageRow.height)
    return query.where(among(ImageRow.id, "images"))


def images_of_page(tx: Transaction, campaign_id: int, page: int) -> list[int]:
    """The candidates of one filter page, in order."""
    query = select(ImageRow.id).where(ImageRow.campaign_id == campaign_id, ImageRow.page == page)
    return list(tx.execute(query.order_by(ImageRow.id)).scalars())


def images_in_state(tx: Transaction, campaign_id: int, *states: str) -> list[int]:
    """The images that stand at one of some states, in order."""
    query = select(ImageRow.id).where(ImageRow.campaign_id == campaign_id, ImageRow.state.in_(states))
    return list(tx.execute(query.order_by(ImageRow.id)).scalars())


def images_at(tx: Transaction, images: Sequence[int], *states: str) -> list[int]:
    """Those of some images that stand at one of some states, in order."""
    return list(tx.execute(_images_at(), {"images": images, "states": list(states)}).scalars())


@cache
def _images_at() -> Any:
    these = among(ImageRow.id, "images")
    query = select(ImageRow.id).where(these, ImageRow.state.in_(bindparam("states", expanding=True)))
    return query.order_by(ImageRow.id)


def pages_of(tx: Transaction, campaign_id: int) -> list[int]:
    """The numbers of the filter pages."""
    query = select(ImageRow.page).where(ImageRow.campaign_id == campaign_id, ImageRow.page.is_not(None)).distinct()
    return sorted(page for page in tx.execute(query).scalars() if page is not None)


def last_page(tx: Transaction, campaign_id: int, text: str) -> tuple[int, int] | None:
    """(number, candidates) of the last filter page of a query, or of images without one (""); None if it has none."""
    query = select(QueryRow.id).where(QueryRow.campaign_id == campaign_id, QueryRow.text == text)
    theirs = ImageRow.query_id == query.scalar_subquery() if text else ImageRow.query_id.is_(None)
    mine = (ImageRow.campaign_id == campaign_id, ImageRow.page.is_not(None))
    page = tx.execute(select(func.max(ImageRow.page)).where(*mine, theirs)).scalar_one()
    if page is None:
        return None
    return page, tx.execute(select(func.count()).where(*mine, ImageRow.page == page)).scalar_one()


def lock_campaign(tx: Transaction, campaign_id: int) -> None:
    """Nobody else who asks for this lock goes on until the transaction ends."""
    tx.execute(select(CampaignRow.id).where(CampaignRow.id == campaign_id).with_for_update(key_share=True)).all()


def same_contents(tx: Transaction, campaign_id: int, sha256: Sequence[str]) -> set[str]:
    """Those of some checksums that an image of a campaign has already."""
    query = select(ImageRow.sha256).where(ImageRow.campaign_id == campaign_id, ImageRow.sha256.in_(sha256))
    return {one for one in tx.execute(query).scalars() if one is not None}


def last_coco_id(tx: Transaction, campaign_id: int) -> int:
    """The highest id that an image of a campaign has in exports; 0 if it has none."""
    query = select(func.max(ImageRow.coco_id)).where(ImageRow.campaign_id == campaign_id)
    return tx.execute(query).scalar_one() or 0


def coco_ids_taken(tx: Transaction, campaign_id: int, ids: Sequence[int]) -> set[int]:
    """Those of some ids in exports that images of a campaign have."""
    query = select(ImageRow.coco_id).where(ImageRow.campaign_id == campaign_id, ImageRow.coco_id.in_(ids))
    return set(tx.execute(query).scalars())


def lock_images(tx: Transaction, images: Iterable[int]) -> None:
    """Nobody else decides about these images until the transaction ends; always in one order, so nobody waits twice."""
    ids = sorted(set(images))
    if ids:
        tx.execute(_lock_images(), {"images": ids}).all()


@cache
def _lock_images() -> Any:
    query = select(ImageRow.id).where(among(ImageRow.id, "images")).order_by(ImageRow.id)
    return query.with_for_update(key_share=True)


def set_image_states(tx: Transaction, states: Mapping[int, tuple[str, str | None]]) -> None:
    """Image id -> (state, reason)."""
    for image, (state, reason) in sorted(states.items()):
        tx.execute(update(ImageRow).where(ImageRow.id == image).values(state=state, reason=reason, finished_at=None))


def settle_images(tx: Transaction, images: Iterable[int], now: int) -> None:
    """An image without an open task is finished; one that has one again is open again."""
    ids = sorted(set(images))
    if ids:
        tx.execute(_settled(), {"images": ids, "now": now})


@cache
def _settled() -> Any:
    waits = exists().where(TaskRow.image_id == ImageRow.id, TaskRow.state == TaskState.OPEN)
    now: Any = bindparam("now", type_=ImageRow.finished_at.type)
    ends, begins = and_(ImageRow.state == "open", ~waits), and_(ImageRow.state == "finished", waits)
    change = update(ImageRow).where(among(ImageRow.id, "images"), or_(ends, begins))
    was_open = ImageRow.state == "open"
    state, finished = case((was_open, "finished"), else_="open"), case((was_open, now), else_=None)
    return change.values(state=state, finished_at=finished)


def count_images(tx: Transaction, campaign_id: int) -> dict[str, int]:
    """How many images stand at each state."""
    query = select(ImageRow.state, func.count()).where(ImageRow.campaign_id == campaign_id).group_by(ImageRow.state)
    return {state: count for state, count in tx.execute(query.order_by(ImageRow.state))}


def ids_by_coco_id(tx: Transaction, campaign_id: int) -> dict[int, int]:
    """Id in exports -> id of the row."""
    query = select(ImageRow.coco_id, ImageRow.id).where(ImageRow.campaign_id == campaign_id)
    return {row.coco_id: row.id for row in tx.execute(query)}
