"""Masks with known answers: which ones a worker has not seen, and how workers did on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, case, exists, func, insert, select, update

from ..domain.answers import Mask
from ..domain.stages import MaskState, SentinelKind
from .database import Transaction
from .lists import among
from .models import SegmentationRow, SentinelRow, ShowingRow
from .pairs import mask_columns, mask_of
from .withdrawals import may_be_shown


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A mask whose answer is known."""

    id: int
    kind: SentinelKind
    image_id: int
    category_id: int
    mask: Mask


def add_sentinel(
    tx: Transaction, campaign_id: int, kind: SentinelKind, image_id: int, category_id: int, mask: Mask,
    method: str, severity: float, source_id: int | None = None,
) -> int:  # fmt: skip
    """Write one; its id."""
    statement = insert(SentinelRow).values(
        campaign_id=campaign_id, kind=str(kind), image_id=image_id, category_id=category_id, **mask_columns(mask),
        method=method, severity=severity, source_id=source_id,
    )  # fmt: skip
    return tx.execute(statement.returning(SentinelRow.id)).scalar_one()


def fresh_sentinels(
    tx: Transaction, campaign_id: int, worker_id: int, kind: SentinelKind, limit: int, category_id: int | None = None
) -> list[Sentinel]:
    """Up to ``limit`` that the worker has not seen, those shown least often first; their count goes up."""
    about = {"campaign": campaign_id, "worker": worker_id, "kind": str(kind), "most": limit}
    if category_id is not None:
        about["category"] = category_id
    found = [sentinel_of(row) for row in tx.execute(_fresh_sentinels(category_id is not None), about)]
    if found:
        tx.execute(_shown_once_more(), {"ids": [sentinel.id for sentinel in found]})
    return found


@cache
def _fresh_sentinels(of_category: bool) -> Any:
    seen = exists().where(ShowingRow.sentinel_id == SentinelRow.id, ShowingRow.worker_id == bindparam("worker"))
    query = select(SentinelRow.__table__).where(
        SentinelRow.campaign_id == bindparam("campaign"), SentinelRow.kind == bindparam("kind"), ~seen,
        may_be_shown(SentinelRow.image_id),
    )  # fmt: skip
    if of_category:
        query = query.where(SentinelRow.category_id == bindparam("category"))
    few = query.order_by(SentinelRow.shown, SentinelRow.id).limit(bindparam("most", type_=Integer))
    return few.with_for_update(skip_locked=True)


@cache
def _shown_once_more() -> Any:
    return update(SentinelRow).where(among(SentinelRow.id, "ids")).values(shown=SentinelRow.shown + 1)


def show(tx: Transaction, assignment_id: int, worker_id: int, shown: Sequence[tuple[int, int]]) -> None:
    """Write that sentinels are on a page: (sentinel id, position)."""
    rows = [
        {"assignment_id": assignment_id, "worker_id": worker_id, "sentinel_id": key, "position": position}
        for key, position in shown
    ]
    if rows:
        tx.execute(_show(), rows)


@cache
def _show() -> Any:
    return insert(ShowingRow)


def shown_on(tx: Transaction, assignment_id: int) -> list[tuple[int, Sentinel]]:
    """(position, sentinel) of a page."""
    rows = tx.execute(_shown_on(), {"assignment": assignment_id})
    return [(row.position, sentinel_of(row)) for row in rows]


@cache
def _shown_on() -> Any:
    query = select(ShowingRow.position, SentinelRow.__table__)
    query = query.join(SentinelRow, SentinelRow.id == ShowingRow.sentinel_id)
    return query.where(ShowingRow.assignment_id == bindparam("assignment")).order_by(ShowingRow.position)


def checks_on(tx: Transaction, assignment_id: int) -> dict[int, SentinelKind]:
    """Position -> kind of the sentinels of a page."""
    rows = tx.execute(_checks_on(), {"assignment": assignment_id})
    return {position: SentinelKind(kind) for position, kind in rows}


@cache
def _checks_on() -> Any:
    query = select(ShowingRow.position, SentinelRow.kind)
    query = query.join(SentinelRow, SentinelRow.id == ShowingRow.sentinel_id)
    return query.where(ShowingRow.assignment_id == bindparam("assignment")).order_by(ShowingRow.position)


def mark_shown(tx: Transaction, assignment_id: int, bad: Sequence[int]) -> None:
    """Write which sentinels of a page the worker flagged: those at the positions ``bad``, and no others."""
    tx.execute(_mark_shown(), {"assignment": assignment_id, "bad": bad})


@cache
def _mark_shown() -> Any:
    flagged = case((among(ShowingRow.position, "bad"), True), else_=False)
    return update(ShowingRow).where(ShowingRow.assignment_id == bindparam("assignment")).values(flagged=flagged)


def flags_on(tx: Transaction, assignment_id: int, kind: SentinelKind) -> list[bool]:
    """Whether the worker flagged each sentinel of one kind on a page."""
    rows = tx.execute(_flags_on(), {"assignment": assignment_id, "kind": str(kind)})
    return [bool(flagged) for flagged in rows.scalars()]


@cache
def _flags_on() -> Any:
    query = select(ShowingRow.flagged).join(SentinelRow, SentinelRow.id == ShowingRow.sentinel_id)
    mine = ShowingRow.assignment_id == bindparam("assignment")
    return query.where(mine, SentinelRow.kind == bindparam("kind"))


def find_sentinel(tx: Transaction, sentinel_id: int) -> Sentinel:
    """One by its id."""
    return sentinel_of(tx.execute(select(SentinelRow.__table__).where(SentinelRow.id == sentinel_id)).one())


def find_sentinels(tx: Transaction, ids: Sequence[int]) -> list[Sentinel]:
    """Some by their ids, as far as there are such."""
    return [sentinel_of(row) for row in tx.execute(select(SentinelRow.__table__).where(SentinelRow.id.in_(ids)))]


def stock(tx: Transaction, campaign_id: int) -> dict[SentinelKind, int]:
    """How many there are of each kind."""
    mine = (SentinelRow.campaign_id == campaign_id, may_be_shown(SentinelRow.image_id))
    query = select(SentinelRow.kind, func.count()).where(*mine)
    return {SentinelKind(kind): count for kind, count in tx.execute(query.group_by(SentinelRow.kind))}


def results_of(tx: Transaction, campaign_id: int) -> dict[int, dict[SentinelKind, tuple[int, int]]]:
    """Worker id -> kind -> (flagged, shown), pooled over all their pages."""
    query = select(ShowingRow.worker_id, SentinelRow.kind, ShowingRow.flagged, func.count())
    query = query.join(SentinelRow, SentinelRow.id == ShowingRow.sentinel_id)
    query = query.where(SentinelRow.campaign_id == campaign_id, ShowingRow.flagged.is_not(None))
    pooled: dict[int, dict[SentinelKind, tuple[int, int]]] = {}
    for worker, kind, flagged, count in tx.execute(
        query.group_by(ShowingRow.worker_id, SentinelRow.kind, ShowingRow.flagged)
    ):
        mine = pooled.setdefault(worker, {})
        hits, shown = mine.get(SentinelKind(kind), (0, 0))
        mine[SentinelKind(kind)] = (hits + (count if flagged else 0), shown + count)
    return pooled


def sentinel_of(row: Any) -> Sentinel:
    """A row as a record."""
    return Sentinel(row.id, SentinelKind(row.kind), row.image_id, row.category_id, mask_of(row))


@dataclass(frozen=True, slots=True)
class Source:
    """A good mask that sentinels can be made from; ``segmentation_id`` is None for gold."""

    image_id: int
    category_id: int
    mask: Mask
    segmentation_id: int | None = None


def sources(tx: Transaction, campaign_id: int, limit: int) -> list[Source]:
    """Masks that passed without a bad vote and were not used yet, the oldest first."""
    used = exists().where(SentinelRow.source_id == SegmentationRow.id)
    query = select(SegmentationRow.__table__).where(
        SegmentationRow.campaign_id == campaign_id, SegmentationRow.state == MaskState.PASSED,
        SegmentationRow.bad == 0, SegmentationRow.good > 0, ~used, may_be_shown(SegmentationRow.image_id),
    )  # fmt: skip
    rows = tx.execute(query.order_by(SegmentationRow.id).limit(limit))
    return [Source(row.image_id, row.category_id, mask_of(row), row.id) for row in rows]


def count_unseen(tx: Transaction, campaign_id: int, worker_id: int, at_most: int) -> int:
    """How many bad sentinels a worker has not seen, counted up to ``at_most``."""
    about = {"campaign": campaign_id, "worker": worker_id, "most": at_most}
    return int(tx.execute(_count_unseen(), about).scalar_one())


@cache
def _count_unseen() -> Any:
    seen = exists().where(ShowingRow.sentinel_id == SentinelRow.id, ShowingRow.worker_id == bindparam("worker"))
    bad = select(SentinelRow.id).where(
        SentinelRow.campaign_id == bindparam("campaign"), SentinelRow.kind == SentinelKind.BAD, ~seen,
        may_be_shown(SentinelRow.image_id),
    )  # fmt: skip
    return select(func.count()).select_from(bad.limit(bindparam("most", type_=Integer)).subquery())


def most_seen(tx: Transaction, campaign_id: int) -> int:
    """How many bad sentinels the worker has seen who has seen most."""
    query = select(func.count()).select_from(ShowingRow).join(SentinelRow, SentinelRow.id == ShowingRow.sentinel_id)
    query = query.where(SentinelRow.campaign_id == campaign_id, SentinelRow.kind == SentinelKind.BAD)
    counts = query.group_by(ShowingRow.worker_id).order_by(func.count().desc()).limit(1)
    return tx.execute(counts).scalar_one_or_none() or 0
